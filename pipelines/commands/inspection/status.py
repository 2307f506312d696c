"""``synthcode status``: the funnel."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synthcode.errors import shell_word
from synthcode.pipelines.commands.options import existing_run, run_argument
from synthcode.pipelines.runs.stages import OPTIONAL_STAGES
from synthcode.sanitize import visible_line

if TYPE_CHECKING:
    from rich.table import Table

    from synthcode.storage.layout import RunFolder

TABLE_WIDTH = 100
"""A table cut to a narrower terminal, or to the 80 columns of a pipe, would hide digits."""


@click.command()
@run_argument
@click.option("--json", "as_json", is_flag=True, help="The same counts as JSON.")
def status(run: Path, as_json: bool) -> None:
    """Show what became of every row, by target language, even while a command works on RUN.

    \b
    Examples:
      synthcode status runs/mbxp
      synthcode status runs/mbxp --json | jq .rejected
    """
    from synthcode.pipelines.tables.funnel import funnel
    from synthcode.storage.layout import RunFolder

    folder = RunFolder(existing_run(run))
    counts = funnel(folder)
    if as_json:
        click.echo(json.dumps(counts, indent=2))
    else:
        print_funnel(counts, folder)


def print_funnel(counts: Mapping[str, Any], folder: RunFolder) -> None:
    """Print the counts of ``synthcode.pipelines.tables.funnel.funnel`` on stdout, and what they warn of."""
    from rich.console import Console

    rejected = counts["seeds_rejected"]
    seeds = f"{counts['seeds']:,} seeds, {counts['seed_duplicates']:,} of them duplicates"
    seeds += f", {counts['seeds_contaminated']:,} contaminated" if counts["seeds_contaminated"] else ""
    click.echo(seeds + (f"; rejected rows: {_listed(rejected)}" if rejected else ""))
    click.echo()
    Console(width=max(Console().width, TABLE_WIDTH)).print(_table(counts))
    for reason, count in sorted(counts["rejected"].items(), key=lambda item: -item[1]):
        languages = {name: row["rejected"].get(reason, 0) for name, row in counts["by_language"].items()}
        click.echo(f"  {visible_line(reason):<16} {count:>9,}   {_listed(languages)}")
    if counts["verified"]:
        click.echo(_verified(counts))
    for reason, count in sorted(counts["failed_tests"].items(), key=lambda item: -item[1]):
        languages = {name: row["failed_tests"].get(reason, 0) for name, row in counts["by_language"].items()}
        click.echo(f"  {visible_line(reason):<16} {count:>9,}   {_listed(languages)}")
    if counts["repairs"]:
        click.echo(_repaired(counts["repairs"]))
    if counts.get("queries"):
        click.echo(_queries(counts["queries"]))
    for line in _remarks(counts, folder):
        click.echo(line)
    states = counts["stages"].items()
    unneeded = {(stage, "missing") for stage in OPTIONAL_STAGES}
    shard = _shard(folder)
    if shard is not None:
        click.echo(f"shard {shard} of the seeds: 'synthcode merge' deduplicates and builds all shards")
        unneeded |= {("dedup", "missing"), ("build", "missing")}
    behind = [f"{stage} {state}" for stage, state in states if state != "done" and (stage, state) not in unneeded]
    if behind:
        click.echo(f"not up to date: {', '.join(behind)}")


def _shard(folder: RunFolder) -> str | None:
    """Return the shard that a run is of, if its recipe says so."""
    from synthcode.errors import InputError
    from synthcode.pipelines.runs.run import read_run_recipe

    try:
        return read_run_recipe(folder).shard
    except InputError:  # a damaged recipe takes away no counts
        return None


def _verified(counts: Mapping[str, Any]) -> str:
    """Return how many translations reached each level, and of which languages."""
    of_what = "of those left after dedup" if "verify" in counts["stages"] else "of the accepted"
    lines = [f"verified ({of_what})"]
    for level, count in counts["verified"].items():
        languages = {name: row["verified"].get(level, 0) for name, row in counts["by_language"].items()}
        lines.append(f"  {level:<16} {count:>9,}   {_listed(languages)}")
    return "\n".join(lines)


def _repaired(rounds: Mapping[str, Mapping[str, int]]) -> str:
    """Return what each round of repairs requested and gained, which the table above includes."""
    lines = ["repairs (included above)"]
    for number, row in rounds.items():
        tokens = row["prompt_tokens"] + row["completion_tokens"]
        parts = [f"{row[key]:,} {key}" for key in ("requested", "completed", "accepted")]
        parts += [f"{row[key]:,} {key}" for key in ("failed", "pending") if row[key]]
        parts += [f"{row['failed_tests']:,} of them fail their tests"] if row["failed_tests"] else []
        lines.append(f"  round {number:<10} {', '.join(parts)}" + (f"; {tokens:,} tokens" if tokens else ""))
    return "\n".join(lines)


def _queries(counts: Mapping[str, Any]) -> str:
    """Return what became of the queries of each style."""
    lines = ["queries for the texts"]
    for style, row in counts["by_style"].items():
        parts = [f"{row[key]:,} {key}" for key in ("requested", "completed", "failed", "pending") if row[key]]
        parts.append(f"{row['accepted']:,} accepted")
        rejected = f" (rejected: {_listed(row['rejected'])})" if row["rejected"] else ""
        lines.append(f"  {visible_line(style):<16} {', '.join(parts)}{rejected}")
    return "\n".join(lines)


def _remarks(counts: Mapping[str, Any], folder: RunFolder) -> Iterator[str]:
    """Yield what failed, what is empty, and what is missing."""
    from synthcode.pipelines.runs.run import is_recipe_edited, read_run_recipe
    from synthcode.pipelines.steps.failures import failure_lines, unanswered_languages
    from synthcode.pipelines.steps.reviews import language_warnings, split_warnings
    from synthcode.pipelines.tables.untranslated import untranslated_line, untranslated_seeds

    if is_recipe_edited(folder):
        recipe = visible_line(str(folder.recipe))
        yield f"{recipe} was changed since the last command: the next one uses it as it is now"
    for line in failure_lines(counts):
        yield f"  failed           {line}"
    if counts["failed"]:
        yield f"  'synthcode translate {shell_word(folder.path)} --retry-failed' asks again"
    yield from unanswered_languages(counts["by_language"])
    if counts["stages"]["check"] != "missing" and (counts["accepted"] or counts["rejected"]):
        yield from language_warnings(counts["by_language"], folder.path)
    if counts["kept"] and sum(counts["splits"].values()):
        yield from split_warnings(counts["splits"], read_run_recipe(folder).splits)
    if counts["awaiting_translation"]:
        yield untranslated_line(untranslated_seeds(folder), folder)


def _table(counts: Mapping[str, Any]) -> Table:
    """Return one row per target language, without the optional columns that are zero everywhere."""
    from rich.table import Table
    from rich.text import Text

    optional = {"failed", "pending", "contaminated", "tests failed", "level"}
    cells = {name: _cells(row) for name, row in {**counts["by_language"], "all": counts}.items()}
    columns = [name for name in cells["all"] if name not in optional or cells["all"][name]]
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("")
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    for name, row in cells.items():
        table.add_row(Text(visible_line(name)), *(f"{row[column]:,}" for column in columns))
    return table


def _cells(row: Mapping[str, Any]) -> dict[str, int]:
    return {
        **{key: row[key] for key in ("requested", "completed", "failed", "pending", "accepted")},
        "rejected": sum(row["rejected"].values()),
        "exact": row["exact_duplicates"],
        "near": row["near_duplicates"],
        "contaminated": row["contaminated"],
        "tests failed": sum(row["failed_tests"].values()),
        "level": row["below_level"],
        "kept": row["kept"],
        "train": row["splits"]["train"],
        "valid": row["splits"]["validation"],
        "test": row["splits"]["test"],
    }


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{visible_line(name)} {count:,}" for name, count in counts.items() if count)
