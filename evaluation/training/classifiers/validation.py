"""Scores of a classifier that is being trained, by exit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from synthcode.evaluation.classification.measures.weighted_items import ByScore, log_odds, macro_f1, precision_recall_f1
from synthcode.evaluation.training.classifiers.examples import I64, Examples
from synthcode.evaluation.training.classifiers.inputs import InputTokens
from synthcode.evaluation.training.classifiers.logits import F32, classify
from synthcode.evaluation.training.models.undisturbed import undisturbed
from synthcode.vocabulary import ClassificationTask

if TYPE_CHECKING:
    from synthcode.evaluation.training.models.multi_exit import MultiExitEncoder

VALIDATION_METRICS: Mapping[ClassificationTask, tuple[str, str]] = {
    "clones": ("AP", "F1"),
    "classification": ("accuracy", "F1_macro"),
}
"""Task -> what is measured while training; the first decides which weights are best."""


def score_classifier(model: MultiExitEncoder, tokens: InputTokens, examples: Examples) -> dict[str, dict[int, float]]:
    """Return measure -> exit -> its value; no random number is drawn, and the model stays as it is.

    F1 of clones is that of pairs which the head says are clones: no threshold is chosen.
    """
    assert model.classifier is not None
    task = model.classifier.form.task
    with undisturbed(model):
        logits = classify(model, tokens, examples.texts, examples.inputs).logits
    found: dict[str, dict[int, float]] = {name: {} for name in VALIDATION_METRICS[task]}
    for exit_, of_exit in logits.items():
        for name, value in zip(found, _MEASURES[task](of_exit, examples.labels), strict=True):
            found[name][exit_] = value
    return found


def _of_clones(logits: F32, labels: I64) -> tuple[float, float]:
    scores, positive, alike = log_odds(logits), labels == 1, np.ones(len(labels))
    f1 = precision_recall_f1(scores > 0, positive, alike)[2]
    return ByScore(scores, positive).average_precision(alike), f1


def _of_labels(logits: F32, labels: I64) -> tuple[float, float]:
    predicted, alike = logits.argmax(axis=1).astype(np.int64), np.ones(len(labels))
    return float((predicted == labels).mean()), macro_f1(predicted, labels, alike)


_MEASURES: Mapping[ClassificationTask, Callable[[F32, I64], tuple[float, float]]] = {
    "clones": _of_clones,
    "classification": _of_labels,
}
