from __future__ import annotations

from pathlib import Path

import pytest

from synthcode.errors import InputError
from synthcode.pipelines.runs.memory import free_memory, memory_budget


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("1GB", 10**9), ("1.5 gb", 1_500_000_000), ("500M", 500_000_000), ("100000000", 10**8), ("2GiB", 2 * 10**9)],
)
def test_sizes_are_read_as_people_write_them(asked: str, expected: int) -> None:
    assert memory_budget(asked) == expected


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ("lots", "memory 'lots' is no size of memory"),
        ("", "memory '' is no size of memory"),
        ("-1GB", "memory '-1GB' is no size of memory"),
        ("1MB", "memory '1MB' is less than 64 MB"),
    ],
)
def test_what_is_no_size_or_too_little_is_refused(asked: str, problem: str) -> None:
    with pytest.raises(InputError) as refusal:
        memory_budget(asked)
    assert refusal.value.problem == problem


def test_a_container_may_have_less_than_its_machine(tmp_path: Path) -> None:
    free = free_memory(tmp_path)
    assert free > 0
    (tmp_path / "memory.max").write_text("1000000\n")
    (tmp_path / "memory.current").write_text("400000\n")
    assert free_memory(tmp_path) == 600_000
    (tmp_path / "memory.max").write_text("max\n")
    assert free_memory(tmp_path) == pytest.approx(free, rel=0.2)
