"""The stages of a run: one order, a step for each, and what makes them stale."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from synthcode.errors import InputError
from synthcode.pipelines.runs.interrupt import StopRequest
from synthcode.pipelines.runs.recipe import load_recipe
from synthcode.pipelines.runs.run import Run, open_run
from synthcode.pipelines.runs.stages import OPTIONAL_STAGES
from synthcode.pipelines.runs.step import Step, StepResult, run_if_stale
from synthcode.pipelines.steps.registry import STEPS
from synthcode.storage.stage_counts import SHAPES
from synthcode.vocabulary import STAGES


def test_every_stage_has_a_step_that_reads_earlier_stages_only() -> None:
    assert tuple(STEPS) == STAGES == tuple(SHAPES)
    for place, name in enumerate(STAGES):
        step = STEPS[name]()
        assert step.name == name
        earlier = set(STAGES[:place])
        assert {output.partition(":")[0] for output in (*step.requires, *step.optional_inputs)} <= earlier
        assert {output.partition(":")[2] for output in (*step.requires, *step.optional_inputs)} <= {"", "counts"}
        assert not OPTIONAL_STAGES & {output.partition(":")[0] for output in step.requires}


def counting(counts: dict[str, int], inputs: dict[str, str] | None = None) -> Step:
    """A step 'seeds' that writes the same file whatever it counts."""

    def execute(run: Run) -> StepResult:
        path = run.folder.path / "out.txt"
        path.write_text("same")
        return StepResult([path], dict(counts))

    return Step("seeds", execute, settings=lambda recipe: dict(counts), summary=str, inputs=lambda recipe: inputs or {})


def reading(*requires: str) -> Step:
    return replace(counting({}), name="check", requires=requires)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return open_run(tmp_path, StopRequest(), {}, load_recipe("quickstart"))


def test_counts_are_an_output_of_their_own(run: Run) -> None:
    run_if_stale(run, counting({"seeds": 1}))
    assert run_if_stale(run, reading("seeds"))
    assert run_if_stale(run, counting({"seeds": 2}))
    assert not run_if_stale(run, reading("seeds"))
    assert run_if_stale(run, reading("seeds", "seeds:counts"))
    assert not run_if_stale(run, reading("seeds", "seeds:counts"))
    run_if_stale(run, counting({"seeds": 3}))
    assert run_if_stale(run, reading("seeds", "seeds:counts"))
    run_if_stale(run, counting({"seeds": 3}, {"rows.jsonl": "another digest"}))
    assert run_if_stale(run, reading("seeds", "seeds:counts"))


def test_counts_of_how_it_went_this_time_make_nothing_stale(run: Run) -> None:
    def times(asked: int) -> Step:
        return replace(counting({"asked": asked, "seeds": 1}), run_counts=("asked",))

    run_if_stale(run, times(1))
    assert run_if_stale(run, reading("seeds:counts"))
    assert run_if_stale(run, times(2))
    assert not run_if_stale(run, reading("seeds:counts"))


def test_a_stage_that_has_not_run_is_named_with_its_command(run: Run) -> None:
    with pytest.raises(InputError, match="check needs the output of seeds, which has not run") as refusal:
        run_if_stale(run, reading("seeds:counts"))
    assert f"run 'synthcode seeds {run.folder.path}' first" in str(refusal.value)


def test_a_run_of_an_earlier_version_stays_up_to_date(run: Run) -> None:
    run_if_stale(run, counting({"seeds": 1}))
    run_if_stale(run, reading("seeds"))
    path = run.folder.manifest
    tree = json.loads(path.read_text())
    for entry in tree["stages"].values():
        del entry["counts_sha256"]
    del tree["sha256"]
    path.write_text(json.dumps(tree))
    again = open_run(run.folder.path, StopRequest(), {})
    assert not run_if_stale(again, counting({"seeds": 1}))
    assert not run_if_stale(again, reading("seeds"))
    assert run_if_stale(again, reading("seeds:counts"))
