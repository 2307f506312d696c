"""A heatmap of pairs of languages, a panel a variant."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.decimals import decimals
from synthcode.evaluation.plots.figures import figure, save, title_lines, with_caption
from synthcode.evaluation.results.tables import label
from synthcode.evaluation.retrieval.measures import F64
from synthcode.sanitize import visible
from synthcode.vocabulary import IN_WORDS, MAIN_METRIC, TEXT, VARIANTS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INCHES_A_CELL = 0.52
INCHES_A_TITLE_LINE = 0.18
DARK = 0.7
"""Above it a number in white stands out more from its cell than one in black."""


def draw_heatmap(metrics: pa.Table, title: str, path: Path, caption: str = "") -> list[Path]:
    """Draw one metric at one exit; descriptions are the first line, below them the languages of queries.

    Parameters
    ----------
    metrics
        Schema ``METRICS``, of one metric and exit.
    title
        Over all panels.
    path
        Of the files, without ending.
    caption
        Below the title: what the numbers rest on.
    """
    variants = [name for name in VARIANTS if name in pc.unique(metrics["variant"]).to_pylist()]
    asked = sorted(
        pc.unique(metrics["query_language"]).to_pylist(), key=lambda name: (name != TEXT, name not in IN_WORDS, name)
    )
    found = sorted(pc.unique(metrics["corpus_language"]).to_pylist())
    width = len(variants) * (1.2 + INCHES_A_CELL * len(found)) + 0.9
    lines = with_caption(title_lines(title, width), caption, width)
    height = 1.7 + INCHES_A_CELL * 0.8 * len(asked) + INCHES_A_TITLE_LINE * (1 + lines.count("\n"))
    with figure(width, height) as drawn:
        axes = drawn.subplots(1, len(variants), squeeze=False)[0]
        for place, (panel, variant) in enumerate(zip(axes, variants, strict=True)):
            rows = metrics.filter(pc.equal(metrics["variant"], variant))
            image = _panel(panel, _matrix(rows, asked, found), asked, found)
            panel.set_title(variant)
            if place == 0:
                panel.set_ylabel("query")
        drawn.colorbar(image, ax=list(axes), label=MAIN_METRIC, fraction=0.03, pad=0.01)
        drawn.suptitle(lines)
        return save(drawn, path)


def _panel(panel: Axes, matrix: F64, asked: list[str], found: list[str]) -> Any:
    panel.spines[:].set_visible(False)
    panel.set_facecolor("white")
    image = panel.imshow(np.ma.masked_invalid(matrix), cmap="Blues", vmin=0, vmax=1, aspect="auto")
    panel.set_xticks(range(len(found)), list(map(_name, found)), rotation=45, ha="right", rotation_mode="anchor")
    panel.set_yticks(range(len(asked)), list(map(_name, asked)))
    panel.tick_params(length=0)
    panel.set_xlabel("corpus")
    for (row, column), value in np.ndenumerate(matrix):
        if np.isfinite(value):
            colour = "white" if value > DARK else "black"
            text = decimals(value, 2).removeprefix("0")
            # Not in the layout: a number lies in its cell, and to measure hundreds of them takes time.
            panel.text(column, row, text, ha="center", va="center", color=colour, fontsize=8, in_layout=False)
    return image


def _name(language: str) -> str:
    return visible(label(language))


def _matrix(rows: pa.Table, asked: list[str], found: list[str]) -> F64:
    matrix = np.full((len(asked), len(found)), np.nan)
    for row in rows.to_pylist():
        matrix[asked.index(row["query_language"]), found.index(row["corpus_language"])] = row["value"]
    return matrix
