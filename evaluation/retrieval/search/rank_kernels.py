"""The loop that counts who comes before a relevant document, compiled by numba: it holds no lock of the interpreter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[Any]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
Function = TypeVar("Function", bound=Callable[..., Any])

FEW = 8
"""Relevant documents of one query up to which each is counted by itself, at the speed of memory."""


def _compiled(function: Function) -> Function:
    try:
        return cast(Function, numba.njit(cache=True, nogil=True)(function))
    except RuntimeError:  # no folder for the compiled code can be written
        return cast(Function, numba.njit(nogil=True)(function))


@_compiled
def count_better(scores: Numbers, starts: I64, answers: I64, ranks: I32) -> None:
    """Write the rank of every relevant document of a block of queries.

    Documents stand in descending order of their ids, so that of equal scores the one that stands before ranks before.

    Parameters
    ----------
    scores
        (queries, documents): floats, or signed integers.
    starts, answers
        As in ``Judgements``, of these queries only. (queries + 1,), (pairs,)
    ranks
        Filled, counted from 1. (pairs,)
    """
    for query in range(scores.shape[0]):
        pairs = slice(starts[query], starts[query + 1])
        if starts[query + 1] - starts[query] <= FEW:
            _count_each(scores[query], answers[pairs], ranks[pairs])
        else:
            _count_all(scores[query], answers[pairs], ranks[pairs])


@_compiled
def _count_each(row: Numbers, answers: I64, ranks: I32) -> None:
    for pair in range(answers.size):
        place = answers[pair]
        own = row[place]
        before = 0
        for other in range(place):
            before += row[other] >= own
        for other in range(place + 1, row.size):
            before += row[other] > own
        ranks[pair] = before + 1


@_compiled
def _count_all(row: Numbers, answers: I64, ranks: I32) -> None:
    """Look every document up among the relevant ones, in the order of their ranks: a stable sort keeps that of ids."""
    order = np.argsort(-row[answers], kind="mergesort")
    beaten = np.zeros(answers.size + 1, dtype=np.int64)
    for other in range(row.size):
        low, high = 0, answers.size
        while low < high:
            middle = (low + high) // 2
            place = answers[order[middle]]
            if row[other] > row[place] or (row[other] == row[place] and other < place):
                high = middle
            else:
                low = middle + 1
        beaten[low] += 1
    before = 0
    for number in range(answers.size):
        before += beaten[number]
        ranks[order[number]] = before + 1
