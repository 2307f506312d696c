from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from synthcode.errors import InputError
from synthcode.pipelines.runs.memory import free_memory, memory_budget
from synthcode.pipelines.runs.recipe import parse_recipe, to_yaml


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("1GB", 10**9),
        ("1.5 gb", 1_500_000_000),
        ("500M", 500_000_000),
        ("100000000", 10**8),
        (100_000_000, 10**8),
        ("2GiB", 2 * 2**30),
        ("64MiB", 64 * 2**20),
    ],
)
def test_sizes_are_read_as_people_write_them(given: Any, expected: int) -> None:
    recipe = parse_recipe({"memory": given}, "r.yaml")
    assert recipe.memory == memory_budget(recipe.memory) == expected
    assert f"memory: {expected}\n" in to_yaml(recipe)


@pytest.mark.parametrize("given", ["lots", "", "-1GB", "1MB", "1e9", "nan", "9" * 400 + "GB", "9" * 30, True, 0.5, []])
def test_what_is_not_a_size_or_too_little_is_refused(given: Any) -> None:
    with pytest.raises(InputError) as refusal:
        parse_recipe({"memory": given}, "r.yaml")
    assert refusal.value.problem.startswith(
        f"r.yaml: memory: should be a size of at least 64 MiB, such as 1GB or 500MB, not {given!r:.80}"
    )


def test_without_a_limit_half_of_what_is_free_is_taken() -> None:
    assert memory_budget(None) == pytest.approx(free_memory() / 2, rel=0.2)


def test_a_container_may_have_less_than_its_machine(tmp_path: Path) -> None:
    free = free_memory(tmp_path)
    assert free > 0
    (tmp_path / "memory.max").write_text("1000000\n")
    (tmp_path / "memory.current").write_text("400000\n")
    assert free_memory(tmp_path) == 600_000
    (tmp_path / "memory.max").write_text("max\n")
    assert free_memory(tmp_path) == pytest.approx(free, rel=0.2)
