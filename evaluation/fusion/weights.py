"""The weight of one of two rankings, chosen where it is not scored: on the validation split."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from synthcode.errors import InputError
from synthcode.evaluation.fusion.formulas import min_max, weighted
from synthcode.evaluation.retrieval.benchmark import Benchmark, Cell, Judgements
from synthcode.evaluation.retrieval.measures import F64, MEASURES, QueryRanks
from synthcode.evaluation.retrieval.rankings import Rankings, aligned_blocks
from synthcode.evaluation.retrieval.search.ranking import ranks
from synthcode.vocabulary import MAIN_METRIC, Variant

WEIGHTS = tuple(tenth / 10 for tenth in range(11))
"""That are tried; 0 and 1 are one ranking without the other."""


class Choice(NamedTuple):
    """The weight for a task and variant, and what it rests on."""

    weight: float
    """Of the first ranking."""
    score: float
    """The main measure on validation, with that weight: a mean over pairs of languages."""
    first: float
    """That of the first ranking without the other."""
    second: float
    queries: int
    """Of validation, in all pairs."""


Choices = dict[tuple[str, Variant], Choice]
"""By task and variant."""


def choose_weights(
    benchmark: Benchmark, parts: Sequence[Rankings], variants: Sequence[Variant], advance: Callable[[int], None]
) -> Choices:
    """Return the best weight for each task and variant; of equal ones the one nearest to a half.

    Parameters
    ----------
    benchmark
        The validation split.
    parts
        Two rankings of it.
    variants
        Of the code.
    advance
        Called with 1 after every cell and variant.

    Raises
    ------
    InputError
        If the validation split has no queries.
    """
    if not benchmark.cells:
        raise InputError(
            f"{benchmark.name}: the validation split has no queries to choose a weight on",
            "give --weight, or --fusion rrf, which has none",
        )
    scores: dict[tuple[str, Variant], list[F64]] = {}
    queries: dict[tuple[str, Variant], int] = {}
    for variant in variants:
        for cell, judged in benchmark.cells.items():
            kind = cell.task, variant
            scores.setdefault(kind, []).append(_scores(benchmark, parts, cell, variant))
            queries[kind] = queries.get(kind, 0) + len(judged.queries)
            advance(1)
    return {kind: _best(np.mean(of_cells, axis=0), queries[kind]) for kind, of_cells in scores.items()}


def _scores(benchmark: Benchmark, parts: Sequence[Rankings], cell: Cell, variant: Variant) -> F64:
    """Return the main measure of a cell with each of the weights, (weights,)."""
    judged = benchmark.cells[cell]
    found: list[list[np.ndarray]] = [[] for _ in WEIGHTS]
    start = 0
    for first, second in aligned_blocks(parts, benchmark, cell, variant):
        scaled = min_max(first), min_max(second)
        of_block = _judgements(judged, start, len(first))
        for number, weight in enumerate(WEIGHTS):
            found[number].append(ranks([weighted(*scaled, weight)], of_block))
        start += len(first)
    return np.array([MEASURES[MAIN_METRIC](_query_ranks(judged, np.concatenate(one))).mean() for one in found])


def _judgements(judged: Judgements, start: int, queries: int) -> Judgements:
    starts = judged.starts[start : start + queries + 1]
    return Judgements(
        judged.queries[start : start + queries], starts - starts[0], judged.answers[starts[0] : starts[-1]]
    )


def _query_ranks(judged: Judgements, found: np.ndarray) -> QueryRanks:
    of_query = np.repeat(np.arange(len(judged.queries)), np.diff(judged.starts))
    return QueryRanks(judged.starts, found[np.lexsort((found, of_query))])


def _best(scores: F64, queries: int) -> Choice:
    nearest_first = sorted(range(len(WEIGHTS)), key=lambda number: abs(WEIGHTS[number] - 0.5))
    best = max(nearest_first, key=lambda number: round(float(scores[number]), 12))
    return Choice(WEIGHTS[best], float(scores[best]), float(scores[-1]), float(scores[0]), queries)
