"""Loss and validation scores by step: a table that survives kills, and its drawing."""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from synthcode.bounded import limits
from synthcode.bounded.files import read_text
from synthcode.evaluation.plots.figures import can_draw, figure, save, title_lines
from synthcode.evaluation.training.runs.validation.scoring import ScoreKey, Scores, mean_over_exits
from synthcode.storage.atomic import TEMPORARY, write_text
from synthcode.vocabulary import MAIN_METRIC

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LOSS = "loss"
ALL_EXITS = 0
WIDTH, HEIGHT = 9, 3.6


class Point(NamedTuple):
    """One row of ``curves.csv``."""

    step: int
    metric: str
    """``loss``, or what validation measures."""
    exit: int
    """0 stands for all exits."""
    task: str
    variant: str
    """Both empty for the loss."""
    value: float


class Curves:
    """The points of a run, in the order of their steps.

    Parameters
    ----------
    points
        So far.
    metric
        Which measure of validation decides which weights are best.
    """

    def __init__(self, points: Iterable[Point] = (), metric: str = MAIN_METRIC) -> None:
        self.points = list(points)
        self.metric = metric

    def add_losses(self, step: int, overall: float, by_exit: Mapping[int, float]) -> None:
        """Add the mean losses since the last call."""
        losses = {ALL_EXITS: overall, **by_exit}
        self.points += [Point(step, LOSS, exit_, "", "", value) for exit_, value in losses.items()]

    def add_scores(self, step: int, scores: Scores, metric: str | None = None) -> None:
        """Add the scores of a validation by one measure; by default, by the one that decides."""
        self.points += [Point(step, metric or self.metric, *key, value) for key, value in scores.items()]

    def scores(self, step: int) -> dict[ScoreKey, float]:
        """Return the scores of a validation; empty if there was none after that step."""
        found = (point for point in self.points if point.step == step and point.metric == self.metric)
        return {ScoreKey(point.exit, point.task, point.variant): point.value for point in found}

    @property
    def validated(self) -> list[int]:
        """The steps after which the model was validated, ascending; 0 is before training."""
        return sorted({point.step for point in self.points if point.metric == self.metric})

    @property
    def best(self) -> int | None:
        """The step with the best mean over exits, the earliest of equal ones; step 0 does not count."""
        means = {step: mean_over_exits(self.scores(step)) for step in self.validated if step}
        return max(means, key=lambda step: (means[step], -step)) if means else None

    def write(self, path: Path) -> None:
        """Write them as CSV."""
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(Point._fields)
        rows.writerows((*point[:-1], repr(point.value)) for point in self.points)
        write_text(path, text.getvalue())


def read_curves(path: Path, metric: str = MAIN_METRIC) -> Curves:
    """Read what ``Curves.write`` wrote; of a damaged file, the points that can be read."""
    points = []
    for row in csv.DictReader(io.StringIO(read_text(path, limits.RESULTS)) if path.is_file() else []):
        try:
            value = float(row["value"])
            points.append(Point(int(row["step"]), row["metric"], int(row["exit"]), row["task"], row["variant"], value))
        except (KeyError, TypeError, ValueError):
            continue
    return Curves(points, metric)


def draw_curves(curves: Curves, path: Path, title: str) -> None:
    """Draw loss and scores by exit as PNG and SVG; nothing if matplotlib is not installed or there is no point.

    Parameters
    ----------
    curves
        What is drawn.
    path
        Of the files, without ending; each is replaced when the new one is whole.
    title
        Over both panels.
    """
    if not can_draw() or not curves.points:
        return
    with figure(WIDTH, HEIGHT) as drawn:
        losses, scores = drawn.subplots(1, 2)
        _draw_panel(losses, _lines(curves, LOSS), "mean loss")
        _draw_panel(scores, _mean_scores(curves), _score_label(curves))
        scores.set_ylim(0, 1)
        handles, labels = losses.get_legend_handles_labels()
        drawn.legend(handles, labels, loc="outside right upper")
        drawn.suptitle(title_lines(title, WIDTH))
        for file in save(drawn, path.with_name(TEMPORARY + path.name)):
            os.replace(file, path.with_name(path.name + file.suffix))


Lines = dict[int, list[tuple[int, float]]]


def _lines(curves: Curves, metric: str) -> Lines:
    lines: Lines = {}
    for point in curves.points:
        if point.metric == metric and math.isfinite(point.value):
            lines.setdefault(point.exit, []).append((point.step, point.value))
    return lines


def _mean_scores(curves: Curves) -> Lines:
    """Return exit -> the mean over tasks and variants by step, and that over all exits."""
    lines: Lines = {}
    for step in curves.validated:
        scores = curves.scores(step)
        lines.setdefault(ALL_EXITS, []).append((step, mean_over_exits(scores)))
        for exit_ in sorted({key.exit for key in scores}):
            of_exit = {key: value for key, value in scores.items() if key.exit == exit_}
            lines.setdefault(exit_, []).append((step, mean_over_exits(of_exit)))
    return lines


def _score_label(curves: Curves) -> str:
    kinds = {point[3:5] for point in curves.points if point.metric == curves.metric}
    return f"{curves.metric}, mean over tasks and variants" if len(kinds) > 1 else f"{curves.metric} on validation"


def _draw_panel(panel: Axes, lines: Lines, label: str) -> None:
    from matplotlib import colormaps

    exits = sorted(exit_ for exit_ in lines if exit_ != ALL_EXITS)
    for exit_, points in sorted(lines.items()):
        place = exits.index(exit_) / max(1, len(exits) - 1) if exit_ else 0.0
        style = {"color": colormaps["viridis"](0.9 * place)} if exit_ else {"color": "0.2", "linestyle": "--"}
        name = f"exit {exit_}" if exit_ else "all exits"
        marker = "o" if len(points) == 1 else ""
        panel.plot(*zip(*points, strict=True), label=name, linewidth=1.3, marker=marker, **style)
    panel.set_xlabel("step")
    panel.set_ylabel(label)
    panel.grid(axis="y", alpha=0.3)
