"""``--shard`` of the commands of single stages: what they make is what ``run --shard`` makes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from synthcode.llm.seed_shard import SeedShard
from synthcode.pipelines.main import run_cli
from synthcode.storage.shards import read_file, shards_of

RECORDING = Path(__file__).resolve().parents[3] / "pipelines" / "recipes" / "quickstart"
SHARD = "2/3"
TRANSLATE = (
    *("--backend", "replay", "--recording", RECORDING / "recording.jsonl", "--model", "written-by-people"),
    *("--targets", "java,javascript,php,ruby,c,cpp,go,rust"),
)


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


def seeds(run: Path, *more: str) -> int:
    path = RECORDING / "seeds.jsonl"
    return synthcode("seeds", run, "--from", "table", "--path", path, *more)


def test_stages_make_of_a_shard_what_run_makes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert synthcode("run", "quickstart", "--out", tmp_path / "run", "--shard", SHARD) == 0
    run = tmp_path / "stages"
    assert seeds(run, "--shard", SHARD) == 0
    assert synthcode("dedup", run) == 0
    assert synthcode("translate", run, *TRANSLATE) == 0  # the run knows its shard
    assert yaml.safe_load((run / "recipe.yaml").read_text())["shard"] == SHARD
    for stage in ("seeds", "completions"):
        mine, expected = ([file.read_bytes() for file in shards_of(one / stage)] for one in (run, tmp_path / "run"))
        assert mine == expected
    assert synthcode("check", run, "--shard", SHARD) == 0
    judged = {name for stage in ("translations", "rejected") for name in names(run / stage)}
    assert judged
    assert all(SeedShard(2, 3).has(name) for name in judged)
    capsys.readouterr()
    assert synthcode("check", run, "--shard", "1/3") == 1
    assert f"{run} is the run of shard 2/3, not of shard 1/3" in capsys.readouterr().err
    assert synthcode("check", run, "--shard", "02/03") == 0
    capsys.readouterr()
    assert synthcode("status", run) == 0
    shown = capsys.readouterr().out
    assert "shard 2/3 of the seeds: 'synthcode merge' deduplicates and builds all shards" in shown
    assert "not up to date" not in shown


def test_a_shard_awaits_its_own_seeds_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    assert seeds(run, "--limit", "10", "--shard", SHARD) == 0
    assert synthcode("translate", run, *TRANSLATE) == 0
    assert seeds(run, "--limit", "42") == 0  # those after the first ten are new
    mine = [name for name in names(run / "seeds") if SeedShard(2, 3).has(name)]
    awaiting = len(set(mine) - set(names(run / "completions")))
    capsys.readouterr()
    assert synthcode("status", run) == 0
    assert f"{awaiting} seeds await translating" in capsys.readouterr().out


def names(folder: Path) -> list[str]:
    return [name for file in shards_of(folder) for name in read_file(file, ["seed_id"])["seed_id"].to_pylist()]


def test_the_first_command_with_a_shard_decides(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    assert seeds(run) == 0
    assert synthcode("translate", run, *TRANSLATE, "--shard", "1/3") == 0
    assert all(SeedShard(1, 3).has(name) for name in names(run / "completions"))
    capsys.readouterr()
    assert synthcode("translate", run, *TRANSLATE, "--shard", "1/4") == 1
    assert "is the run of shard 1/3, not of shard 1/4" in capsys.readouterr().err
    assert seeds(run, "--shard", "4/3") == 1
    assert "'4/3' is not a shard" in capsys.readouterr().err


def test_a_whole_run_does_not_become_a_shard(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    assert seeds(run) == 0
    assert synthcode("translate", run, *TRANSLATE) == 0
    before = (run / "recipe.yaml").read_bytes()
    for command in (["translate", run, *TRANSLATE], ["check", run], ["verify", run]):
        capsys.readouterr()
        assert synthcode(*command, "--shard", "1/3") == 1
        assert "is the run of all seeds, not of shard 1/3" in capsys.readouterr().err
    assert (run / "recipe.yaml").read_bytes() == before


def test_what_needs_all_rows_refuses_a_shard(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    assert seeds(run) == 0
    before = (run / "recipe.yaml").read_bytes()
    assert synthcode("build", run, "--shard", SHARD) == 1
    assert "build deduplicates, and draws splits, among the rows of all shards" in capsys.readouterr().err
    assert (run / "recipe.yaml").read_bytes() == before
    assert synthcode("dedup", run, "--shard", SHARD) == 0
    assert synthcode("translate", run, *TRANSLATE) == 0
    for command in ("build", "dedup"):
        for option in ([], ["--shard", SHARD]):
            capsys.readouterr()
            assert synthcode(command, run, *option) == 1
            problem, fix = capsys.readouterr().err.strip().splitlines()
            assert "of all shards, and this is shard 2/3" in problem
            assert "synthcode merge OUT SHARD..." in fix
    assert not (run / "translations").exists()


def test_recipes_of_earlier_versions_name_their_shard(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = tmp_path / "recipe.yaml"
    tree = yaml.safe_load((RECORDING / "recipe.yaml").read_text())
    tree["seeds"]["path"] = str(RECORDING / "seeds.jsonl")
    tree["backend"]["recording"] = str(RECORDING / "recording.jsonl")
    tree["translate"]["shard"] = SHARD
    recipe.write_text(yaml.safe_dump(tree))
    assert synthcode("run", recipe, "--out", tmp_path / "run") == 0
    assert all(SeedShard(2, 3).has(name) for name in names(tmp_path / "run" / "completions"))
    assert not (tmp_path / "run" / "dataset").exists()
    recipe.write_text(yaml.safe_dump(tree | {"shard": "1/3"}))
    assert synthcode("run", recipe, "--out", tmp_path / "other") == 1
    assert "shard is '1/3', but translate.shard is '2/3'" in capsys.readouterr().err
