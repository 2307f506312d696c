"""Curves come back from their table, name the best step, and are drawn whole."""

from __future__ import annotations

from pathlib import Path

from synthcode.evaluation.training.runs.validation.curves import Curves, Point, draw_curves, read_curves
from synthcode.evaluation.training.runs.validation.scoring import ScoreKey


def scores(first: float, second: float) -> dict[ScoreKey, float]:
    return {ScoreKey(1, "text2code", "stripped"): first, ScoreKey(2, "text2code", "stripped"): second}


def curves() -> Curves:
    made = Curves()
    made.add_scores(0, scores(0.9, 0.9))
    made.add_losses(5, 1.5, {1: 2.0, 2: 1 / 3})
    for step, values in ((5, (0.1, 0.5)), (10, (0.3, 0.5)), (15, (0.5, 0.3))):
        made.add_scores(step, scores(*values))
    return made


def test_the_best_step_is_the_earliest_of_the_highest_means_and_never_the_start() -> None:
    assert curves().best == 10
    assert curves().validated == [0, 5, 10, 15]
    assert Curves().best is None


def test_the_table_comes_back_to_the_last_bit(tmp_path: Path) -> None:
    curves().write(tmp_path / "curves.csv")
    assert (tmp_path / "curves.csv").read_text().splitlines()[:4] == [
        "step,metric,exit,task,variant,value",
        "0,MRR@10,1,text2code,stripped,0.9",
        "0,MRR@10,2,text2code,stripped,0.9",
        "5,loss,0,,,1.5",
    ]
    assert read_curves(tmp_path / "curves.csv").points == curves().points


def test_what_can_be_read_of_a_damaged_table_is_read(tmp_path: Path) -> None:
    text = "step,metric,exit,task,variant,value\n1,loss,0,,,2.5\n2,loss,x,,,1\n3,loss\n"
    (tmp_path / "curves.csv").write_text(text)
    assert read_curves(tmp_path / "curves.csv").points == [Point(1, "loss", 0, "", "", 2.5)]
    assert read_curves(tmp_path / "missing.csv").points == []


def test_the_drawing_names_every_exit(tmp_path: Path) -> None:
    draw_curves(curves(), tmp_path / "curves", "a $title$ of someone else")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["curves.png", "curves.svg"]
    drawn = (tmp_path / "curves.svg").read_text()
    assert [name for name in ("exit 1", "exit 2", "all exits", "mean loss") if name not in drawn] == []


def test_nothing_is_drawn_of_nothing(tmp_path: Path) -> None:
    draw_curves(Curves(), tmp_path / "curves", "title")
    assert list(tmp_path.iterdir()) == []
