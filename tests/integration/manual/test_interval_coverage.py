"""Intervals of clones and classification hold the truth as often as they say: the benchmark's simulation, small."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from benchmarks.interval_coverage import Simulation, simulated_benchmark, simulated_clones, simulated_labels

SAMPLES, MANY = 50, 1_000


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "metrics"),
    [
        (lambda: simulated_clones(40, 0.3, 100, MANY), ["precision", "F1", "AP", "ROC-AUC", "AP_drop_lexical"]),
        (lambda: simulated_benchmark(120, 100, MANY), ["F1", "AP", "ROC-AUC"]),
        (lambda: simulated_labels(80, 100, MANY), ["accuracy", "F1", "AP", "ROC-AUC"]),
    ],
    ids=["clones", "benchmark", "labels"],
)
def test_intervals_are_as_wide_as_scores_vary(make: Callable[[], Simulation], metrics: list[str]) -> None:
    simulation = make()
    drawn = [simulation.draw() for _ in range(SAMPLES)]
    for metric in metrics:
        found = [scores[metric] for scores in drawn]
        truth = simulation.truth[metric].value
        covered = sum(one.lo <= truth <= one.hi for one in found)
        assert covered >= 0.87 * SAMPLES, metric  # three standard errors below 95 %
        spread = 2 * 1.96 * float(np.std([one.value for one in found]))
        width = float(np.mean([one.hi - one.lo for one in found]))
        assert 0.75 < width / spread < 1.35, metric  # the spread of 50 samples is known to 10 %
