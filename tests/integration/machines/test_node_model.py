"""The model of ``benchmarks/scale.py`` of runs on several machines, by hand-computed answers."""

from __future__ import annotations

import argparse

import pytest

from benchmarks.node_model import hours, per_pair, table, whole_run

COSTS = {"seeds": 0.001, "translate": 0.002, "check": 0.008, "dedup": 0.003, "build": 0.004, "report": 0.001}


def test_the_start_of_a_command_is_no_cost_of_a_pair() -> None:
    assert per_pair({"check": 5.0}, {"check": 13.0}, (2_000, 10_000)) == {"check": pytest.approx(0.001)}


def test_one_machine_of_two_cores_does_everything_one_after_another() -> None:
    # 1 + 2 + 8/2 = 7 ms, then 3 + 4/2 + 1 = 6 ms a pair
    assert list(hours(COSTS, 3_600_000, 1, 2)) == pytest.approx([7.0, 6.0])


def test_machines_divide_answers_and_the_gate_and_one_joins_them() -> None:
    # 1 + (2 + 4)/4 = 2.5 ms, then seeds and answers again: 1 + 2 + 3 + 2 + 1 = 9 ms
    assert list(hours(COSTS, 3_600_000, 4, 2)) == pytest.approx([2.5, 9.0])


def test_the_table_has_a_line_for_each_number_of_machines() -> None:
    assert list(table(COSTS, 60_000, 2, [1, 4]))[2:] == [
        "| 1 | 7.0 min | 6.0 min | 13.0 min |",
        "| 4 | 2.5 min | 9.0 min | 11.5 min |",
    ]


def test_a_model_divides_its_answers_among_all_gpus() -> None:
    options = argparse.Namespace(cores=10, gpus=5, answer_tokens=200, tokens_per_second=1000, price=3)
    # 40 million answers of .2 s are 2,222 GPU-hours. Of 1e-6 s a pair, 90 are an hour:
    # one machine 42 + 108 + 75 = 225, then 18 + 15.6 + 31 = 64.6
    # two machines 42 + (108 + 75)/2 = 133.5, then 42 + 108 + 64.6 = 214.6
    *lines, last = whole_run(40_000_000, [1, 2], options)
    assert lines[2:4] == [
        "| 1 | 444.4 h | 2.5 h | 43 min | 447.7 h |",
        "| 2 | 222.2 h | 1.5 h | 2.4 h | 226.1 h |",
    ]
    assert last.startswith("2,222 GPU-hours, 6,667 at 3 an hour; 38.3 GB of answers")
    assert last.endswith("dedup holds 12.0 GB")
