"""Counts over a run's rows, a batch at a time, in memory that does not grow with them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.reporting.sampling import Draw

COLUMNS = ("program_id", "target_language", "verdict", "verification", "n_chars", "model", "prompt_name")
SEED_COLUMNS = ("language", "seed_chars")


class Outcome(NamedTuple):
    """The possible outcomes of a translation."""

    source_language: str
    target_language: str
    verdict: str
    accepted: bool
    """By the gate, whatever became of it later."""


class Census:
    """Counts rows, and draws those that the page can hold.

    Parameters
    ----------
    rows
        So many rows are drawn at most.
    """

    def __init__(self, rows: int) -> None:
        self.outcomes: Counter[Outcome] = Counter()
        self.models: Counter[tuple[str, str]] = Counter()
        """By model and prompt."""
        self.lengths: dict[str, Counter[int]] = defaultdict(Counter)
        """Accepted translations, by target language and characters."""
        self.seed_lengths: dict[str, Counter[int]] = defaultdict(Counter)
        """The same of their seeds."""
        self.draw = Draw(rows)

    def add(self, rows: pa.Table) -> None:
        """Count rows.

        Parameters
        ----------
        rows
            ``COLUMNS`` of a completion, accepted or not, and ``SEED_COLUMNS`` of its seed. ``verification`` is null
            for a completion that the gate rejected.
        """
        rows = rows.append_column("accepted", pc.is_valid(rows["verification"]))
        for *key, count in _counted(rows, ["language", "target_language", "verdict", "accepted"]):
            self.outcomes[Outcome(*key)] += count
        for model, prompt, count in _counted(rows, ["model", "prompt_name"]):
            self.models[model, prompt] += count
        accepted = rows.filter(rows["accepted"])
        for column, lengths in (("n_chars", self.lengths), ("seed_chars", self.seed_lengths)):
            for language, length, count in _counted(accepted, ["target_language", column]):
                lengths[language][length] += count
        names = (rows[name].to_pylist() for name in ("target_language", "verdict", "program_id"))
        self.draw.offer(((language, verdict), program) for language, verdict, program in zip(*names, strict=True))

    @property
    def total(self) -> int:
        """Rows that were counted."""
        return self.outcomes.total()

    def acceptance(self) -> Mapping[tuple[str, str], tuple[int, int]]:
        """Return (source language, target language) -> accepted, completed."""
        table: dict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
        for outcome, count in self.outcomes.items():
            key = outcome.source_language, outcome.target_language
            accepted, completed = table[key]
            table[key] = accepted + count * outcome.accepted, completed + count * (outcome.verdict != "failed")
        return table

    def examples(self, each: int) -> dict[str, list[str]]:
        """Return verdict -> ids of rows that show it, from as many languages as there are."""
        first: dict[str, list[str]] = defaultdict(list)
        for (_, verdict), names in sorted(self.draw.drawn().items()):
            first[verdict] += names[:1]
        return {verdict: sorted(names)[:each] for verdict, names in first.items()}


def _counted(rows: pa.Table, columns: list[str]) -> Iterator[tuple[Any, ...]]:
    counts = rows.group_by(columns).aggregate([([], "count_all")])
    return zip(*(counts[name].to_pylist() for name in (*columns, "count_all")), strict=True)
