"""``synthcode slurm``: the scripts that it writes, and what it refuses; no cluster is needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthcode.pipelines.main import run_cli
from synthcode.pipelines.runs.recipe import load_recipe
from synthcode.pipelines.shards.slurm import shard_recipe
from tests.support.runs.sharded_recipe import write_recipe


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


def test_slurm_prints_its_scripts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = write_recipe(tmp_path / "in", 1, "http://node:8000/v1")
    capsys.readouterr()
    out = tmp_path / "it's big"
    options = ("--nodes", "3", "--gpus-per-node", "8", "--gpus-per-task", "2", "--time", "04:00:00", "--partition", "p")
    assert synthcode("slurm", recipe, "--out", out, *options, "--sbatch", "--account=me", "--print-script") == 0
    printed = capsys.readouterr().out
    for line in ("--array=1-48%12", "--gres=gpu:2", "--time=04:00:00", "--partition=p", "--account=me", "--requeue"):
        assert f"#SBATCH {line}\n" in printed
    assert f'#SBATCH --output="{out}.shards/logs/shard-%a.log"\n' in printed
    assert not Path(f"{out}.shards").exists()


def test_slurm_refuses_what_cannot_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = write_recipe(tmp_path / "in", 1, "http://node:8000/v1")
    out = ("--out", tmp_path / "out")
    assert synthcode("slurm", recipe, *out, "--set", "backend.base_urls=[]") == 1
    assert "there is no GPU to serve the model on" in capsys.readouterr().err
    assert synthcode("slurm", recipe, *out, "--gpus-per-node", "8", "--gpus-per-task", "3") == 2
    assert synthcode("slurm", recipe, *out, "--partition", "a\nrm", "--print-script") == 1
    assert "cannot be an option of sbatch" in capsys.readouterr().err
    assert synthcode("slurm", recipe, *out, "--status") == 1
    assert "has no shards" in capsys.readouterr().err


def test_a_task_serves_the_model_on_its_gpus(tmp_path: Path) -> None:
    recipe = load_recipe(str(write_recipe(tmp_path / "in", 1, "http://node:8000/v1")), {"backend.base_urls": []})
    assert shard_recipe(recipe, 1).backend.serve == ()
    assert shard_recipe(recipe, 4).backend.serve == ("--tensor-parallel-size", "4")


def test_a_refused_submission_leaves_no_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "sbatch").write_text("#!/bin/sh\necho sbatch: error: invalid partition >&2\nexit 1\n")
    (programs / "sbatch").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    recipe, out = write_recipe(tmp_path / "in", 1, "http://node:8000/v1"), tmp_path / "runs" / "big"
    assert synthcode("slurm", recipe, "--out", out, "--shards", "2", "--partition", "nope") == 1
    assert "sbatch refuses: sbatch: error: invalid partition" in capsys.readouterr().err
    assert not out.parent.exists()
