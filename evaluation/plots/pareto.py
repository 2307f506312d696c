"""Accuracy against cost: a point an exit, a baseline as a line."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from synthcode.evaluation.cost import ExitCost
from synthcode.evaluation.plots.figures import figure, save, title_lines, with_caption, wrapped
from synthcode.evaluation.results.comparison import Estimate, Macro
from synthcode.sanitize import short_name
from synthcode.vocabulary import MAIN_METRIC

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STYLES: Mapping[tuple[str, str], tuple[str, str]] = {
    ("text2code", "stripped"): ("#7f2704", "o"),
    ("text2code", "anonymous"): ("#d94801", "s"),
    ("text2code", "raw"): ("#fdae6b", "^"),
    ("text2code_keyword", "stripped"): ("#4d2c00", "1"),
    ("text2code_keyword", "anonymous"): ("#a6761d", "2"),
    ("text2code_keyword", "raw"): ("#e3c16f", "3"),
    ("text2code_question", "stripped"): ("#67001f", "4"),
    ("text2code_question", "anonymous"): ("#d6345a", "+"),
    ("text2code_question", "raw"): ("#f7a6b5", "x"),
    ("text2code_paraphrase", "stripped"): ("#2b0a3d", "H"),
    ("text2code_paraphrase", "anonymous"): ("#8e3fa8", "|"),
    ("text2code_paraphrase", "raw"): ("#d9a7e6", "_"),
    ("code2code", "stripped"): ("#08306b", "D"),
    ("code2code", "anonymous"): ("#2171b5", "v"),
    ("code2code", "raw"): ("#6baed6", "P"),
    ("clones", "stripped"): ("#00441b", "X"),
    ("clones", "anonymous"): ("#238b45", "p"),
    ("clones", "raw"): ("#74c476", "*"),
    ("classification", "raw"): ("#737373", "h"),
    ("clones_fine_tuned", "stripped"): ("#3f007d", "<"),
    ("clones_fine_tuned", "anonymous"): ("#7a5fc0", ">"),
    ("clones_fine_tuned", "raw"): ("#b8b4dc", "d"),
    ("classification_fine_tuned", "raw"): ("#cb181d", "8"),
}
"""Task and variant -> colour and marker: a hue a task, whose shades differ in grey, too."""

WIDTH = 9
LETTERS_A_LABEL = 40
NEAR = 0.06
"""Of the axis: of exits that are nearer to one another than this, the deeper one's number is written."""

PANELS: tuple[tuple[str, Callable[[ExitCost], float]], ...] = (
    ("MFLOPs a token", lambda cost: cost.flops_per_token / 1e6),
    ("latency of one text, ms", lambda cost: cost.speed.latency_s * 1e3),
)


def draw_pareto(
    macros: Mapping[Macro, Estimate],
    costs: Sequence[ExitCost],
    baseline: Mapping[Macro, Estimate],
    title: str,
    path: Path,
    caption: str = "",
    value: str = f"{MAIN_METRIC}, mean over pairs of languages",
) -> list[Path]:
    """Draw the scores of every exit against what it computes and against how long it takes.

    Parameters
    ----------
    macros
        Of one encoder.
    costs
        Of its exits.
    baseline
        Of another encoder on the same queries, drawn as lines; may be empty.
    title
        Over both panels.
    path
        Of the files, without ending.
    caption
        Below the title: what the means rest on.
    value
        What the scores are: the name of their axis.
    """
    kinds = [kind for kind in STYLES if kind in {macro[2:] for macro in macros}]
    with figure(WIDTH, 4.2) as drawn:
        axes = drawn.subplots(1, 2, sharey=True)
        for panel, (name, cost_of) in zip(axes, PANELS, strict=True):
            for kind in kinds:
                _line(panel, macros, costs, cost_of, kind)
                _baseline(panel, baseline, kind)
            _scale(panel, name)
            _mark_exits(panel, costs, cost_of)
        axes[0].set_ylabel(value)
        handles, labels = axes[0].get_legend_handles_labels()
        for other in sorted({macro.encoder for macro in baseline}):
            handles.append(axes[0].plot([], [], color="0.3", linestyle="--", linewidth=1)[0])
            labels.append(wrapped(f"{short_name(other)}, same colours", LETTERS_A_LABEL))
        drawn.legend(handles, labels, loc="outside lower center", ncols=3)
        drawn.suptitle(with_caption(title_lines(title, WIDTH), caption, WIDTH))
        return save(drawn, path)


def _scale(panel: Axes, name: str) -> None:
    from matplotlib.ticker import LogLocator, NullFormatter, ScalarFormatter

    panel.set_xlabel(name)
    panel.set_xscale("log")
    panel.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    plain = ScalarFormatter()
    plain.set_scientific(False)
    panel.xaxis.set_major_formatter(plain)
    panel.xaxis.set_minor_formatter(NullFormatter())
    panel.margins(x=0.08)
    panel.set_ylim(0, 1.04)  # a point at the top is drawn whole
    panel.grid(axis="y", alpha=0.3)


def _line(
    panel: Axes,
    macros: Mapping[Macro, Estimate],
    costs: Sequence[ExitCost],
    cost_of: Callable[[ExitCost], float],
    kind: tuple[str, str],
) -> None:
    colour, marker = STYLES[kind]
    by_exit = {macro.exit: estimate for macro, estimate in macros.items() if macro[2:] == kind}
    drawn = [(cost_of(cost), by_exit[cost.exit]) for cost in costs if cost.exit in by_exit]
    values = [estimate.value for _, estimate in drawn]
    spread = [
        [max(0.0, estimate.value - estimate.lo) for _, estimate in drawn],
        [max(0.0, estimate.hi - estimate.value) for _, estimate in drawn],
    ]
    panel.errorbar(
        [cost for cost, _ in drawn],
        values,
        yerr=spread,
        label=" ".join(kind),
        color=colour,
        marker=marker,
        capsize=2,
        linewidth=1.4,
    )


def _baseline(panel: Axes, baseline: Mapping[Macro, Estimate], kind: tuple[str, str]) -> None:
    for macro, estimate in baseline.items():
        if macro[2:] == kind:
            panel.axhline(estimate.value, color=STYLES[kind][0], linestyle="--", linewidth=1)


def _mark_exits(panel: Axes, costs: Sequence[ExitCost], cost_of: Callable[[ExitCost], float]) -> None:
    """Write the exits' numbers along the top."""
    top = panel.secondary_xaxis("top")
    numbers = exit_labels([(cost_of(cost), cost.exit) for cost in costs])
    top.set_xticks([cost_of(cost) for cost in costs], numbers)
    top.minorticks_off()
    top.tick_params(length=2)
    top.set_xlabel("exit")
    top.spines[:].set_visible(False)


def exit_labels(points: Sequence[tuple[float, int]]) -> list[str]:
    """Return what to write over each point (cost, exit), deepest last, of an axis in logarithms; some get nothing."""
    places = [math.log(cost) for cost, _ in points]
    near = NEAR * (max(places) - min(places))
    labels, labelled = [], math.inf
    for place, (_, exit_) in zip(reversed(places), reversed(points), strict=True):
        is_free = abs(labelled - place) >= near
        labels.append(str(exit_) if is_free else "")
        labelled = place if is_free else labelled
    return labels[::-1]
