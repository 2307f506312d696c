"""Scores of a published benchmark from frozen vectors, or from heads that were fine-tuned on it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from synthcode.evaluation.classification import neighbours
from synthcode.evaluation.classification.items.item_scores import pair_items, program_items
from synthcode.evaluation.classification.linear_probe import linear_probe
from synthcode.evaluation.classification.measures.intervals import estimates, group_draws
from synthcode.evaluation.classification.measures.ranked_pairs import PAIR_MEASURES, RankedPairs
from synthcode.evaluation.classification.measures.scored import Score, Scored
from synthcode.evaluation.classification.measures.weighted_items import (
    F64,
    I64,
    ByScore,
    log_odds,
    macro_f1,
    precision_recall_f1,
)
from synthcode.evaluation.classification.published.benchmark import (
    LabelledRows,
    PublishedBenchmark,
    PublishedLabels,
    PublishedPairs,
)
from synthcode.evaluation.classification.similarity import PairSimilarities, Similarities, VectorSimilarities
from synthcode.evaluation.encoder import Vectors
from synthcode.vocabulary import SPLITS, Split


def programs_of(benchmark: PublishedBenchmark) -> list[str]:
    """Return the texts that are to be encoded; places of programs are positions in this list."""
    if isinstance(benchmark, PublishedPairs):
        return list(benchmark.texts)
    return [text for split in SPLITS if split in benchmark.parts for text in benchmark.parts[split].texts]


def score(benchmark: PublishedBenchmark, similarities: Similarities, resamples: int) -> Scored:
    """Score the test programs of a benchmark by how similar they are, or by a classifier on their vectors."""
    if isinstance(benchmark, PublishedPairs):
        return score_pairs(benchmark, similarities, resamples)
    if benchmark.scoring == "problems":
        return _score_problems(benchmark, similarities, resamples)
    return _score_labels(benchmark, similarities, resamples)


def score_pairs(benchmark: PublishedPairs, similarities: PairSimilarities, resamples: int) -> Scored:
    """Score the test pairs of a benchmark by how similar their programs are."""
    validation, rows = benchmark.parts["validation"], benchmark.parts["test"]
    known = ByScore(similarities.of_pairs(validation.a, validation.b), validation.label == 1)
    scores, positive = similarities.of_pairs(rows.a, rows.b), rows.label == 1
    threshold, oracle = known.best_threshold(), ByScore(scores, positive).best_threshold()
    used, places = np.unique(np.stack([rows.a, rows.b]), return_inverse=True)
    first, second = places.reshape(2, -1).astype(np.int32)
    ranked = RankedPairs(scores, positive, first, second, (threshold, oracle))
    estimated = ranked.estimates(PAIR_MEASURES, resamples)
    number = len(used)
    found = [Score(name, one, len(scores), number, number) for name, one in zip(PAIR_MEASURES, estimated, strict=True)]
    programs = benchmark.ids, [benchmark.language or "unknown"] * len(benchmark.ids), benchmark.ids
    items = pair_items(rows, programs, scores, threshold)
    return Scored(found, {"threshold": threshold, "threshold_oracle": oracle}, items)


def _score_problems(benchmark: PublishedLabels, similarities: Similarities, resamples: int) -> Scored:
    rows, places = benchmark.parts["test"], _places(benchmark)["test"]
    problems = _numbers(rows.labels, sorted(set(rows.labels)))
    queries, precisions, nearest = neighbours.map_at_r(similarities, places, problems)
    is_right = (nearest == problems[queries]).astype(np.float64)
    asked = [_texts(column, queries) for column in (rows.ids, rows.labels, rows.labels)]
    found_labels = _texts(sorted(set(rows.labels)), nearest)
    items = program_items("1nn", (asked[0], asked[1], asked[2]), found_labels, average_precision=precisions)
    if not len(queries):
        return Scored([], {}, items)

    def measures(weights: F64) -> Sequence[float]:
        return float(np.average(precisions, weights=weights)), float(np.average(is_right, weights=weights))

    groups = np.unique(problems[queries], return_inverse=True)[1]
    number = int(groups.max()) + 1
    found = estimates(measures, len(queries), group_draws(groups, resamples), number)
    names = ("MAP@R", "accuracy_1nn")
    scores = [Score(name, one, len(queries), number, len(places)) for name, one in zip(names, found, strict=True)]
    return Scored(scores, {}, items)


def _score_labels(benchmark: PublishedLabels, similarities: Similarities, resamples: int) -> Scored:
    parts, places = benchmark.parts, _places(benchmark)
    names = sorted({label for rows in parts.values() for label in rows.labels})
    labels = {split: _numbers(rows.labels, names) for split, rows in parts.items()}
    is_binary = len(names) == 2
    test = parts["test"]
    programs = test.ids, test.groups, test.labels
    scores: list[Score] = []
    items: list[pa.Table] = []
    chosen: dict[str, float] = {}
    if isinstance(similarities, VectorSimilarities):
        learned, held_out = ((similarities.unit[places[split]], labels[split]) for split in ("train", "validation"))
        probe = linear_probe(learned, held_out, similarities.unit[places["test"]])
        chosen["probe_C"] = probe.strength
        ranked = ByScore(probe.scores, labels["test"] == 1) if is_binary else None
        scores += _of_predictions("probe", probe.predicted, labels["test"], test, resamples, is_binary, ranked)
        decisions = probe.scores if is_binary else None
        items.append(program_items("probe", programs, _texts(names, probe.predicted), decisions))
    near = {
        split: labels["train"][neighbours.nearest(similarities, places[split], places["train"])]
        for split in ("validation", "test")
    }
    k = neighbours.chosen_k(near["validation"], labels["validation"])
    predicted = neighbours.vote(near["test"], k)
    scores += _of_predictions("knn", predicted, labels["test"], test, resamples, is_binary)
    items.append(program_items("knn", programs, _texts(names, predicted)))
    return Scored(scores, {**chosen, "knn_k": float(k)}, pa.concat_tables(items))


def score_answers(rows: LabelledRows, labels: Sequence[str], logits: Vectors, resamples: int) -> Scored:
    """Score what a fine-tuned head says of programs; one with a label that the head does not know counts as wrong.

    Parameters
    ----------
    rows
        The programs.
    labels
        Of the head.
    logits
        Its outputs, (programs, labels).
    resamples
        Of intervals.
    """
    unknown = sorted(set(rows.labels) - set(labels))
    truth = _numbers(rows.labels, [*labels, *unknown])
    is_binary = len(labels) == 2 and not unknown
    scores = log_odds(logits) if is_binary else None
    ranked = None if scores is None else ByScore(scores, truth == 1)
    predicted = logits.argmax(axis=1).astype(np.int64)
    items = program_items("head", (rows.ids, rows.groups, rows.labels), _texts(labels, predicted), scores)
    return Scored(_of_predictions("head", predicted, truth, rows, resamples, is_binary, ranked), {}, items)


def _of_predictions(
    by: str,
    predicted: I64,
    labels: I64,
    rows: LabelledRows,
    resamples: int,
    is_binary: bool,
    ranked: ByScore | None = None,
) -> list[Score]:
    def measures(weights: F64) -> Sequence[float]:
        accuracy = float(np.average(predicted == labels, weights=weights))
        if not is_binary:
            return accuracy, macro_f1(predicted, labels, weights)
        binary = precision_recall_f1(predicted == 1, labels == 1, weights)
        return (
            accuracy,
            *binary,
            *([] if ranked is None else [ranked.average_precision(weights), ranked.roc_auc(weights)]),
        )

    names = ["accuracy", "F1_macro"] if not is_binary else ["accuracy", "precision", "recall", "F1"]
    names += ["AP", "ROC-AUC"] if is_binary and ranked is not None else []
    groups = _numbers(rows.groups, sorted(set(rows.groups)))
    number = int(groups.max()) + 1
    found = estimates(measures, len(labels), group_draws(groups, resamples), number)
    return [
        Score(f"{name}_{by}", one, len(labels), number, len(labels)) for name, one in zip(names, found, strict=True)
    ]


def _places(benchmark: PublishedLabels) -> dict[Split, I64]:
    """Return where the programs of each split are in ``programs_of``."""
    places: dict[Split, I64] = {}
    start = 0
    for split in SPLITS:
        if split in benchmark.parts:
            end = start + len(benchmark.parts[split].ids)
            places[split] = np.arange(start, end)
            start = end
    return places


def _texts(texts: Sequence[str], places: I64) -> list[str]:
    return [texts[place] for place in places.tolist()]


def _numbers(names: Sequence[str], known: Sequence[str]) -> I64:
    number = {name: place for place, name in enumerate(known)}
    return np.array([number[name] for name in names], dtype=np.int64)
