"""Scores are those of CodeXGLUE's evaluators, on files in their form, and of scikit-learn."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn import metrics
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from synthcode.evaluation.classification.linear_probe import STRENGTHS
from synthcode.evaluation.classification.published.benchmark import (
    LabelledRows,
    PublishedBenchmark,
    PublishedLabels,
    PublishedPairs,
)
from synthcode.evaluation.classification.published.registry import read_published
from synthcode.evaluation.classification.published.scoring import programs_of, score, score_answers
from synthcode.evaluation.classification.similarity import VectorSimilarities, WordSimilarities
from synthcode.evaluation.encoders.bm25 import Bm25
from tests.support.datasets.published_files import clone_pairs, write_bigclonebench, write_devign, write_poj104

RESAMPLES = 100


def noisy_vectors(benchmark: PublishedBenchmark, noise: float) -> np.ndarray:
    """Return vectors of words with noise, so that no score is perfect."""
    generator = np.random.default_rng(0)
    words = ("sort", "read", "open", "parse", "list", "file", "socket", "json")
    counts = np.array([[text.count(word) for word in words] for text in programs_of(benchmark)], dtype=np.float32)
    return (counts + generator.normal(scale=noise, size=counts.shape)).astype(np.float32)


def test_scores_of_bigclonebench_are_those_of_its_evaluator(tmp_path: Path) -> None:
    test = [*clone_pairs(20), ("5", "5", 1), ("20", "21", 1), ("21", "20", 0)]
    benchmark = read_published("bigclonebench", str(write_bigclonebench(tmp_path, test=test)))
    assert isinstance(benchmark, PublishedPairs)
    vectors = noisy_vectors(benchmark, 1.0)
    found, chosen, _ = score(benchmark, VectorSimilarities(vectors), RESAMPLES)
    scores = {one.metric: one.estimate for one in found}

    unit = dict(zip(benchmark.ids, vectors / np.linalg.norm(vectors, axis=1, keepdims=True), strict=True))
    answers, cosines = {}, {}
    for line in (tmp_path / "test.txt").read_text().splitlines():  # as the evaluator reads answers.txt
        a, b, label = line.split()
        answers[a, b] = int(label)
        cosines[a, b] = float(unit[a].astype(np.float64) @ unit[b].astype(np.float64))
    truth, values = list(answers.values()), np.array(list(cosines.values()))
    for ending in ("", "_oracle"):
        guesses = values >= chosen[f"threshold{ending}"]
        assert scores[f"recall{ending}"].value == pytest.approx(metrics.recall_score(truth, guesses), abs=1e-9)
        assert scores[f"precision{ending}"].value == pytest.approx(metrics.precision_score(truth, guesses), abs=1e-9)
        assert scores[f"F1{ending}"].value == pytest.approx(metrics.f1_score(truth, guesses), abs=1e-9)
    assert scores["AP"].value == pytest.approx(metrics.average_precision_score(truth, values), abs=1e-9)
    assert scores["ROC-AUC"].value == pytest.approx(metrics.roc_auc_score(truth, values), abs=1e-9)
    assert 0.3 < scores["F1"].value <= scores["F1_oracle"].value < 1
    assert chosen["threshold"] != chosen["threshold_oracle"]
    for name, one in scores.items():
        is_whole = one.lo <= one.value <= one.hi
        assert is_whole is not name.endswith("_oracle"), name


def test_scores_of_poj104_are_those_of_its_evaluator(tmp_path: Path) -> None:
    benchmark = read_published("poj104", str(write_poj104(tmp_path, programs=9)))
    assert isinstance(benchmark, PublishedLabels)
    vectors = noisy_vectors(benchmark, 3.0)
    found, _, _ = score(benchmark, VectorSimilarities(vectors), RESAMPLES)

    rows = [json.loads(line) for line in (tmp_path / "test.jsonl").read_text().splitlines()]
    answers = {
        row["index"]: [o["index"] for o in rows if o["label"] == row["label"] and o["index"] != row["index"]]
        for row in rows
    }
    known = dict(zip(benchmark.parts["test"].ids, vectors[-len(rows) :], strict=True))
    values = []
    for index, right in answers.items():  # the evaluator's loop: predictions are as many as answers
        cosine = {
            other: float(known[index] @ vector / np.linalg.norm(known[index]) / np.linalg.norm(vector))
            for other, vector in known.items()
            if other != index
        }
        predictions = sorted(cosine, key=lambda other: -cosine[other])[: len(right)]
        hits: list[float] = []
        for rank, other in enumerate(predictions):
            if other in right:
                hits.append((len(hits) + 1) / (rank + 1))
        values.append(sum(hits) / len(right))
    scores = {one.metric: one for one in found}
    assert scores["MAP@R"].estimate.value == pytest.approx(np.mean(values), abs=1e-9)
    assert (scores["MAP@R"].n, scores["MAP@R"].groups) == (18, 2)
    assert 0.2 < scores["MAP@R"].estimate.value < 0.95


def test_scores_of_devign_are_those_of_a_probe_by_scikit_learn(tmp_path: Path) -> None:
    benchmark = read_published("devign", str(write_devign(tmp_path)))
    assert isinstance(benchmark, PublishedLabels)
    vectors = noisy_vectors(benchmark, 3.0)
    found, chosen, _ = score(benchmark, VectorSimilarities(vectors), RESAMPLES)
    scores = {one.metric: one for one in found}

    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    target = np.array(
        [int(label) for split in ("train", "validation", "test") for label in benchmark.parts[split].labels]
    )
    scaled = StandardScaler().fit(unit[:80]).transform(unit)
    models = {c: LogisticRegression(C=c, max_iter=1000).fit(scaled[:80], target[:80]) for c in STRENGTHS}
    right = {c: model.score(scaled[80:100], target[80:100]) for c, model in models.items()}
    assert right[chosen["probe_C"]] == max(right.values())
    model = models[chosen["probe_C"]]
    guesses = model.predict(scaled[100:])
    assert scores["accuracy_probe"].estimate.value == pytest.approx(np.mean(guesses == target[100:]), abs=1e-9)
    assert scores["F1_probe"].estimate.value == pytest.approx(metrics.f1_score(target[100:], guesses), abs=1e-9)
    expected = metrics.average_precision_score(target[100:], model.decision_function(scaled[100:]))
    assert scores["AP_probe"].estimate.value == pytest.approx(expected, abs=1e-6)
    assert (scores["accuracy_probe"].n, scores["accuracy_probe"].groups) == (20, 10)
    assert {"accuracy_knn", "F1_knn"} <= scores.keys()


def test_words_score_pairs_both_ways(tmp_path: Path) -> None:
    benchmark = read_published("bigclonebench", str(write_bigclonebench(tmp_path)))
    assert isinstance(benchmark, PublishedPairs)
    similarities = WordSimilarities(Bm25(), benchmark.texts)
    a, b = np.array([0, 1, 5, 9, 1]), np.array([1, 0, 5, 40, 9])
    found = similarities.of_pairs(a, b)
    assert found[0] == pytest.approx(found[1])
    assert found[2] == pytest.approx(1)
    used = [benchmark.texts[place] for place in (0, 1, 5, 9, 40)]
    block = next(Bm25().score_blocks(used, used))
    assert found[3] == pytest.approx((block[3, 4] / block[3, 3] + block[4, 3] / block[4, 4]) / 2, rel=1e-5)


def test_answers_of_a_head_are_scored_by_hand() -> None:
    rows = LabelledRows(list("wxyz"), list("wxyz"), ["a", "b", "b", "a"], list("wxyz"))
    logits = np.array([[1, 0], [0, 2], [3, 0], [0, 1]], dtype=np.float32)  # a, b, a, b
    found = {one.metric: one.estimate.value for one in score_answers(rows, ("a", "b"), logits, 100).scores}
    assert found == pytest.approx(
        # ranked by b - a: x, z, w, y; of the two b, x is first and y is last
        {"accuracy_head": 0.5, "precision_head": 0.5, "recall_head": 0.5, "F1_head": 0.5}
        | {"AP_head": (1 / 1 + 2 / 4) / 2, "ROC-AUC_head": 0.5}
    )


def test_a_label_that_the_head_does_not_know_counts_as_wrong() -> None:
    rows = LabelledRows(list("xyz"), list("xyz"), ["a", "b", "new"], list("xyz"))
    logits = np.array([[1, 0], [0, 1], [1, 0]], dtype=np.float32)
    found = {one.metric: one.estimate.value for one in score_answers(rows, ("a", "b"), logits, 100).scores}
    assert found == pytest.approx({"accuracy_head": 2 / 3, "F1_macro_head": (2 / 3 + 1 + 0) / 3})
