"""Which seeds pose one problem: no program of one is a wrong answer to the other."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.dedup.clustering.components import DisjointSets
from synthcode.dedup.texts import I64
from synthcode.identity import digest


class Problems:
    """Seeds, united as their programs come.

    Parameters
    ----------
    seeds
        ``seed_id``, ascending, and ``cluster_id``: seeds of one cluster pose one problem.
    """

    def __init__(self, seeds: pa.Table) -> None:
        self._seeds = seeds["seed_id"].combine_chunks()
        self._sets = DisjointSets(seeds.num_rows)
        self._first: dict[str, int] = {}
        clusters = seeds["cluster_id"].combine_chunks().dictionary_encode().indices.to_numpy()
        _, first, which = np.unique(clusters, return_index=True, return_inverse=True)
        self._sets.unite(np.arange(seeds.num_rows), first[which])

    def add(self, programs: pa.Table) -> None:
        """Unite the seeds of programs that are equal once their names are taken away.

        Parameters
        ----------
        programs
            ``seed_id``, ``language`` and ``code_anonymous``.
        """
        places = pc.index_in(programs["seed_id"], value_set=self._seeds).to_pylist()
        keys = map(_key, programs["language"].to_pylist(), programs["code_anonymous"].to_pylist())
        edges = [(place, self._first.setdefault(key, place)) for place, key in zip(places, keys, strict=True)]
        left, right = (np.array(side, dtype=np.int64) for side in zip(*edges, strict=True)) if edges else ([], [])
        self._sets.unite(np.asarray(left, dtype=np.int64), np.asarray(right, dtype=np.int64))

    def labels(self) -> I64:
        """Return the problem of each seed: (seeds,)."""
        return self._sets.labels()


def _key(language: str, code: str) -> str:
    return digest(language, code)


def problems_of(seeds: pa.Table, programs: Iterable[pa.Table]) -> I64:
    """Return the problem of each seed, once all programs have been looked at: (seeds,)."""
    problems = Problems(seeds)
    for batch in programs:
        problems.add(batch)
    return problems.labels()
