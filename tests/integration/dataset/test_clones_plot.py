"""The picture of clone scores against costs, and the baseline in it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from synthcode.evaluation.cost import ExitCost, Speed
from synthcode.pipelines.main import run_cli
from tests.support.models.encoders import HashingEncoder


class WithCosts(HashingEncoder):
    """Exits that cost what they read."""

    def costs(self) -> list[ExitCost]:
        return [
            ExitCost(exit_, 128, 1000 * exit_, 1e6 * exit_, Speed(0.01 * exit_, 100 / exit_, 8)) for exit_ in self.exits
        ]


WITH_COSTS = WithCosts(exits=(1, 2, 4))
QUICK = ("--resamples", "100", "--variant", "stripped")


@pytest.fixture(scope="module")
def run(quickstart: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(quickstart, tmp_path_factory.mktemp("plot") / "run"))
    assert run_cli(["build", str(folder), "--clones"]) == 0
    for task in ("clones", "retrieval"):
        assert run_cli(["evaluate", str(folder), "--encoder", "bm25", "--task", task, *QUICK]) == 0
    return folder


@pytest.mark.slow
def test_exits_are_drawn_with_bm25_as_a_line(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "evaluation" / "exits"
    shutil.copytree(run / "evaluation", folder.parent)
    encoder = "py:tests.integration.dataset.test_clones_plot:WITH_COSTS"
    command = ["evaluate", str(run), "--encoder", encoder, "--task", "clones", "--out", str(folder), *QUICK]
    assert run_cli(command) == 0
    picture = (folder / "plots" / "pareto.svg").read_text()
    assert (folder / "plots" / "pareto.png").read_bytes().startswith(b"\x89PNG")
    for words in ("AP, frozen vectors", "clones stripped", "bm25, same colours", "196 pairs of 4 problems"):
        assert words in picture
    assert run_cli(command) == 0
    assert "unchanged, nothing to do" in capsys.readouterr().err
    bm25 = folder.with_name("bm25_task-clones_variant-stripped")
    again = ["evaluate", str(run), "--encoder", "bm25", "--task", "clones", "--out", str(bm25), "--label", "words"]
    assert run_cli([*again, *QUICK]) == 0
    assert run_cli(command) == 0  # another baseline: the picture is drawn again
    assert "words, same colours" in (folder / "plots" / "pareto.svg").read_text()


@pytest.mark.slow
def test_a_named_baseline_must_be_of_the_same_pairs(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["evaluate", str(run), "--encoder", "bm25", "--task", "clones", "--out", str(tmp_path / "out"), *QUICK]
    evaluation = run / "evaluation"
    for baseline, problem in (
        (evaluation / "bm25_variant-stripped", "is of retrieval, not of clones"),
        (tmp_path / "nothing", "is not complete"),
    ):
        capsys.readouterr()
        assert run_cli([*command, "--baseline", str(baseline)]) == 1
        error = capsys.readouterr().err
        assert problem in error
        assert len(error.strip().splitlines()) == 2
    assert run_cli([*command, "--out", str(tmp_path / "narrow"), "--languages", "go,java"]) == 0
    capsys.readouterr()
    assert run_cli([*command, "--baseline", str(tmp_path / "narrow")]) == 1
    assert "has languages go,java, not the default" in capsys.readouterr().err
