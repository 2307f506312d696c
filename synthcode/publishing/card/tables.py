"""The tables of the card, as Markdown. What names a thing is escaped; what counts one has separators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from synthcode.languages import LANGUAGES
from synthcode.markdown import code, markdown_table, prose
from synthcode.publishing.card.columns import COLUMNS, CONFIGS
from synthcode.publishing.card.facts import CardFacts, Direction, DirectionCounts
from synthcode.publishing.card.licenses import find_license
from synthcode.publishing.inventory import ConfigContents
from synthcode.vocabulary import LEVEL_MEANINGS, LEVELS, Level

Counts = Mapping[str, Any]

NONE_NAMED = "none named"
NOTHING = DirectionCounts(0, 0, 0)


def contents_table(facts: CardFacts) -> str:
    """Say what one row of each configuration is, and how many there are in each split."""
    splits = [split.name for split in facts.configs[0].splits]
    rows = [
        [code(config.name), CONFIGS[config.name], *(_count(split.rows) for split in config.splits)]
        for config in facts.configs
    ]
    return markdown_table(["configuration", "one row is", *splits], rows, left=2)


def columns_table(config: ConfigContents) -> str:
    """Say what each column holds."""
    rows = [[code(name), dtype, COLUMNS[config.name][name]] for name, dtype in config.columns.items()]
    return markdown_table(["column", "type", "holds"], rows, left=3)


def matrix_table(facts: CardFacts) -> str:
    """Count the pairs of every direction, with the part of the completions that the gate accepted."""
    sources = facts.source_languages
    rows = [
        [_label(target), *(_cell(facts.directions.get(Direction(source, target), NOTHING)) for source in sources)]
        for target in facts.target_languages
    ]
    kept = [sum(n.kept for direction, n in facts.directions.items() if direction.source == name) for name in sources]
    rows.append(["**all**", *(f"**{_count(count)}**" for count in kept)])
    return markdown_table(["into", *(f"from {_label(source)}" for source in sources)], rows)


def funnel_table(facts: CardFacts) -> str:
    """Count what became of every request, for each target language and for all."""
    funnel = facts.funnel
    columns: list[Counts] = [*(funnel["by_language"][name] for name in facts.target_languages), funnel]

    def row(label: str, counts: Iterable[int]) -> list[str]:
        return [label, *map(_count, counts)]

    def of(key: str) -> list[str]:
        return row(key.replace("_", " "), (column[key] for column in columns))

    rows = [of("requested"), *_unless_zero(of("failed"), of("pending")), of("completed")]
    for reason, _ in sorted(funnel["rejected"].items(), key=lambda item: (-item[1], item[0])):
        rows.append(row(f"rejected: {code(reason)}", (column["rejected"].get(reason, 0) for column in columns)))
    rows += [of("accepted"), of("exact_duplicates"), of("near_duplicates"), *_unless_zero(of("contaminated"))]
    for reason in funnel.get("failed_tests", ()):
        rows.append(row(f"failed: {code(reason)}", (column["failed_tests"].get(reason, 0) for column in columns)))
    rows += _unless_zero(row("below the level", (column.get("below_level", 0) for column in columns)))
    rows.append([f"**{cell}**" for cell in of("kept")])
    return markdown_table(["", *(_label(name) for name in facts.target_languages), "all"], rows)


def contamination_table(facts: CardFacts) -> str:
    """Say of each published benchmark what was read and what was like it."""
    rows = [
        [
            prose(name),
            *map(_count, (counts["rows"], counts["rows_hit"], counts["seeds"], sum(counts["translations"].values()))),
        ]
        for name, counts in facts.benchmarks.items()
    ]
    return markdown_table(["benchmark", "rows", "matching rows", "matching seeds", "matching translations"], rows)


def queries_table(facts: CardFacts) -> str:
    """Count, for each style, the queries that were requested, completed and accepted, and why others were not."""
    rows = [
        [
            style,
            *(_count(row[key]) for key in ("requested", "completed", "accepted")),
            ", ".join(f"{code(reason)} {_count(count)}" for reason, count in row["rejected"].items()) or "–",
        ]
        for style, row in facts.funnel["queries"]["by_style"].items()
    ]
    return markdown_table(["style", "requested", "completed", "accepted", "rejected"], rows)


def verification_table(facts: CardFacts) -> str:
    """Count the level that the pairs of each language reached, and name what compiled and what ran them."""
    levels = _levels(facts)
    tools = {"compiler or parser": facts.compilers, "run by": facts.runners}
    tools = {word: versions for word, versions in tools.items() if versions}
    rows = []
    for target in facts.target_languages:
        passed = facts.verification.get(target, {})
        names = [code(versions[target]) if target in versions else "–" for versions in tools.values()]
        rows.append([_label(target), *names, *(_count(passed.get(level, 0)) for level in levels)])
    return markdown_table(["", *tools, *map(code, levels)], rows, left=1 + len(tools))


def level_list(facts: CardFacts) -> str:
    """Say what each level of verification means that pairs can have reached."""
    return "\n".join(f"- {code(level)}: {LEVEL_MEANINGS[level]}." for level in _levels(facts))


def _levels(facts: CardFacts) -> tuple[Level, ...]:
    """Return the levels that pairs can have reached: only the weakest, if neither compilers nor tests were used."""
    reached = {level for passed in facts.verification.values() for level in passed}
    if "tested" in reached:
        return LEVELS
    return LEVELS[:-1] if facts.compilers or reached - {LEVELS[0]} else LEVELS[:1]


def license_table(facts: CardFacts) -> str:
    """Count the seeds of each licence."""
    rows = []
    for name, count in sorted(facts.licenses.items(), key=lambda item: (-item[1], item[0])):
        found = find_license(name)
        shown = prose(found.spdx if found else name) or NONE_NAMED
        rows.append([f"[{shown}]({found.url})" if found and found.url else shown, _count(count)])
    return markdown_table(["licence", "seeds"], rows)


def inputs_table(facts: CardFacts) -> str:
    """Name what the seeds were read from, with digests."""
    rows = [[code(name), code(sha)] for name, sha in facts.inputs.items()]
    return markdown_table(["file or dataset", "SHA-256, or commit"], rows, left=2)


def _unless_zero(*rows: list[str]) -> list[list[str]]:
    return [cells for cells in rows if any(cell != "0" for cell in cells[1:])]


def _cell(counts: DirectionCounts) -> str:
    return f"{_count(counts.kept)} ({counts.share:.0%})" if counts.completed else "–"


def _label(language: str) -> str:
    return LANGUAGES[language].label


def _count(number: int) -> str:
    return f"{number:,}"
