"""The content of a leaderboard, which all of its forms show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from synthcode.evaluation.results.comparison import Estimate
from synthcode.evaluation.results.coverage import Range


class Entry(NamedTuple):
    """What is ranked: an encoder at an exit, with vectors of a width and a precision."""

    encoder: str
    """Its label, unlike that of any other encoder in the leaderboard."""
    exit: int
    """0 if the encoder has no exits."""
    dims: int | None = None
    """Dimensions of its vectors; None if results do not say."""
    precision: str | None = None
    """``float32``, ``int8`` or ``binary``; None if results do not say."""


class Cost(NamedTuple):
    """What results hold of the cost of an entry; None if they hold nothing."""

    parameters: int | None = None
    bytes_per_vector: int | None = None
    seconds_per_1000_texts: float | None = None


class Kind(NamedTuple):
    """What a table is of. Entries of one table have answered the same questions."""

    task: str
    variant: str
    level: str
    """The level of verification that translations must have reached; empty for all programs."""
    dataset: str = ""
    """Dataset, split and corpus; empty if all tables are of the same."""


@dataclass(frozen=True)
class Line:
    """A line of a table."""

    entry: Entry
    kind: str
    """Of the encoder, such as ``bm25`` or ``st``; empty if its label does not say."""
    score: Estimate
    values: Mapping[str, float]
    """Metric -> mean; the one that ranks, too."""
    rank: int
    """One more than the entries that are better by more than chance."""
    last_rank: int
    """As many as there are entries, less those that are worse by more than chance."""
    group: int
    """From 1: the entries that cannot be told apart from the best one that is in no group before."""
    difference: float
    """To the best entry; 0 for that one."""
    p_holm: float
    """Of no difference to the best entry, adjusted for all pairs of entries in the table; 1 for that one."""
    same_as: Sequence[int]
    """The places in the table, from 0, of the other entries that it cannot be told apart from."""
    cost: Cost

    @property
    def ranks(self) -> str:
        """The ranks that the entry may have: ``1`` or ``1-3``."""
        return str(self.rank) if self.rank == self.last_rank else f"{self.rank}-{self.last_rank}"


@dataclass(frozen=True)
class Table:
    """Entries on the same queries, pairs or programs, the best first."""

    kind: Kind
    metric: str
    """The one that ranks."""
    lines: Sequence[Line]
    metrics: Sequence[str]
    """All of them, in the order of their columns; that which ranks is the first."""
    counts: Mapping[str, Range]
    """What the scores rest on: ``queries``, ``problems``, ``documents`` and the like -> from, to."""
    resamples: tuple[int, int]
    """Of the intervals, and of the tests."""
    notes: Sequence[str]
    """What is left out, and why."""
    warnings: Sequence[str] = ()
    """Why the scores say little, if they do."""

    @property
    def best(self) -> Mapping[str, float]:
        """The best value of each metric."""
        return {name: max(line.values[name] for line in self.lines) for name in self.metrics}


@dataclass(frozen=True)
class Leaderboard:
    """Tables of one dataset."""

    dataset: str
    split: str
    tables: Sequence[Table]
    notes: Sequence[str]
    """What no table has, and why."""
