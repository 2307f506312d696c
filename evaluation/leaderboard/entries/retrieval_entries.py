"""The entries of retrieval results, each with its ranks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.errors import InputError
from synthcode.evaluation.leaderboard.content import Cost, Entry, Kind
from synthcode.evaluation.leaderboard.entries.costs import Costs
from synthcode.evaluation.leaderboard.entries.folders import AGAIN, Found
from synthcode.evaluation.leaderboard.entries.names import Encoder
from synthcode.evaluation.results.common_queries import merged
from synthcode.evaluation.retrieval.ranks import read_compressed_ranks, read_ranks
from synthcode.schemas.results import COMPRESSED_RANKS_NAME, RANKS, RANKS_NAME


@dataclass(frozen=True)
class RankedEntry:
    """An entry with its ranks of one kind of task."""

    entry: Entry
    encoder_kind: str
    folder: str
    """The name of the first folder of results that it is from."""
    cost: Cost
    ranks: pa.Table
    """Schema ``RANKS``."""


def entries_by_kind(encoders: Sequence[Encoder]) -> dict[Kind, list[RankedEntry]]:
    """Return the entries of each table, in the order of the encoders.

    Raises
    ------
    InputError
        If a file is damaged.
    """
    found: dict[Kind, list[RankedEntry]] = defaultdict(list)
    for encoder in encoders:
        costs = Costs(encoder)
        for (level, entry), ranks in _ranks_of(encoder).items():
            for (task, variant), rows in _by_key(ranks, ["task", "variant"]):
                one = RankedEntry(entry, encoder.kind, encoder.results[0].folder.name, costs.of(entry), rows)
                found[Kind(task, variant, level)].append(one)
    return found


def _ranks_of(encoder: Encoder) -> dict[tuple[str, Entry], pa.Table]:
    """Return the ranks of each entry, by required level; of a query that several results have, the first one's."""
    compressed = [_compressed_ranks(found) for found in encoder.results]
    widths = encoder.dims | _widths(compressed)
    parts: dict[tuple[str, Entry], list[pa.Table]] = defaultdict(list)
    for found, smaller in zip(encoder.results, compressed, strict=True):
        level = "" if found.facts.requirement is None else str(found.facts.requirement["level"])
        for (exit_,), ranks in _by_key(_whole_ranks(found), ["exit"]):
            entry = Entry(encoder.name, exit_, widths.get(exit_), "float32" if exit_ in widths else None)
            parts[level, entry].append(ranks)
        for (exit_, dims, precision), ranks in _by_key(smaller, ["exit", "dims", "precision"]):
            if (dims, precision) != (widths[exit_], "float32"):
                parts[level, Entry(encoder.name, exit_, dims, precision)].append(ranks.select(RANKS.names).cast(RANKS))
    return {key: tables[0] if len(tables) == 1 else merged(tables) for key, tables in parts.items()}


def _widths(compressed: Sequence[pa.Table]) -> dict[int, int]:
    """Return exit -> the dimensions of its whole vectors: those are among the ranks of smaller ones."""
    widths: dict[int, int] = {}
    for ranks in compressed:
        for row in ranks.group_by("exit").aggregate([("dims", "max")]).to_pylist():
            widths[row["exit"]] = row["dims_max"]
    return widths


def _whole_ranks(found: Found) -> pa.Table:
    return _checked(read_ranks(found.folder), found.folder / RANKS_NAME)


def _compressed_ranks(found: Found) -> pa.Table:
    return _checked(read_compressed_ranks(found.folder), found.folder / COMPRESSED_RANKS_NAME)


def _checked(ranks: pa.Table, path: Path) -> pa.Table:
    """Refuse ranks that no search gives: measures would take them for others.

    Raises
    ------
    InputError
        If a query has no rank, or a rank is not between 1 and the number of documents.
    """
    lists = ranks["ranks"].combine_chunks()
    lengths, values = np.asarray(lists.value_lengths()), np.asarray(lists.flatten())
    documents = np.repeat(np.asarray(ranks["documents"]), lengths)
    if (lengths < 1).any() or (values < 1).any() or (values > documents).any():
        raise InputError(f"{path} has a query without a rank, or a rank that is not one of its documents'", AGAIN)
    return ranks


def _by_key(table: pa.Table, keys: Sequence[str]) -> Iterator[tuple[tuple[Any, ...], pa.Table]]:
    """Yield each combination of values that there is, in ascending order, with its rows."""
    for values in sorted(tuple(row.values()) for row in table.group_by(list(keys)).aggregate([]).to_pylist()):
        chosen = reduce(pc.and_, (pc.equal(table[key], value) for key, value in zip(keys, values, strict=True)))
        yield values, table.filter(chosen)
