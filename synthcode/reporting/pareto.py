"""Accuracy against cost: which exits nothing beats at once in both."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from synthcode.reporting.scores import Cost, Evaluation, Setting

WIDTH, HEIGHT = 460.0, 290.0
LEFT, RIGHT, TOP, BOTTOM = 42.0, 22.0, 22.0, 40.0
"""Room around the plot for its scales and the numbers of exits, in pixels."""
SERIES = 6
"""The number of encoders that colours distinguish; report.css has as many."""
_COSTS = (("FLOPs a token", "flops_per_token", 1.0), ("milliseconds a text", "latency_s", 1e3))


@dataclass(frozen=True)
class Point:
    """An exit."""

    setting: Setting
    cost: float
    value: float
    is_best: bool
    """Whether no other exit is cheaper or as cheap, and better."""
    x: float
    y: float


@dataclass(frozen=True)
class Line:
    """An encoder, or its exit, whose cost is not known."""

    series: int
    setting: Setting
    value: float
    y: float


@dataclass(frozen=True)
class Curve:
    """An encoder's exits, from the cheapest on."""

    series: int
    encoder: str
    points: Sequence[Point]

    @property
    def path(self) -> str:
        """Points of a polyline."""
        return " ".join(f"{point.x:.1f},{point.y:.1f}" for point in self.points)


@dataclass(frozen=True)
class Plot:
    """The points to draw. Encoders are numbered from the best on, the same in every plot."""

    cost: str
    lines: Sequence[Line]
    curves: Sequence[Curve]
    x_ticks: Sequence[tuple[float, str]]
    y_ticks: Sequence[tuple[float, str]]

    @property
    def legend(self) -> list[tuple[int, str, bool]]:
        """Number of an encoder, its name, and whether it is drawn as a curve; the best one first."""
        curves = {(curve.series, curve.encoder, True) for curve in self.curves}
        drawn = {encoder for _, encoder, _ in curves}
        lines = {(line.series, line.setting.encoder, False) for line in self.lines}
        return sorted(curves | {entry for entry in lines if entry[1] not in drawn})


def plots(evaluation: Evaluation) -> list[Plot]:
    """Return a plot for each kind of cost; none where no exit has a cost."""
    values = {
        score.setting: score.values[evaluation.drawn_metric]
        for score in evaluation.scores
        if score.setting.task == evaluation.drawn_task
        and score.setting.variant == evaluation.drawn_variant
        and evaluation.drawn_metric in score.values
    }
    costs = evaluation.costs or {}
    costed = {setting: costs[key] for setting in values if (key := (setting.encoder, setting.exit)) in costs}
    return [_plot(label, _costs(costed, field, factor), values) for label, field, factor in _COSTS] if costed else []


def front(points: Sequence[tuple[float, float]]) -> list[bool]:
    """Return whether each (cost, value) is on the Pareto front: no other point is better in one and as good in both."""
    return [
        not any(other != point and other[0] <= point[0] and other[1] >= point[1] for other in points)
        for point in points
    ]


def _costs(costed: Mapping[Setting, Cost], field: str, factor: float) -> dict[Setting, float]:
    costs = {setting: float(getattr(cost, field)) * factor for setting, cost in sorted(costed.items())}
    return {setting: cost for setting, cost in costs.items() if cost > 0}


def _plot(label: str, costs: Mapping[Setting, float], values: Mapping[Setting, float]) -> Plot:
    pairs = [(cost, values[setting]) for setting, cost in costs.items()]
    scale, series = _Scale(list(costs.values()), list(values.values())), _series(values)
    exits: dict[str, list[Point]] = defaultdict(list)
    for setting, (cost, value), best in zip(costs, pairs, front(pairs), strict=True):
        exits[setting.encoder].append(Point(setting, cost, value, best, scale.x(cost), scale.y(value)))
    curves = [Curve(series[name], name, sorted(points, key=lambda point: point.cost)) for name, points in exits.items()]
    uncosted = sorted(values.keys() - costs)
    lines = [Line(series[one.encoder], one, values[one], scale.y(values[one])) for one in uncosted]
    return Plot(label, lines, curves, scale.x_ticks(), scale.y_ticks())


def _series(values: Mapping[Setting, float]) -> dict[str, int]:
    best: dict[str, float] = {}
    for setting, value in values.items():
        best[setting.encoder] = max(value, best.get(setting.encoder, value))
    return {encoder: number for number, encoder in enumerate(sorted(best, key=lambda name: (-best[name], name)))}


def short(cost: float) -> str:
    """Return a cost in few letters: 250k, 1.5M, 20G."""
    for power, letter in ((12, "T"), (9, "G"), (6, "M"), (3, "k")):
        if cost >= 10**power:
            return f"{cost / 10**power:.3g}{letter}"
    return f"{cost:.3g}"


class _Scale:
    """Decades of cost to the right, value upwards; both with some room at their ends."""

    def __init__(self, costs: Sequence[float], values: Sequence[float]) -> None:
        low, high = math.log10(min(costs, default=1.0)), math.log10(max(costs, default=1.0))
        room = max(0.1, (high - low) * 0.06)
        self._low, self._high = low - room, high + room
        bottom, top = min(values), max(values)
        self._step = next(step for step in (0.01, 0.02, 0.05, 0.1, 0.2) if (top - bottom) / step <= 6 or step == 0.2)
        self._bottom = math.floor(bottom / self._step) * self._step
        self._top = max(self._bottom + self._step, math.ceil(top / self._step) * self._step)

    def x(self, cost: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (math.log10(cost) - self._low) / (self._high - self._low)

    def y(self, value: float) -> float:
        share = (value - self._bottom) / (self._top - self._bottom)
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share

    def x_ticks(self) -> list[tuple[float, str]]:
        """Return decades; between them 2 and 5, too, where there is room."""
        decades = range(math.floor(self._low), math.ceil(self._high) + 1)
        factors = (1,) if self._high - self._low > 2 else (1, 2, 5)
        costs = [factor * 10.0**decade for decade in decades for factor in factors]
        return [(self.x(cost), short(cost)) for cost in costs if self._low <= math.log10(cost) <= self._high]

    def y_ticks(self) -> list[tuple[float, str]]:
        count = round((self._top - self._bottom) / self._step)
        return [(self.y(value), f"{value:.2f}") for value in (self._bottom + self._step * n for n in range(count + 1))]
