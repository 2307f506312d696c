"""Weights of exits."""

from __future__ import annotations

from synthcode.evaluation.training.losses.weights import exit_weights


def test_weights_by_depth_and_uniform() -> None:
    assert exit_weights((4, 9, 18, 36), "depth") == (4 / 36, 0.25, 0.5, 1.0)
    assert exit_weights((4, 9), "uniform") == (1.0, 1.0)
