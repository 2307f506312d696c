"""Nearest programs: those of the same problem by MAP@R, and labels by k nearest neighbours."""

from __future__ import annotations

import numpy as np

from synthcode.evaluation.classification.measures.weighted_items import F64, I64, average_precision_at_r
from synthcode.evaluation.classification.similarity import Similarities

NEIGHBOURS = (1, 5, 11, 21)
"""The k among which validation chooses: odd, so that two labels never draw."""


def map_at_r(similarities: Similarities, places: I64, problems: I64) -> tuple[I64, F64, I64]:
    """Return how well the programs of a problem retrieve each other (MAP@R of CodeXGLUE's POJ-104).

    Parameters
    ----------
    similarities
        Of all programs.
    places
        Of the programs that are queries and documents. Of equal similarities the earlier place comes first. (programs,)
    problems
        The problem of each, from 0. (programs,)

    Returns
    -------
    queries, average_precisions, nearest
        The programs whose problem has others, by their position in ``places``; for each its average precision at R, and
        the problem of its nearest program.
    """
    sizes = np.bincount(problems)
    values, nearest, start = np.zeros(len(places)), np.zeros(len(places), dtype=np.int64), 0
    for block in similarities.blocks(places, places):
        rows = np.arange(start, start + len(block))
        scores = block.astype(np.float32, copy=True)
        scores[np.arange(len(block)), rows] = -np.inf
        order = np.argsort(-scores, axis=1, kind="stable")
        for query, found in zip(rows, order, strict=True):
            number = int(sizes[problems[query]]) - 1
            if number:
                relevant = problems[found[:number]] == problems[query]
                values[query], nearest[query] = average_precision_at_r(relevant, number), problems[found[0]]
        start += len(block)
    queries = np.flatnonzero(sizes[problems] > 1)
    return queries, values[queries], nearest[queries]


def nearest(similarities: Similarities, queries: I64, documents: I64) -> I64:
    """Return the places among ``documents`` of the nearest of each query, the best first, (queries, at most 21)."""
    most = min(NEIGHBOURS[-1], len(documents))
    parts = [np.argsort(-block, axis=1, kind="stable")[:, :most] for block in similarities.blocks(queries, documents)]
    return np.concatenate(parts)


def vote(labels_of_nearest: I64, k: int) -> I64:
    """Return the most frequent label of each query's first k neighbours, of several the smallest: (queries,)."""
    number = int(labels_of_nearest.max()) + 1
    votes = np.zeros((len(labels_of_nearest), number), dtype=np.int64)
    for column in labels_of_nearest[:, :k].T:
        votes[np.arange(len(votes)), column] += 1
    chosen: I64 = votes.argmax(axis=1)
    return chosen


def chosen_k(labels_of_nearest: I64, labels: I64) -> int:
    """Return the k that is right most often on validation; of several the smallest."""
    possible = [k for k in NEIGHBOURS if k <= labels_of_nearest.shape[1]]
    return max(possible, key=lambda k: (float((vote(labels_of_nearest, k) == labels).mean()), -k))
