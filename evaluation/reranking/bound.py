"""What a reranker can reach at most: what the first stage finds within its depth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from synthcode.evaluation.retrieval.benchmark import I64, Judgements, Ranks
from synthcode.evaluation.retrieval.measures import MEASURES, QueryRanks, recall
from synthcode.vocabulary import MAIN_METRIC


class FirstStage(NamedTuple):
    """Means of a first stage over pairs of languages."""

    recall: float
    """Within the reranker's depth."""
    score: float
    """The main measure."""
    at_most: float
    """The share of queries with a relevant document within the depth: the main measure of a perfect reranker."""


class Bound:
    """Collects what the first stage finds.

    Parameters
    ----------
    depth
        Documents of each query that are scored again.
    """

    def __init__(self, depth: int) -> None:
        self._depth = depth
        self._cells: dict[tuple[str, str], list[FirstStage]] = defaultdict(list)

    def add(self, task: str, variant: str, judged: Judgements, found: Sequence[Ranks]) -> None:
        """Add a cell.

        Parameters
        ----------
        task, variant
            Of the cell.
        judged
            Its judgements.
        found
            The first stage's ranks of the relevant documents, as ``relevant_ranks`` gives them, in the order of the
            queries.
        """
        ranks = QueryRanks(judged.starts, np.concatenate(found))
        first = ranks.values[ranks.starts[:-1]]
        means = recall(ranks, self._depth), MEASURES[MAIN_METRIC](ranks), first <= self._depth
        self._cells[task, variant].append(FirstStage(*(float(values.mean()) for values in means)))

    def means(self) -> Mapping[tuple[str, str], FirstStage]:
        """Return the means over the cells of each task and variant."""
        return {
            kind: FirstStage(*(float(np.mean(values)) for values in zip(*cells, strict=True)))
            for kind, cells in self._cells.items()
        }


def relevant_ranks(judged: Judgements, start: int, order: I64) -> Ranks:
    """Return the ranks of the relevant documents of some queries, (pairs,): of each ascending, from 1.

    Parameters
    ----------
    judged
        Of all queries.
    start
        The first of these queries.
    order
        Documents as they are ranked, (some queries, documents).
    """
    starts = judged.starts[start : start + len(order) + 1]
    return np.concatenate(
        [
            np.flatnonzero(np.isin(row, judged.answers[low:high])) + 1
            for row, low, high in zip(order, starts[:-1], starts[1:], strict=True)
        ]
    ).astype(np.int32)
