from __future__ import annotations

from pathlib import Path

import pytest

from synthcode.errors import InputError
from synthcode.reporting.pareto import front, plots, short
from synthcode.reporting.scores import Evaluation, Setting, read_evaluation
from synthcode.visible import short_name

METRICS = """encoder,exit,task,variant,query_language,corpus_language,metric,value,lo,hi,n
mose:a/b,4,code2code,stripped,python,go,MRR@10,0.5,0.4,0.6,9
mose:a/b,4,code2code,stripped,python,java,MRR@10,0.7,0.4,0.6,9
mose:a/b,4,code2code,raw,python,java,MRR@10,0.9,0.4,0.6,9
mose:a/b,9,code2code,stripped,python,go,MRR@10,0.8,0.4,0.6,9
mose:a/b,9,code2code,stripped,python,go,MAP,0.6,0.4,0.6,9
bm25,0,code2code,stripped,python,go,MRR@10,0.3,0.2,0.4,9
"""
COSTS = """encoder,exit,tokens,parameters,flops_per_token,latency_s,texts_per_s,batch_texts
mose:a/b,4,512,10,1e6,0.010,9,8
mose:a/b,9,512,20,4e6,0.020,5,8
"""


def results(folder: Path) -> Path:
    (folder / "x").mkdir()
    (folder / "x" / "metrics.csv").write_text(METRICS)
    (folder / "x" / "costs.csv").write_text(COSTS)
    return folder


def test_macros_are_means_over_pairs_of_languages(tmp_path: Path) -> None:
    evaluation = read_evaluation(results(tmp_path))
    scores = {score.setting: (dict(score.values), score.pairs) for score in evaluation.scores}
    stripped = "code2code", "stripped"
    assert scores == {
        Setting(*stripped, "bm25", 0): ({"MRR@10": 0.3}, 1),
        Setting(*stripped, "mose:a/b", 4): ({"MRR@10": pytest.approx(0.6)}, 2),
        Setting(*stripped, "mose:a/b", 9): ({"MRR@10": 0.8, "MAP": 0.6}, 1),
        Setting("code2code", "raw", "mose:a/b", 4): ({"MRR@10": 0.9}, 1),
    }
    assert evaluation.metrics == ["MRR@10", "MAP"]
    assert [list(variants) for variants in evaluation.tables().values()] == [["stripped", "raw"]]


def test_a_run_without_results_has_none(tmp_path: Path) -> None:
    assert read_evaluation(tmp_path / "nothing").scores == []
    assert plots(Evaluation()) == []


def test_exits_are_points_and_what_has_no_cost_is_a_line(tmp_path: Path) -> None:
    flops, latency = plots(read_evaluation(results(tmp_path)))
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
        ("bm25,0,code2code,stripped,python,go,MRR@10,nan,0,0,9", "line 8: value is 'nan', no number"),
        ("bm25,x,code2code,stripped,python,go,MRR@10,0.1,0,0,9", "line 8: exit is 'x', no number"),
        ("bm25", "line 8 has no 'task'"),
    ],
)
def test_a_damaged_table_is_refused_with_its_place(tmp_path: Path, row: str, problem: str) -> None:
    path = results(tmp_path) / "x" / "metrics.csv"
    path.write_text(f"{METRICS}{row}\n")
    with pytest.raises(InputError) as refusal:
        read_evaluation(tmp_path)
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
