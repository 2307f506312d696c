"""The columns of a table, besides its metrics: in every form that people read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from synthcode.decimals import decimals
from synthcode.evaluation.encoder import ONLY_EXIT
from synthcode.evaluation.leaderboard.content import Line, Table
from synthcode.evaluation.results.by_level import level_name
from synthcode.evaluation.results.coverage import spread
from synthcode.evaluation.results.tables import p_value
from synthcode.vocabulary import LEVELS

LEGEND = (
    "Rank: the ranks that an entry may have. 2-4: one other is better, and two cannot be told apart from it. Group:"
    " entries that cannot be told apart from the first of the group. Entries are told apart if their difference is more"
    " than chance at the 5 % level: signs of problems are flipped, and p-values are adjusted by Holm's method for all"
    " pairs of a table."
)

_NAMES = {"language_pairs": "pairs of languages", "documents": "documents in a corpus"}
"""What sentences call the counts of a table."""


class Column(NamedTuple):
    """A column of a table; it is shown if a line has something in it."""

    head: str
    cell: Callable[[Line], str]
    place: Callable[[Line], float | str | None]
    """What sorts lines by this column; None stands last."""


WORDS = (
    Column("rank", lambda line: line.ranks, lambda line: line.rank),
    Column("encoder", lambda line: line.entry.encoder, lambda line: line.entry.encoder.lower()),
    Column("exit", lambda line: _exit(line.entry.exit), lambda line: line.entry.exit),
    Column("dims", lambda line: _whole(line.entry.dims), lambda line: line.entry.dims),
    Column("precision", lambda line: line.entry.precision or "", lambda line: line.entry.precision),
)
NUMBERS = (
    Column(
        "difference to best",
        lambda line: decimals(line.difference, signed=True) if line.difference else "",
        lambda line: line.difference,
    ),
    Column("p (Holm)", lambda line: p_value(line.p_holm) if line.difference else "", lambda line: line.p_holm),
    Column("group", lambda line: str(line.group), lambda line: line.group),
    Column("parameters", lambda line: _whole(line.cost.parameters), lambda line: line.cost.parameters),
    Column("bytes a vector", lambda line: _whole(line.cost.bytes_per_vector), lambda line: line.cost.bytes_per_vector),
    Column(
        "s / 1,000 texts",
        lambda line: _seconds(line.cost.seconds_per_1000_texts),
        lambda line: line.cost.seconds_per_1000_texts,
    ),
)


def filled(columns: Sequence[Column], table: Table) -> list[Column]:
    """Return the columns that have something in a line of the table."""
    return [one for one in columns if any(map(one.cell, table.lines))]


def title(table: Table) -> str:
    """Return the heading of a table: ``code2code, stripped``."""
    level = next((level_name(name) for name in LEVELS if name == table.kind.level), table.kind.level)
    return ", ".join(part for part in (table.kind.task, table.kind.variant, level, table.kind.dataset) if part)


def basis(table: Table) -> str:
    """Return what the scores of a table rest on, as a sentence."""
    sizes = ", ".join(f"{spread(numbers)} {_NAMES.get(name, name)}" for name, numbers in table.counts.items())
    return f"{table.metric} with 95 % intervals over problems. All entries on the same {sizes}."


def _exit(number: int) -> str:
    return "" if number == ONLY_EXIT else str(number)


def _whole(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def _seconds(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f"{seconds:.3g}" if seconds < 100 else f"{seconds:,.0f}"
