"""Leaving out of the training what other datasets are there to measure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.evaluation.retrieval.benchmark import I64
from synthcode.evaluation.training.pairs.holdout import Holdout, benchmark_rows
from synthcode.evaluation.training.pairs.problems import number_problems
from synthcode.evaluation.training.pairs.tables import SplitTables, text_keys
from synthcode.schemas.tables import PROGRAMS
from synthcode.vocabulary import TEXT

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
    yield from (seeds.combine_chunks() for seeds in holdout.seeds())
    for groups in holdout.split_groups():
        shared = pc.is_in(tables.problems["cluster_id"], value_set=pc.unique(groups))
        yield tables.problems["seed_id"].filter(shared).combine_chunks()


def _same_texts(tables: SplitTables, holdout: Holdout) -> pa.Array:
    """Return the seeds whose text a dataset has but for case and blank space: short ones have no near-duplicates."""
    keys: list[I64] = [text_keys(table["text"].to_pylist()) for table in holdout.texts()]
    shared = np.isin(tables.texts["key"].to_numpy(), np.concatenate([np.zeros(0, dtype=np.int64), *keys]))
    return tables.texts["seed_id"].filter(pa.array(shared)).combine_chunks()


def _training_rows(tables: SplitTables) -> Iterator[pa.Table]:
    """Yield programs and texts in the schema ``PROGRAMS``; a text is a program in the language ``text``."""
    for start in range(0, tables.programs.num_rows, _ROWS):
        rows = tables.programs.slice(start, _ROWS)
        columns = [rows[name] for name in ("program_id", "seed_id", "language")]
        yield _program_rows([*columns, _repeated("seed", rows), rows["anonymous"]])
    for start in range(0, tables.texts.num_rows, _ROWS):
        rows = tables.texts.slice(start, _ROWS)
        names = pc.binary_join_element_wise(TEXT, rows["seed_id"], " ")
        yield _program_rows([names, rows["seed_id"], _repeated(TEXT, rows), _repeated("seed", rows), rows["text"]])


def _held_rows(holdout: Holdout) -> Iterator[pa.Table]:
    """Yield programs and texts in the schema ``BENCHMARK_ROWS``."""
    yield from holdout.programs("anonymous")
    for rows in holdout.texts():
        names = pc.binary_join_element_wise(TEXT, rows["seed_id"], " ")
        yield benchmark_rows(holdout.name, names, _repeated(TEXT, rows), rows["text"])


def _program_rows(columns: Sequence[pa.ChunkedArray | pa.Array]) -> pa.Table:
    return pa.table(columns, names=PROGRAMS.names).cast(PROGRAMS)


def _repeated(value: str, rows: pa.Table) -> pa.Array:
    return pa.repeat(pa.scalar(value), rows.num_rows)
