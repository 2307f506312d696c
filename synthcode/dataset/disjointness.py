"""Proof that nothing leaks from one split into another."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.dedup.clustering.exhaustive import all_similarities
from synthcode.dedup.config import DedupConfig
from synthcode.errors import SynthcodeError
from synthcode.vocabulary import SPLITS

SAMPLE = 400
"""Programs of each split that are compared with those of the others."""

_SAMPLE_COLUMNS = {
    "rank": pa.uint32(),
    "program_id": pa.string(),
    "code": pa.large_string(),
    "split": pa.string(),
}


def check_disjoint(
    groups: pa.Table, splits: pa.Table, read: Callable[[], Iterable[pa.Table]], config: DedupConfig
) -> int:
    """Prove that no seed, cluster or repository is in two splits, and look for leaks in a sample of programs.

    Parameters
    ----------
    groups
        ``seed_id``, ``cluster_id`` and, where known, ``repository``.
    splits
        ``seed_id`` and ``split``.
    read
        Opens the programs (``program_id``, ``seed_id``, ``code``). Of each split ``SAMPLE`` of them are compared with
        all programs of the other splits, whatever their language; the choice depends on ``program_id`` only.
    config
        How similar two programs must be to count as duplicates.

    Returns
    -------
    int
        Pairs of programs that were compared.

    Raises
    ------
    SynthcodeError
        If something is in two splits, a seed is in no split, or programs of two splits are near-duplicates.
    """
    seed_ids = splits["seed_id"]
    _refuse_shared("seed_id", seed_ids, splits["split"])
    split = splits["split"].take(pc.index_in(groups["seed_id"], value_set=seed_ids.combine_chunks()))
    missing = groups["seed_id"].filter(pc.is_null(split))
    if len(missing):
        raise SynthcodeError(f"{len(missing)} seeds are in no split, such as {missing[0]}", "assign every seed")
    for column in ("cluster_id", "repository"):
        if column in groups.column_names:
            _refuse_shared(column, groups[column], split)
    sample = _sample(read(), splits)
    _refuse_alike(sample, config)
    counts: list[int] = pc.value_counts(sample["split"]).field("counts").to_pylist()
    return (sum(counts) ** 2 - sum(count**2 for count in counts)) // 2


def _refuse_shared(what: str, values: pa.ChunkedArray, splits: pa.ChunkedArray) -> None:
    table = pa.table({"value": values, "split": splits}).filter(pc.is_valid(values))
    found = table.group_by("value").aggregate([("split", "count_distinct")])
    shared = found.filter(pc.greater(found["split_count_distinct"], 1))["value"].sort()
    if len(shared):
        raise SynthcodeError(
            f"{len(shared)} values of {what} are in more than one split: {_first_few(shared.to_pylist())}",
            "assign splits by whole groups: assign_splits does",
        )


def _sample(tables: Iterable[pa.Table], splits: pa.Table) -> pa.Table:
    """Return up to ``SAMPLE`` programs of each split: those with the smallest checksums of their ids."""
    chosen = pa.table({name: pa.array([], kind) for name, kind in _SAMPLE_COLUMNS.items()})
    for table in tables:
        place = pc.index_in(table["seed_id"], value_set=splits["seed_id"].combine_chunks())
        ids = table["program_id"].to_pylist()
        columns = {
            "rank": pa.array([zlib.crc32(name.encode()) for name in ids], pa.uint32()),
            "program_id": table["program_id"],
            "code": pc.cast(table["code"], pa.large_string()),
            "split": splits["split"].take(place),
        }
        chosen = pa.concat_tables([chosen, pa.table(columns).cast(chosen.schema)])
        chosen = chosen.sort_by([("rank", "ascending"), ("program_id", "ascending")])
        chosen = pa.concat_tables(chosen.filter(pc.equal(chosen["split"], split)).slice(0, SAMPLE) for split in SPLITS)
    return chosen


def _refuse_alike(sample: pa.Table, config: DedupConfig) -> None:
    similarities = all_similarities(sample["code"].combine_chunks(), config.ngram)
    split = pc.index_in(sample["split"], value_set=pa.array(SPLITS)).to_numpy()
    similarities[split[:, None] >= split[None, :]] = 0.0
    left, right = np.nonzero(similarities >= config.threshold)
    if left.size:
        names = sample["program_id"].to_pylist()
        pairs = [f"{names[a]} and {names[b]} ({similarities[a, b]:.2f})" for a, b in zip(left, right, strict=True)]
        raise SynthcodeError(
            f"{len(pairs)} pairs of alike programs are in two splits: {_first_few(pairs)}",
            "raise dedup.num_perm, or change dedup.random_seed, and run dedup again: MinHash has missed them",
        )


def _first_few(offenders: Sequence[str]) -> str:
    return ", ".join(offenders[:5]) + (", ..." if len(offenders) > 5 else "")
