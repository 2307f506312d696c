"""A leaderboard as Markdown: for the terminal, a README, a paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from synthcode.evaluation.encoder import ONLY_EXIT
from synthcode.evaluation.leaderboard.content import Leaderboard, Line, Table
from synthcode.evaluation.results.by_level import level_name
from synthcode.evaluation.results.coverage import spread
from synthcode.evaluation.results.tables import p_value, warning_lines
from synthcode.markdown import markdown_cell, markdown_table
from synthcode.vocabulary import LEVELS

LEGEND = (
    "**Bold**: the best value of a column. Rank: the ranks that an entry may have. `2-4`: one other is better,"
    " and that two cannot be told apart from it. Group: entries that cannot be told apart from the first of the group."
    " Entries are told apart if their difference is more than chance at the 5 % level: signs of problems are flipped,"
    " and p-values are adjusted by Holm's method for all pairs of a table."
)


NAMES = {"pairs": "pairs of languages", "documents": "documents in a corpus"}
"""What sentences call the counts of a table."""


class Column(NamedTuple):
    """A column of a table; it is shown if a line has something in it."""

    head: str
    cell: Callable[[Line], str]


def markdown_page(board: Leaderboard) -> str:
    """Return all tables, with what they rest on."""
    parts = [
        "# Leaderboard",
        f"{markdown_cell(board.dataset)}, split {markdown_cell(board.split)}.",
        *map(markdown_cell, board.notes),
    ]
    for table in board.tables:
        parts += [f"## {markdown_cell(title(table))}", *_table_parts(table)]
    return "\n\n".join([*parts, LEGEND]) + "\n"


def title(table: Table) -> str:
    """Return the heading of a table: ``code2code, stripped``."""
    level = next((level_name(name) for name in LEVELS if name == table.kind.level), table.kind.level)
    return ", ".join(part for part in (table.kind.task, table.kind.variant, level) if part)


def basis(table: Table) -> str:
    """Return what the scores of a table rest on, as a sentence."""
    sizes = ", ".join(f"{spread(numbers)} {NAMES.get(name, name)}" for name, numbers in table.counts.items())
    return f"{table.metric} with 95 % intervals over problems. All entries on the same {sizes}."


def columns(table: Table) -> tuple[Sequence[Column], Sequence[Column]]:
    """Return the columns of words and those of numbers that have something in a line."""
    words = [
        Column("rank", lambda line: line.ranks),
        Column("encoder", lambda line: line.entry.encoder),
        Column("exit", lambda line: "" if line.entry.exit == ONLY_EXIT else str(line.entry.exit)),
        Column("dims", lambda line: "" if line.entry.dims is None else f"{line.entry.dims:,}"),
        Column("precision", lambda line: line.entry.precision or ""),
    ]
    numbers = [
        Column("difference to best", lambda line: f"{line.difference:+.3f}" if line.difference else ""),
        Column("p (Holm)", lambda line: p_value(line.p_holm) if line.difference else ""),
        Column("group", lambda line: str(line.group)),
        Column("parameters", lambda line: _whole(line.cost.parameters)),
        Column("bytes a vector", lambda line: _whole(line.cost.bytes_per_vector)),
        Column("s / 1,000 texts", lambda line: _seconds(line.cost.seconds_per_1000_texts)),
    ]
    return _filled(words, table), _filled(numbers, table)


def _filled(several: Sequence[Column], table: Table) -> Sequence[Column]:
    return [one for one in several if any(map(one.cell, table.lines))]


def _table_parts(table: Table) -> list[str]:
    words, numbers = columns(table)
    head = [one.head for one in words] + list(table.metrics) + [one.head for one in numbers]
    rows = [
        [
            *(markdown_cell(one.cell(line)) for one in words),
            *(_value(table, line, name) for name in table.metrics),
            *(one.cell(line) for one in numbers),
        ]
        for line in table.lines
    ]
    lines = markdown_table([*map(markdown_cell, head)], rows, left=len(words))
    return [basis(table), *map(markdown_cell, table.notes), *warning_lines(table.warnings), lines]


def _value(table: Table, line: Line, metric: str) -> str:
    value = line.values[metric]
    text = f"**{value:.3f}**" if value == table.best[metric] else f"{value:.3f}"
    return f"{text} [{line.score.lo:.3f}, {line.score.hi:.3f}]" if metric == table.metric else text


def _whole(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:,.3g}" if seconds < 100 else f"{seconds:,.0f}"
