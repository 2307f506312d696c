"""Pictures: all of every name is in them, whatever it is, and no two lines look alike."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from matplotlib.colors import to_rgb
from matplotlib.image import imread

from synthcode.evaluation.cost import ExitCost, Speed
from synthcode.evaluation.plots.heatmap import draw_heatmap
from synthcode.evaluation.plots.pareto import STYLES, draw_pareto, exit_labels
from synthcode.evaluation.results.comparison import Estimate, Macro
from synthcode.languages import LANGUAGES
from synthcode.pipelines.steps.evaluate.classification.fine_tuned_task import ENDING
from synthcode.schemas.results import METRICS
from synthcode.vocabulary import STYLE_TASKS, TASKS, VARIANTS

LONG = "exits:somebody/an-encoder-whose-name-is-longer-than-the-picture-of-two-languages-is-wide@4,9,18, exit 18"
HOSTILE = "st:$\\frac$ \x1b[31m_{^"


def metrics(languages: list[str]) -> pa.Table:
    cells = [("text", language) for language in languages] + list(permutations(languages, 2))
    fixed = {"encoder": "e", "exit": 0, "task": "code2code", "metric": "MRR@10", "lo": 0.0, "hi": 1.0, "n": 1}
    rows = [
        {**fixed, "variant": variant, "query_language": asked, "corpus_language": found, "value": place / len(cells)}
        for variant in ("stripped", "anonymous")
        for place, (asked, found) in enumerate(cells)
    ]
    return pa.Table.from_pylist(rows, METRICS)


def assert_nothing_is_cut_off(png: Path) -> None:
    pixels = imread(png)[..., :3]
    for edge in (pixels[:2], pixels[-2:], pixels[:, :2], pixels[:, -2:]):
        assert (edge == 1).all()


@pytest.mark.parametrize(
    "languages",
    [["java"], ["java", "javascript"], ["go", "c", "cpp"], pytest.param(list(LANGUAGES), marks=pytest.mark.slow)],
)
def test_a_heatmap_of_any_size_holds_all_of_its_title(languages: list[str], tmp_path: Path) -> None:
    png, svg = draw_heatmap(metrics(languages), LONG, tmp_path / "heatmap")
    assert_nothing_is_cut_off(png)
    assert svg.stat().st_size


@pytest.mark.parametrize("is_retrieval", [pytest.param(True, marks=pytest.mark.slow), False])
def test_a_picture_of_accuracy_against_cost_holds_all_names(is_retrieval: bool, tmp_path: Path) -> None:
    drawn = [kind for kind in STYLES if (kind[0] in (*TASKS, *STYLE_TASKS)) == is_retrieval]
    costs = [ExitCost(exit_, 512, 1, exit_ * 1e6, Speed(exit_ / 100, 1, 1)) for exit_ in (4, 9, 18)]
    macros = {Macro("e", cost.exit, *kind): Estimate(0.5, 0.4, 0.6) for cost in costs for kind in drawn}
    baseline = {Macro(LONG, 0, *kind): Estimate(0.5, 0.4, 0.6) for kind in drawn}
    png, _ = draw_pareto(macros, costs, baseline, LONG, tmp_path / "pareto")
    assert_nothing_is_cut_off(png)


@pytest.mark.filterwarnings("ignore:Glyph")
def test_hostile_names_are_drawn_as_they_are(tmp_path: Path) -> None:
    _, svg = draw_heatmap(metrics([HOSTILE, "java"]), HOSTILE, tmp_path / "heatmap")
    assert "\x1b" not in svg.read_text()


def test_no_two_lines_look_alike_in_grey() -> None:
    assert len({marker for _, marker in STYLES.values()}) == len(STYLES)
    for task in (*TASKS, *STYLE_TASKS, "clones", f"clones{ENDING}"):
        greys = sorted(
            float(np.dot(to_rgb(colour), (0.299, 0.587, 0.114)))
            for (of, _), (colour, _) in STYLES.items()
            if of == task
        )
        assert min(np.diff(greys)) > 0.15


def test_whatever_is_scored_at_exits_is_drawn() -> None:
    kinds = {(task, variant) for task in (*TASKS, *STYLE_TASKS, "clones", f"clones{ENDING}") for variant in VARIANTS}
    assert set(STYLES) == kinds | {(f"classification{ending}", "raw") for ending in ("", ENDING)}


def test_numbers_of_exits_do_not_stand_over_one_another() -> None:
    assert exit_labels([(1, 1), (2, 2), (4, 4)]) == ["1", "2", "4"]
    assert exit_labels([(1, 1), (95, 11), (100, 12)]) == ["1", "", "12"]
    assert exit_labels([(1, 1), (100, 11), (99, 12)]) == ["1", "", "12"]  # times are measured, and may be out of order
    assert exit_labels([(5, 3)]) == ["3"]
