"""Accuracy against bytes a vector: a colour an exit, a marker a precision, the front filled."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from synthcode.evaluation.encoder import ONLY_EXIT
from synthcode.evaluation.plots.figures import figure, save, title_lines, with_caption
from synthcode.evaluation.results.compressed_scores import CompressedScore
from synthcode.evaluation.results.pareto_front import on_front
from synthcode.vocabulary import MAIN_METRIC, PRECISIONS, Precision

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, PANEL_HEIGHT = 10, 4.0
MARKERS: Mapping[Precision, str] = {"float32": "o", "int8": "s", "binary": "^"}
LEAST_DOUBLINGS = 0.7
"""Between two numbers of bytes that are written on the axis."""
LEAST_DOUBLINGS_OF_NAMES = 0.9
"""Between two points whose names stand in the middle above them."""


def draw_compressed(scores: Sequence[CompressedScore], title: str, path: Path, caption: str = "") -> list[Path]:
    """Draw a panel for each task and variant.

    Parameters
    ----------
    scores
        Of one encoder.
    title
        Over all panels.
    path
        Of the files, without ending.
    caption
        Below the title: what the means rest on.
    """
    kinds = list(dict.fromkeys(one.macro[2:] for one in scores))
    colours = _colours(sorted({one.macro.exit for one in scores}))
    rows = -(-len(kinds) // 2)
    with figure(WIDTH, 1.1 + PANEL_HEIGHT * rows) as drawn:
        panels = drawn.subplots(rows, min(2, len(kinds)), squeeze=False, sharex=True)
        for panel, kind in zip(panels.flat, kinds, strict=False):
            _draw_panel(panel, [one for one in scores if one.macro[2:] == kind], colours)
            panel.set_title(" ".join(kind))
        for panel in panels.flat[len(kinds) :]:
            panel.set_axis_off()
        for row in panels:
            row[0].set_ylabel(f"{MAIN_METRIC}, mean over pairs of languages")
        for panel in panels[-1]:
            panel.set_xlabel("bytes a vector")
        drawn.legend(handles=_legend(scores, colours), loc="outside lower center", ncols=6)
        drawn.suptitle(with_caption(title_lines(title, WIDTH), caption, WIDTH))
        return save(drawn, path)


def _draw_panel(panel: Axes, scores: Sequence[CompressedScore], colours: Mapping[int, Any]) -> None:
    from matplotlib.ticker import NullFormatter, ScalarFormatter

    for exit_, colour in colours.items():
        for precision, marker in MARKERS.items():
            mine = [one for one in scores if one.macro.exit == exit_ and one.compression.precision == precision]
            if not mine:
                continue
            places = [one.compression.bytes_per_vector for one in mine]
            panel.plot(places, [one.estimate.value for one in mine], color=colour, linewidth=0.8, alpha=0.6)
            for one, place in zip(mine, places, strict=True):
                face = colour if one.on_front else "white"
                panel.plot(place, one.estimate.value, marker, color=colour, markerfacecolor=face, markersize=5)
    named = sorted(_named(scores), key=lambda one: one.compression.bytes_per_vector)
    for one, side in zip(named, _sides([one.compression.bytes_per_vector for one in named]), strict=True):
        name, point = str(one.compression), (one.compression.bytes_per_vector, one.estimate.value)
        panel.annotate(name, point, xytext=(0, 6), textcoords="offset points", ha=side, fontsize=6.5)
    panel.set_xscale("log", base=2)
    panel.set_xticks(_ticks(sorted({one.compression.bytes_per_vector for one in scores})))
    panel.xaxis.set_major_formatter(ScalarFormatter())
    panel.xaxis.set_minor_formatter(NullFormatter())
    panel.tick_params(axis="x", which="minor", length=0)
    panel.margins(x=0.1, y=0.12)
    panel.grid(axis="y", alpha=0.3)


def _named(scores: Sequence[CompressedScore]) -> list[CompressedScore]:
    """Return the points that get their name: the front of bytes and accuracy, whatever the exit."""
    values = np.array([one.estimate.value for one in scores])
    sizes = np.array([[one.compression.bytes_per_vector] for one in scores], dtype=np.float64)
    return [one for one, is_named in zip(scores, on_front(values, sizes), strict=True) if is_named]


def _sides(sizes: Sequence[int]) -> list[str]:
    """Return how names are aligned with their points, by ascending sizes: those of near neighbours point away."""
    near = [math.log2(after / before) < LEAST_DOUBLINGS_OF_NAMES for before, after in pairwise(sizes)]
    names = {(False, False): "center", (True, True): "center", (False, True): "right", (True, False): "left"}
    return [names[pair] for pair in zip([False, *near], [*near, False], strict=True)] if sizes else []


def _ticks(sizes: Sequence[int]) -> list[int]:
    """Return the sizes that are written on the axis, the largest one always."""
    ticks: list[int] = []
    for size in reversed(sizes):
        if not ticks or math.log2(ticks[-1] / size) >= LEAST_DOUBLINGS:
            ticks.append(size)
    return ticks


def _colours(exits: Sequence[int]) -> dict[int, Any]:
    """Return a colour an exit, the deepest dark."""
    from matplotlib import colormaps

    shades = colormaps["viridis"]
    return {exit_: shades(0.85 * (1 - place / max(1, len(exits) - 1))) for place, exit_ in enumerate(exits)}


def _legend(scores: Sequence[CompressedScore], colours: Mapping[int, Any]) -> list[Any]:
    from matplotlib.lines import Line2D

    there = {one.compression.precision for one in scores}
    entries = [
        Line2D([], [], color="0.3", marker=MARKERS[one], linestyle="", label=one) for one in PRECISIONS if one in there
    ]
    entries.append(
        Line2D([], [], color="0.3", marker="o", markerfacecolor="white", linestyle="", label="not on the front")
    )
    if set(colours) != {ONLY_EXIT}:
        entries += [Line2D([], [], color=colour, label=f"exit {exit_}") for exit_, colour in colours.items()]
    return entries
