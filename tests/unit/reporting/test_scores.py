from __future__ import annotations

from pathlib import Path

import pytest

from synthcode.errors import InputError
from synthcode.reporting.pareto import front, plots, short
from synthcode.reporting.scores import Evaluation, Score, Setting, read_costs
from synthcode.sanitize import short_name

COSTS = """encoder,exit,tokens,parameters,flops_per_token,latency_s,texts_per_s,batch_texts
mose:a/b,4,512,10,1e6,0.010,9,8
mose:a/b,9,512,20,4e6,0.020,5,8
"""


def score(encoder: str, exit_: int, value: float, variant: str = "stripped") -> Score:
    return Score(Setting("code2code", variant, encoder, exit_), {"MRR@10": value}, 2, 80, 40, "40")


def evaluation(folder: Path) -> Evaluation:
    (folder / "costs.csv").write_text(COSTS)
    scores = [score("bm25", 0, 0.3), score("mose:a/b", 4, 0.6), score("mose:a/b", 9, 0.8)]
    return Evaluation([score("mose:a/b", 4, 0.9, "raw"), *scores], read_costs(folder / "costs.csv", "mose:a/b"))


def test_variants_are_in_the_usual_order(tmp_path: Path) -> None:
    (variants,) = evaluation(tmp_path).tables().values()
    assert list(variants) == ["stripped", "raw"]
    assert evaluation(tmp_path).metrics == ["MRR@10"]


def test_a_run_without_results_has_none(tmp_path: Path) -> None:
    assert plots(Evaluation()) == []
    assert read_costs(tmp_path / "costs.csv", "x") == {}


def test_exits_are_points_and_what_has_no_cost_is_a_line(tmp_path: Path) -> None:
    flops, latency = plots(evaluation(tmp_path))
    (curve,) = flops.curves
    assert [(point.setting.exit, point.cost, point.is_best) for point in curve.points] == [
        (4, 1e6, True),
        (9, 4e6, True),
    ]
    assert curve.points[0].x < curve.points[1].x
    assert curve.points[0].y > curve.points[1].y
    assert [(line.setting.encoder, line.value) for line in flops.lines] == [("bm25", 0.3)]
    assert [point.cost for point in latency.curves[0].points] == [10, 20]
    assert [label for _, label in flops.x_ticks] == ["1M", "2M", "5M"]


@pytest.mark.parametrize(
    ("points", "best"),
    [
        ([(1, 0.5), (2, 0.7), (3, 0.6)], [True, True, False]),
        ([(1, 0.5), (1, 0.6)], [False, True]),
        ([(1, 0.5), (2, 0.5)], [True, False]),
        ([(1, 0.5), (1, 0.5)], [True, True]),
    ],
)
def test_the_front(points: list[tuple[float, float]], best: list[bool]) -> None:
    assert front(points) == best


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("mose:a/b,18,512,10,nan,0.01,9,8", "line 4: flops_per_token is 'nan', no number"),
        ("mose:a/b,x,512,10,1e6,0.01,9,8", "line 4: exit is 'x', no number"),
        ("mose:a/b", "line 4 has no 'exit'"),
    ],
)
def test_a_damaged_table_is_refused_with_its_place(tmp_path: Path, row: str, problem: str) -> None:
    path = tmp_path / "costs.csv"
    path.write_text(f"{COSTS}{row}\n")
    with pytest.raises(InputError) as refusal:
        read_costs(path, "mose:a/b")
    assert refusal.value.problem == f"{path} {problem}"


def test_costs_in_few_letters() -> None:
    assert [short(cost) for cost in (0.25, 12, 26.7, 1500, 2.4e8, 1e12)] == ["0.25", "12", "26.7", "1.5k", "240M", "1T"]


@pytest.mark.parametrize(
    ("encoder", "shown"),
    [
        ("bm25", "bm25"),
        ("st:org/all-MiniLM-L6-v2", "st:org/all-MiniLM-L6-v2"),
        ("mose:models/mine", "mose:models/mine"),
        ("exits:/home/me/models/mini/model@2,4,6", "exits:mini/model@2,4,6"),
        ("st:/models", "st:models"),
    ],
)
def test_of_a_folder_the_last_two_parts_are_told(encoder: str, shown: str) -> None:
    assert short_name(encoder) == shown
