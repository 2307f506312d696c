"""How often 95 % intervals of clones and classification hold the truth, on simulated data: 93 to 97 % is right.

python benchmarks/interval_coverage.py [--problems 80] [--samples 1000] [--resamples 500]

A problem has a centre, and the vector of a program is the centre of its problem with noise. Problems are alike, or
differ in how noisy their programs are. A classifier is right or wrong for whole groups of programs. The truth is the
score of 20,000 problems, with the same threshold.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from math import isnan
from typing import NamedTuple

import numpy as np

from synthcode.evaluation.classification.clones.clone_scores import ALL, score_clones
from synthcode.evaluation.classification.clones.dataset_clones import ClonePairs, DatasetClones
from synthcode.evaluation.classification.measures.intervals import estimates, group_draws
from synthcode.evaluation.classification.measures.weighted_items import F64, I64, ByScore, macro_f1, precision_recall_f1
from synthcode.evaluation.classification.published.benchmark import PairRows, PublishedPairs
from synthcode.evaluation.classification.published.scoring import score
from synthcode.evaluation.classification.similarity import VectorSimilarities
from synthcode.evaluation.results.comparison import Estimate

WIDTH, PROGRAMS = 16, 6
"""Of vectors; of a problem."""
MANY = 20_000
"""Problems whose score is the truth."""
Scores = dict[str, Estimate]


class Programs(NamedTuple):
    """Programs of some problems, and as many pairs of two problems as of one."""

    vectors: np.ndarray
    problems: I64
    rows: PairRows


def drawn_programs(random: np.random.Generator, problems: int, spread: float, programs: int = PROGRAMS) -> Programs:
    """Draw problems with their programs, and their pairs as ``build --clones`` pairs them."""
    noise = np.exp(random.normal(0, spread, problems))
    of = np.repeat(np.arange(problems), programs)
    vectors = random.standard_normal((problems, WIDTH))[of]
    vectors = vectors + 1.1 * noise[of][:, None] * random.standard_normal((len(of), WIDTH))
    left, right = np.triu_indices(programs, 1)
    first = np.arange(problems)[:, None] * programs
    a, b = (first + left).ravel(), (first + right).ravel()
    anchors = np.where(random.random(len(a)) < 0.5, a, b)
    others = (of[anchors] + random.integers(1, problems, len(a))) % problems
    partners = others * programs + random.integers(0, programs, len(a))
    label = np.repeat([1, 0], len(a)).astype(np.int8)
    rows = PairRows(np.concatenate([a, anchors]), np.concatenate([b, partners]), label)
    return Programs(vectors.astype(np.float32), of, rows)


def clones_by_problem(validation: Programs, test: Programs, resamples: int) -> Scores:
    """Score the pairs of a dataset: problems are drawn."""
    moved = PairRows(*(places + len(validation.problems) for places in test.rows[:2]), test.rows.label)
    groups = np.concatenate([validation.problems, test.problems + validation.problems.max() + 1])
    vectors = np.concatenate([validation.vectors, test.vectors])
    names = [f"{place:06}" for place in range(len(groups))]
    parts = {"validation": _pairs(validation.rows), "test": _pairs(moved)}
    clones = DatasetClones(names, ["java"] * len(names), {}, groups, parts)
    found = score_clones(clones, "test", VectorSimilarities(vectors), resamples).scores
    return {one.metric: one.estimate for one in found if one.languages[0] == ALL}


def clones_by_program(validation: Programs, test: Programs, resamples: int) -> Scores:
    """Score a published benchmark of pairs: programs are drawn, since nothing says which solve one problem."""
    moved = PairRows(*(places + len(validation.problems) for places in test.rows[:2]), test.rows.label)
    vectors = np.concatenate([validation.vectors, test.vectors])
    names = [f"{place:06}" for place in range(len(vectors))]
    benchmark = PublishedPairs("simulated", "java", names, names, {"validation": validation.rows, "test": moved})
    return {one.metric: one.estimate for one in score(benchmark, VectorSimilarities(vectors), resamples).scores}


def _pairs(rows: PairRows) -> ClonePairs:
    # Two kinds of negatives that do not differ: the truth of the drop between them is 0.
    negatives = np.where(np.arange(len(rows.label)) % 2, "random", "lexical")
    kinds = np.where(rows.label == 1, "unverified", negatives)
    return ClonePairs(rows, kinds, np.full((len(kinds), 2), "java"))


def drawn_predictions(random: np.random.Generator, groups: int) -> tuple[I64, I64, I64, F64]:
    """Draw groups of five programs: labels, predictions, groups, scores. Programs of a group are alike."""
    of = np.repeat(np.arange(groups), 5)
    label = np.repeat(random.integers(0, 2, groups), 5)
    scores = 1.2 * (label - 0.5) + random.normal(0, 0.6, groups)[of] + random.normal(0, 0.8, len(of))
    return label, (scores > 0).astype(np.int64), of, scores


def labels_by_group(label: I64, predicted: I64, of: I64, scores: F64, resamples: int) -> Scores:
    """Score the predictions of a classifier."""
    ranked = ByScore(scores, label == 1)

    def measures(weights: F64) -> list[float]:
        accuracy = float(np.average(predicted == label, weights=weights))
        f1 = precision_recall_f1(predicted == 1, label == 1, weights)[2]
        ranks = ranked.average_precision(weights), ranked.roc_auc(weights)
        return [accuracy, f1, macro_f1(predicted, label, weights), *ranks]

    groups = int(of.max()) + 1
    found = estimates(measures, len(label), group_draws(of, resamples), groups)
    return dict(zip(("accuracy", "F1", "F1_macro", "AP", "ROC-AUC"), found, strict=True))


class Simulation(NamedTuple):
    """What is drawn again and again, and the scores of all that could be drawn."""

    draw: Callable[[], Scores]
    truth: Scores


def simulated_clones(problems: int, spread: float, resamples: int, many: int = MANY) -> Simulation:
    """Return the pairs of a dataset, with the threshold of one validation split."""
    random = np.random.default_rng(0)
    validation = drawn_programs(random, 60, spread)
    return Simulation(
        lambda: clones_by_problem(validation, drawn_programs(random, problems, spread), resamples),
        clones_by_problem(validation, drawn_programs(random, many, spread), 1),
    )


def simulated_benchmark(programs: int, resamples: int, many: int = MANY) -> Simulation:
    """Return a benchmark of pairs of programs that come in no problems but pairs: each is in one pair of clones."""
    random = np.random.default_rng(1)
    validation = drawn_programs(random, 60, 0.3, 2)
    return Simulation(
        lambda: clones_by_program(validation, drawn_programs(random, programs // 2, 0.3, 2), resamples),
        clones_by_program(validation, drawn_programs(random, many, 0.3, 2), 1),
    )


def simulated_labels(groups: int, resamples: int, many: int = MANY) -> Simulation:
    """Return the predictions of a classifier, for programs in groups."""
    random = np.random.default_rng(2)
    return Simulation(
        lambda: labels_by_group(*drawn_predictions(random, groups), resamples),
        labels_by_group(*drawn_predictions(random, many), 1),
    )


def coverage(simulation: Simulation, samples: int) -> dict[str, float]:
    """Return the share of samples whose interval holds the truth, by measure."""
    covered = dict.fromkeys((name for name, one in simulation.truth.items() if not isnan(one.lo)), 0)
    for _ in range(samples):
        drawn = simulation.draw()
        for name in covered:
            covered[name] += drawn[name].lo <= simulation.truth[name].value <= drawn[name].hi
    return {name: number / samples for name, number in covered.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--problems", type=int, default=80)
    parser.add_argument("--samples", type=int, default=1_000)
    parser.add_argument("--resamples", type=int, default=500)
    chosen = parser.parse_args()
    simulations = {
        "clones, problems alike": simulated_clones(chosen.problems, 0.0, chosen.resamples),
        "clones, problems differ": simulated_clones(chosen.problems, 0.3, chosen.resamples),
        "benchmark of pairs": simulated_benchmark(4 * chosen.problems, chosen.resamples),
        "labels by group": simulated_labels(chosen.problems, chosen.resamples),
    }
    for name, simulation in simulations.items():
        for metric, share in coverage(simulation, chosen.samples).items():
            print(f"{name:24} {metric:16} {simulation.truth[metric].value:.3f} {100 * share:5.1f} %", flush=True)


if __name__ == "__main__":
    main()
