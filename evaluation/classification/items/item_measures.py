"""The measures of stored pairs or programs: on draws of problems, and what each problem adds to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synthcode.errors import InputError
from synthcode.evaluation.classification.measures import slopes
from synthcode.evaluation.classification.measures.shared_problems import within_kinds
from synthcode.evaluation.classification.measures.weighted_items import (
    F64,
    I64,
    Bools,
    ByScore,
    macro_f1,
    precision_recall_f1,
)
from synthcode.vocabulary import CLONE_DIFFICULTIES

Strings: TypeAlias = npt.NDArray[Any]

PAIR_MEASURES = ("precision", "recall", "F1", "AP", "ROC-AUC")
_THREE = ("precision", "recall", "F1")


@dataclass(frozen=True)
class Measure:
    """One measure of one encoder at one exit."""

    value: Callable[[F64], float]
    """From how often each problem is drawn, (problems,)."""
    slopes: F64
    """How fast the measure grows if a problem weighs more. (problems,)"""
    items: int
    """Pairs or programs that it is over."""
    problems: int
    """Their problems."""
    pairs: PairShares | None = None
    """What pairs add to the measure; None of programs, each of which has one problem."""


class PairShares(NamedTuple):
    """What each pair adds to a measure, with its problems."""

    shares: F64
    """(pairs,)"""
    first: npt.NDArray[np.int32]
    second: npt.NDArray[np.int32]


class PairMeasures:
    """Measures of scored pairs.

    Parameters
    ----------
    pairs
        Schema ``PAIR_SCORES``, of one exit and variant.

    Raises
    ------
    InputError
        If all have one label.
    """

    def __init__(self, pairs: pa.Table) -> None:
        problems = np.concatenate([texts_of(pairs, "problem_a"), texts_of(pairs, "problem_b")])
        known, places = np.unique(problems, return_inverse=True)
        self._first, self._second = places.reshape(2, -1).astype(np.int32)
        self.problems = len(known)
        self._positive = np.asarray(pairs["label"]) == 1
        if self._positive.all() or not self._positive.any():
            raise InputError(
                f"all {len(self._positive):,} pairs have one label, and measures need pairs of both",
                "compare results of more pairs: of more languages, or of a lower level of verification",
            )
        self._scores = np.asarray(pairs["score"])
        self._predicted = np.asarray(pairs["predicted"]) == 1
        self._difficulty = texts_of(pairs, "difficulty")

    def measure(self, metric: str) -> Measure:
        """Return a measure by its name in ``metrics.csv``, such as ``AP``, ``F1`` or ``AP_lexical``."""
        name, _, part = metric.partition("_")
        if not part:
            return self._measure(name, np.ones(len(self._scores), dtype=np.bool_), self._predicted)
        mine = self._difficulty == part
        return self._measure(name, mine if part in CLONE_DIFFICULTIES else mine | self._positive, self._predicted)

    def _measure(self, name: str, chosen: Bools, predicted: Bools) -> Measure:
        from synthcode.evaluation.classification.measures.pair_kernels import measure_pairs  # numba takes half a second

        rows = np.flatnonzero(chosen)
        positive, scores, predicted = self._positive[rows], self._scores[rows], predicted[rows]
        first, second = self._first[rows], self._second[rows]
        negatives = len(rows) - int(positive.sum())
        is_part = len(rows) < len(self._scores) and 0 < negatives < len(rows)
        weights = np.where(positive, negatives / positive.sum(), 1.0) if is_part else np.ones(len(rows))
        shares = within_kinds(_pair_slopes(name, scores, positive, predicted, weights), positive, weights)
        by_problem = _sums(shares, first, self.problems)
        by_problem += _sums(shares * (first != second), second, self.problems)
        order = np.argsort(-scores, kind="stable")
        ranked = (first[order], second[order], positive[order], np.append(np.diff(scores[order]) != 0, True))
        above, weighed = np.array([predicted.sum()]), weights[order]
        place, found = PAIR_MEASURES.index(name), np.empty(len(PAIR_MEASURES))

        def value(counts: F64) -> float:
            measure_pairs(*ranked, weighed, counts, above, found)
            return float(found[place])

        used = len(np.unique(np.concatenate([first, second])))
        return Measure(value, by_problem, len(rows), used, PairShares(shares, first, second))


def _pair_slopes(name: str, scores: F64, positive: Bools, predicted: Bools, weights: F64) -> F64:
    if name == "AP":
        return slopes.RankedSlopes(scores, positive, weights).average_precision()
    if name == "ROC-AUC":
        return slopes.RankedSlopes(scores, positive, weights).roc_auc()
    return slopes.precision_recall_f1_slopes(predicted, positive, weights)[_THREE.index(name)]


class ProgramMeasures:
    """Measures of scored programs.

    Parameters
    ----------
    programs
        Schema ``PROGRAM_SCORES``, of one exit and variant, and of all methods.
    """

    def __init__(self, programs: pa.Table) -> None:
        known, self._groups = np.unique(texts_of(programs, "problem_id"), return_inverse=True)
        self.problems = len(known)
        self._method = texts_of(programs, "method")
        labels = np.concatenate([texts_of(programs, "label"), texts_of(programs, "predicted")])
        places = np.unique(labels, return_inverse=True)[1]
        self._labels, self._predicted = places.reshape(2, -1).astype(np.int64)
        self._columns = {name: np.asarray(programs[name], dtype=np.float64) for name in ("score", "average_precision")}

    def measure(self, metric: str) -> Measure:
        """Return a measure by its name in ``metrics.csv``, such as ``MAP@R`` or ``F1_macro_knn``."""
        name, _, method = ("MAP@R", "", "1nn") if metric == "MAP@R" else metric.rpartition("_")
        rows = np.flatnonzero(self._method == method)
        groups = self._groups[rows]
        value, of_programs = self._weighted(name, rows)
        return Measure(
            value=lambda counts: value(counts[groups]),
            slopes=_sums(of_programs, groups, self.problems),
            items=len(rows),
            problems=len(np.unique(groups)),
        )

    def _weighted(self, name: str, rows: I64) -> tuple[Callable[[F64], float], F64]:
        """Return a measure of weighted programs, and its slopes, (programs,)."""
        labels, predicted, ones = self._labels[rows], self._predicted[rows], np.ones(len(rows))
        if name in ("MAP@R", "accuracy"):
            right = self._columns["average_precision"][rows] if name == "MAP@R" else (labels == predicted).astype(float)
            return lambda weights: float(np.average(right, weights=weights)), slopes.mean_slopes(right, ones)
        if name == "F1_macro":
            return (
                lambda weights: macro_f1(predicted, labels, weights),
                slopes.macro_f1_slopes(predicted, labels, ones),
            )
        positive = labels == 1
        if name in _THREE:
            place = _THREE.index(name)
            return (
                lambda weights: precision_recall_f1(predicted == 1, positive, weights)[place],
                slopes.precision_recall_f1_slopes(predicted == 1, positive, ones)[place],
            )
        ranked = ByScore(self._columns["score"][rows], positive)
        ranked_slopes = slopes.RankedSlopes(ranked.scores, positive, ones)
        if name == "AP":
            return ranked.average_precision, ranked_slopes.average_precision()
        return ranked.roc_auc, ranked_slopes.roc_auc()


def _sums(values: F64, problems: npt.NDArray[Any], number: int) -> F64:
    """Return the sum of the values of each problem, (number,)."""
    return np.bincount(problems, values, number).astype(np.float64)


def measures_of(items: pa.Table) -> PairMeasures | ProgramMeasures:
    """Return the measures of items of one exit and variant."""
    return PairMeasures(items) if "program_a" in items.column_names else ProgramMeasures(items)


def texts_of(items: pa.Table, column: str) -> Strings:
    """Return a column of texts, empty where it is null, (rows,)."""
    found = items[column].combine_chunks()
    known: Sequence[str] = [text or "" for text in found.dictionary.to_pylist()]
    if not known:
        return np.full(items.num_rows, "")
    places = np.asarray(found.indices.fill_null(len(known)), dtype=np.int64)
    texts: Strings = np.array([*known, ""])[places]
    return texts
