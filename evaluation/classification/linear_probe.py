"""A linear classifier on frozen vectors: scikit-learn's logistic regression, its strength chosen on validation."""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np

from synthcode.evaluation.classification.measures.weighted_items import F64, I64
from synthcode.evaluation.encoder import Vectors

STRENGTHS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0)
"""The values of C among which validation chooses, of standardised vectors."""
MOST_STEPS = 1_000


class Probe(NamedTuple):
    """What a linear classifier says of the programs of test."""

    strength: float
    """C: the inverse of the regularisation."""
    predicted: I64
    """(programs,)"""
    scores: F64
    """Of the last label against the first, if there are two; otherwise zeros. (programs,)"""


def linear_probe(
    train: tuple[Vectors, I64], validation: tuple[Vectors, I64], test: Vectors, strengths: tuple[float, ...] = STRENGTHS
) -> Probe:
    """Fit on train, choose C by the accuracy on validation, and classify test.

    Parameters
    ----------
    train, validation
        Vectors and labels from 0.
    test
        Vectors.
    strengths
        Values of C; of equally good ones the smallest is chosen.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(train[0])
    learned, held_out, asked = (scaler.transform(vectors) for vectors in (train[0], validation[0], test))
    best = None
    for strength in sorted(strengths):
        model = LogisticRegression(C=strength, max_iter=MOST_STEPS)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # weak regularisation of separable vectors has no end
            model.fit(learned, train[1])
        right = float((model.predict(held_out) == validation[1]).mean())
        if best is None or right > best[0]:
            best = right, strength, model
    assert best is not None
    _, strength, model = best
    scores = model.decision_function(asked) if len(model.classes_) == 2 else np.zeros(len(asked))
    return Probe(strength, model.predict(asked).astype(np.int64), np.asarray(scores, dtype=np.float64))
