"""The executor of a run: named by its recipe, obeyed by every adapter, and of no consequence for outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from synthcode.errors import InputError
from synthcode.execution.executor import PoisonPolicy
from synthcode.execution.serial import SerialExecutor
from synthcode.execution.threads import ThreadExecutor
from synthcode.pipelines.runs.interrupt import StopRequest
from synthcode.pipelines.runs.recipe import Recipe, load_recipe, override, parse_recipe, to_yaml
from synthcode.pipelines.runs.run import open_run
from synthcode.pipelines.runs.step import run_if_stale
from synthcode.pipelines.steps.seeds import seeds_step
from synthcode.seeds.adapters.registry import read_seeds
from synthcode.seeds.config import SeedsConfig


def test_workers_of_a_recipe_is_short_for_those_of_its_executor() -> None:
    assert parse_recipe({"workers": 3}, "it").executor.workers == 3
    assert parse_recipe({"workers": None, "executor": {"workers": 2}}, "it").executor.workers == 2
    assert parse_recipe({"workers": 2, "executor": {"name": "threads", "workers": 2}}, "it").executor.name == "threads"
    assert "\nworkers:" not in to_yaml(parse_recipe({"workers": 3}, "it"))
    with pytest.raises(InputError, match=r"workers is 3, but executor\.workers is 2"):
        parse_recipe({"workers": 3, "executor": {"workers": 2}}, "it")
    for wrong in (0, "many", [1]):
        with pytest.raises(InputError, match=r"executor\.workers"):
            parse_recipe({"workers": wrong}, "it")


@pytest.mark.parametrize("key", ["workers", "executor.workers"])
def test_the_command_line_wins_over_either_spelling(key: str, tmp_path: Path) -> None:
    assert override(parse_recipe({"workers": 3}, "it"), {key: 5}).executor.workers == 5
    (tmp_path / "recipe.yaml").write_text("workers: 3\n")
    assert load_recipe(str(tmp_path / "recipe.yaml"), {key: 5}).executor.workers == 5


def test_no_stage_is_stale_because_of_another_executor(tmp_path: Path) -> None:
    def run_seeds(recipe: Recipe | None, settings: dict[str, Any]) -> bool:
        return run_if_stale(open_run(tmp_path, StopRequest(), settings, recipe), seeds_step())

    assert run_seeds(load_recipe("quickstart"), {"executor.name": "serial"})
    shards = {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")}
    assert not run_seeds(None, {"executor.name": "threads", "workers": 2})
    assert isinstance(open_run(tmp_path, StopRequest(), {}).executor, ThreadExecutor)
    (tmp_path / "manifest.json").write_text('{"stages": {}}')
    assert run_seeds(None, {"executor.name": "processes"})
    assert shards == {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")}


class CountingExecutor(SerialExecutor):
    """Counts the batches that it is given."""

    batches = 0

    def map(
        self,
        function: Callable[[Any], Any],
        batches: Iterable[Any],
        policy: PoisonPolicy[Any, Any],
        on_result: Callable[[Any], object] | None = None,
    ) -> Iterator[Any]:
        def counted() -> Iterator[Any]:
            for batch in batches:
                self.batches += 1
                yield batch

        return super().map(function, counted(), policy, on_result)


def test_a_source_tree_is_parsed_by_the_executor_of_the_run(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"m{number}.py").write_text(
            f'def add_{number}(a, b):\n    """Add two numbers and {number}, in that order."""\n'
            f"    total = a + b\n    return total + {number}\n"
        )
    executor = CountingExecutor()
    seeds = list(read_seeds(SeedsConfig("source-tree", str(tmp_path)), executor))
    assert len(seeds) == 40
    assert executor.batches == 3
