"""Translations that ran and failed their tests, as negatives of their own seeds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.errors import InputError
from synthcode.evaluation.retrieval.benchmark import I64
from synthcode.evaluation.training.contracts import NO_GROUP
from synthcode.evaluation.training.pairs.balance import F64
from synthcode.evaluation.training.pairs.problems import Problems
from synthcode.evaluation.training.pairs.tables import SplitTables, read_programs
from synthcode.storage.published import NEGATIVES_NAME, PublishedDataset
from synthcode.vocabulary import Variant

_Key = tuple[int | None, str | None]
"""A seed and a language; None is any."""


class FailedTranslations:
    """Failed translations of the seeds that are trained on.

    Parameters
    ----------
    programs
        ``seed_id``, ``language``, ``shown``, ``anonymous``; one row or more.
    tables, problems
        What is trained on.
    """

    def __init__(self, programs: pa.Table, tables: SplitTables, problems: Problems) -> None:
        self.programs = programs
        self.group = np.full(programs.num_rows, NO_GROUP, dtype=np.int64)
        self._language_of = tables.programs["language"].combine_chunks()
        self._rows: dict[_Key, list[int]] = defaultdict(list)
        seeds = pc.index_in(programs["seed_id"], value_set=problems.seed_ids).to_pylist()
        for row, (seed, language) in enumerate(zip(seeds, programs["language"].to_pylist(), strict=True)):
            for key in _keys(seed, language):
                self._rows[key].append(row)
        self._share = len(set(seeds)) / len(problems.seed_ids)

    @property
    def warnings(self) -> list[str]:
        """How many seeds have none."""
        if self._share == 1:
            return []
        return [f"{self._share:.0%} of the seeds have a failed translation, other pairs get one of another seed"]

    def draw(self, seeds: I64, positives: I64, uniform: F64) -> I64:
        """Return one of the seed's own, in the language of the answer if it has one; or else one of another seed."""
        languages = self._language_of.take(pa.array(positives)).to_pylist()
        drawn = []
        for seed, language, number in zip(seeds.tolist(), languages, uniform.tolist(), strict=True):
            rows = next(self._rows[key] for key in _keys(seed, language) if key in self._rows)
            drawn.append(rows[int(number * len(rows))])
        return np.array(drawn, dtype=np.int64)


def _keys(seed: int, language: str) -> Iterator[_Key]:
    """Yield where a negative is looked for, the best place first."""
    yield from ((seed, language), (seed, None), (None, language), (None, None))


def failed_translations(
    published: PublishedDataset, variant: Variant, tables: SplitTables, problems: Problems
) -> FailedTranslations:
    """Read the failed translations of the seeds that are trained on; those that equal a program that is right are not.

    Raises
    ------
    InputError
        If there are none.
    """
    programs = read_programs(published, NEGATIVES_NAME, "train", variant)
    right = np.isin(programs["key"].to_numpy(), tables.programs["key"].to_numpy())
    known = pc.is_in(programs["seed_id"], value_set=problems.seed_ids)
    programs = programs.filter(pc.and_(known, pa.array(~right)))
    if not programs.num_rows:
        raise InputError(
            f"{published.folder}: split 'train' has no failed translations to train on",
            "build the dataset of a run that 'synthcode verify' has tested, or choose other hard negatives: bm25, none",
        )
    return FailedTranslations(programs, tables, problems)
