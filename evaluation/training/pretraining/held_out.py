"""Leaving out of pre-training what the dataset's other splits, or held-out datasets, are there to measure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa

from synthcode.evaluation.training.pairs.holdout import Holdout
from synthcode.evaluation.training.pretraining.snippets import Snippet
from synthcode.schemas.tables import PROGRAMS

_ROWS = 8_192
"""Programs that are copied at a time."""


def without_held_out(snippets: Sequence[Snippet], holdouts: Sequence[Holdout]) -> list[Snippet]:
    """Return the programs that no held-out dataset has, nor another program of their seed, nor a near-duplicate.

    Programs are compared as they came, comments included, at deduplication's own threshold.
    """
    from synthcode.dedup.config import DedupConfig
    from synthcode.dedup.contamination import find_hits  # loads compiled loops

    if not holdouts:
        return list(snippets)
    hits = find_hits(_rows(snippets), (rows for one in holdouts for rows in one.programs("raw")), DedupConfig())
    places = {int(place) for place in hits["program_id"].to_pylist()}
    seeds = {seed for holdout in holdouts for column in holdout.seeds() for seed in column.to_pylist()}
    seeds |= {snippets[place].seed_id for place in places} - {""}
    return [one for place, one in enumerate(snippets) if place not in places and one.seed_id not in seeds]


def _rows(snippets: Sequence[Snippet]) -> Iterator[pa.Table]:
    """Yield programs in the schema ``PROGRAMS``; their ids are their places."""
    for start in range(0, len(snippets), _ROWS):
        batch = snippets[start : start + _ROWS]
        rows = [
            {
                "program_id": str(place),
                "seed_id": one.seed_id,
                "language": one.language,
                "origin": "seed",
                "code": one.code,
            }
            for place, one in enumerate(batch, start)
        ]
        yield pa.Table.from_pylist(rows, PROGRAMS)
