"""The model of ``benchmarks/scale.py`` of runs on several machines, by hand-computed answers."""

from __future__ import annotations

import pytest

from benchmarks.node_model import hours, per_pair, table

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
