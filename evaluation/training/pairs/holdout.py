"""Leaving out of the training what other datasets are there to measure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.errors import InputError
from synthcode.evaluation.retrieval.benchmark import I64
from synthcode.evaluation.training.pairs.problems import number_problems
from synthcode.evaluation.training.pairs.tables import SplitTables, batches_of, text_keys
from synthcode.schemas.tables import BENCHMARK_ROWS, CODE_COLUMNS, PROGRAMS
from synthcode.storage.published import PublishedDataset, find_dataset
from synthcode.vocabulary import SPLITS, TEXT

_ANONYMOUS = CODE_COLUMNS["anonymous"]
_ROWS = 8_192
"""Rows that are copied at a time."""


@dataclass(frozen=True)
class LeftOut:
    """What left the training data for the sake of one dataset."""

    dataset: str
    groups: int
    """Groups with a seed, a text or a program that the dataset has, or has a near-duplicate of."""
    seeds: int
    programs: int


@dataclass(frozen=True)
class Holdout:
    """A dataset that must not be trained on."""

    name: str
    published: PublishedDataset
    splits: tuple[str, ...]
    """All of it or, of the dataset that is trained on, all but the training data."""

    def batches(self, config: str, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Yield the rows of all its splits."""
        for split in self.splits:
            yield from batches_of(self.published, config, split, columns)

    def digest(self) -> str:
        """Hash the files that are read."""
        there = [split for split in self.splits if split in self.published.splits("programs")]
        return self.published.digest(there, ["programs"])


def open_holdout(name: str, trained_on: PublishedDataset) -> Holdout:
    """Find a dataset.

    Raises
    ------
    InputError
        If there is none, or it has no programs to hold out.
    """
    published = find_dataset(Path(name))
    same = published.folder.resolve() == trained_on.folder.resolve()
    splits = tuple(split for split in SPLITS if not (same and split == "train"))
    if not set(splits) & set(published.splits("programs")):
        raise InputError(f"{name} has no split but the one that is trained on", "hold out another dataset")
    return Holdout(name, published, splits)


def leave_out(tables: SplitTables, holdouts: Sequence[Holdout]) -> tuple[SplitTables, list[LeftOut]]:
    """Leave out the groups that have something of a dataset, whatever their language.

    A group leaves whole: another language's solution of a held-out problem gives it away as well.
    """
    left_out = []
    for holdout in holdouts:
        problems = number_problems(tables)
        seeds = problems.seed_ids
        hit = pc.is_in(seeds, value_set=_found(tables, holdout)).to_numpy(zero_copy_only=False)
        leaving = np.isin(problems.group, problems.group[hit])
        programs = int(problems.sizes[leaving].sum())
        groups = np.unique(problems.group[hit]).size
        left_out.append(LeftOut(holdout.name, groups, int(leaving.sum()), programs))
        tables = tables.of_seeds(seeds.filter(pa.array(~leaving)))
    return tables, left_out


def _found(tables: SplitTables, holdout: Holdout) -> pa.Array:
    """Return the ``seed_id`` of what a dataset has, or has a near-duplicate of."""
    from synthcode.dedup.config import DedupConfig
    from synthcode.dedup.contamination import find_hits  # loads compiled loops

    hits = find_hits(_training_rows(tables), _held_rows(holdout), DedupConfig())
    found = [hits["seed_id"].combine_chunks(), *_same_names(tables, holdout), _same_texts(tables, holdout)]
    return pc.unique(pa.concat_arrays(found))


def _same_names(tables: SplitTables, holdout: Holdout) -> Iterator[pa.Array]:
    """Yield the seeds that a dataset has itself, and those of its split groups."""
    yield from (one["seed_id"].combine_chunks() for one in holdout.batches("programs", ["seed_id"]))
    for table in holdout.batches("triplets", ["cluster_id"]):
        shared = pc.is_in(tables.problems["cluster_id"], value_set=pc.unique(table["cluster_id"]))
        yield tables.problems["seed_id"].filter(shared).combine_chunks()


def _same_texts(tables: SplitTables, holdout: Holdout) -> pa.Array:
    """Return the seeds whose text a dataset has but for case and blank space: short ones have no near-duplicates."""
    keys: list[I64] = [text_keys(table["text"].to_pylist()) for table in holdout.batches("texts", ["text"])]
    shared = np.isin(tables.texts["key"].to_numpy(), np.concatenate([np.zeros(0, dtype=np.int64), *keys]))
    return tables.texts["seed_id"].filter(pa.array(shared)).combine_chunks()


def _training_rows(tables: SplitTables) -> Iterator[pa.Table]:
    """Yield programs and texts in the schema ``PROGRAMS``; a text is a program in the language ``text``."""
    for start in range(0, tables.programs.num_rows, _ROWS):
        rows = tables.programs.slice(start, _ROWS)
        columns = [rows[name] for name in ("program_id", "seed_id", "language")]
        yield _rows([*columns, _repeated("seed", rows), rows["anonymous"]], PROGRAMS)
    for start in range(0, tables.texts.num_rows, _ROWS):
        rows = tables.texts.slice(start, _ROWS)
        names = pc.binary_join_element_wise(TEXT, rows["seed_id"], " ")
        yield _rows([names, rows["seed_id"], _repeated(TEXT, rows), _repeated("seed", rows), rows["text"]], PROGRAMS)


def _held_rows(holdout: Holdout) -> Iterator[pa.Table]:
    """Yield programs and texts in the schema ``BENCHMARK_ROWS``."""
    for rows in holdout.batches("programs", ["program_id", "language", _ANONYMOUS]):
        named = [_repeated(holdout.name, rows), rows["program_id"], rows["language"], rows[_ANONYMOUS]]
        yield _rows(named, BENCHMARK_ROWS)
    for rows in holdout.batches("texts", ["seed_id", "text"]):
        names = pc.binary_join_element_wise(TEXT, rows["seed_id"], " ")
        yield _rows([_repeated(holdout.name, rows), names, _repeated(TEXT, rows), rows["text"]], BENCHMARK_ROWS)


def _rows(columns: Sequence[pa.ChunkedArray | pa.Array], schema: pa.Schema) -> pa.Table:
    return pa.table(columns, names=schema.names).cast(schema)


def _repeated(value: str, rows: pa.Table) -> pa.Array:
    return pa.repeat(pa.scalar(value), rows.num_rows)
