"""Scores of clone detection: of all pairs, by pair of languages, by kind of pair."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from synthcode.evaluation.classification.clones.dataset_clones import ClonePairs, DatasetClones
from synthcode.evaluation.classification.clones.harder_negatives import DROP, drop_of_ap
from synthcode.evaluation.classification.items.item_scores import pair_items
from synthcode.evaluation.classification.measures.intervals import draws_for
from synthcode.evaluation.classification.measures.ranked_pairs import PAIR_MEASURES, RankedPairs
from synthcode.evaluation.classification.measures.scored import Score, Scored, ScoredPairs
from synthcode.evaluation.classification.measures.weighted_items import F64, I64, Bools, ByScore
from synthcode.evaluation.classification.similarity import PairSimilarities
from synthcode.vocabulary import CLONE_DIFFICULTIES, Split

ALL = "all"
"""The language of pairs of every language."""


def score_clones(clones: DatasetClones, split: Split, similarities: PairSimilarities, resamples: int) -> Scored:
    """Score the pairs of a split by how similar their programs are.

    The threshold of precision, recall and F1 is the one with the best F1 on validation. Measures that end in
    ``_oracle`` use the best one of the split itself, as mteb does, and have no interval. A measure that ends in a kind
    of negatives compares all positives with these negatives, weighted alike: AP depends on the share of positives.
    ``AP_drop_`` and a kind is AP with random negatives less AP with these, with the interval of the difference.

    Parameters
    ----------
    clones
        Programs and pairs.
    split
        The split that is scored.
    similarities
        Of the programs.
    resamples
        Of intervals. Problems are drawn; a pair counts as often as both of its problems were drawn together.
    """
    validation, pairs = clones.parts["validation"].rows, clones.parts[split]
    known = ByScore(similarities.of_pairs(validation.a, validation.b), validation.label == 1)
    scores = similarities.of_pairs(pairs.rows.a, pairs.rows.b)
    threshold, oracle = known.best_threshold(), ByScore(scores, pairs.rows.label == 1).best_threshold()
    split_scores = _SplitScores(clones.groups, pairs, scores, (threshold, oracle), resamples)
    found = [score for stratum in _strata(pairs) for score in _of_stratum(split_scores, stratum)]
    found += _drops(split_scores)
    programs = clones.ids, clones.languages, clones.problems_of_programs()
    items = pair_items(pairs.rows, programs, scores, threshold, pairs.difficulty)
    return Scored(found, {"threshold": threshold, "threshold_oracle": oracle}, items)


class _SplitScores(NamedTuple):
    """A split with its scores."""

    groups: I64
    """Of each program."""
    pairs: ClonePairs
    scores: F64
    thresholds: tuple[float, float]
    """That of validation, and the best one of the split itself."""
    resamples: int


class _Stratum(NamedTuple):
    """Some pairs, and what is measured of them."""

    languages: tuple[str, str]
    metrics: dict[str, str]
    """Measure -> its name in results."""
    chosen: Bools
    weights: F64
    """Of all pairs."""


_EASY = "random"
"""The kind of negatives that others are compared with."""
_BRIEF = ("F1", "AP", "ROC-AUC")


def _strata(pairs: ClonePairs) -> Iterator[_Stratum]:
    positive, alike = pairs.rows.label == 1, np.ones(len(pairs.difficulty))
    yield _Stratum((ALL, ALL), {name: name for name in PAIR_MEASURES}, alike == 1, alike)
    for kind in sorted(set(pairs.difficulty.tolist())):
        mine = pairs.difficulty == kind
        if kind in CLONE_DIFFICULTIES:
            yield _Stratum((ALL, ALL), {"recall": f"recall_{kind}"}, mine, alike)
        else:
            weights = np.where(positive, mine.sum() / positive.sum(), 1.0)
            metrics = {name: f"{name}_{kind}" for name in ("AP", "ROC-AUC")}
            yield _Stratum((ALL, ALL), metrics, mine | positive, weights)
    for one, other in sorted(set(map(tuple, pairs.languages.tolist()))):
        mine = (pairs.languages[:, 0] == one) & (pairs.languages[:, 1] == other)
        if len(np.unique(pairs.rows.label[mine])) == 2:
            yield _Stratum((one, other), {name: name for name in _BRIEF}, mine, alike)


def _of_stratum(scored: _SplitScores, stratum: _Stratum) -> list[Score]:
    chosen, rows = np.flatnonzero(stratum.chosen), scored.pairs.rows
    programs = np.stack([rows.a[chosen], rows.b[chosen]])
    used, places = np.unique(scored.groups[programs], return_inverse=True)
    first, second = places.reshape(2, -1).astype(np.int32)
    positive, weights = rows.label[chosen] == 1, stratum.weights[chosen]
    ranked = RankedPairs(scored.scores[chosen], positive, first, second, scored.thresholds, weights)
    found = ranked.estimates(list(stratum.metrics), scored.resamples)
    number = len(np.unique(programs))
    return [
        Score(name, one, len(chosen), len(used), number, stratum.languages)
        for name, one in zip(stratum.metrics.values(), found, strict=True)
    ]


def _drops(scored: _SplitScores) -> Iterator[Score]:
    """Yield how much lower AP is with each kind of negatives than with random ones."""
    pairs, kinds = scored.pairs, scored.pairs.difficulty
    if not (kinds == _EASY).any():
        return
    by_problem = ScoredPairs(
        scored.scores, pairs.rows.label == 1, scored.groups[pairs.rows.a], scored.groups[pairs.rows.b]
    )
    for kind in sorted(set(kinds.tolist()) - {_EASY, *CLONE_DIFFICULTIES}):
        used = by_problem.positive | (kinds == kind) | (kinds == _EASY)
        number = int(used.sum())
        found = drop_of_ap(by_problem, kinds == kind, kinds == _EASY, draws_for(number, scored.resamples))
        programs = np.unique(np.concatenate([pairs.rows.a[used], pairs.rows.b[used]]))
        problems = len(np.unique(scored.groups[programs]))
        yield Score(f"{DROP}{kind}", found, number, problems, len(programs), (ALL, ALL))
