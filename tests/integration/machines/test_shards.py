"""``run --shard``: machines request their shards, and one run makes of them what one machine makes."""

from __future__ import annotations

import os
import signal
from collections import Counter
from pathlib import Path

import pytest

from synthcode.errors import InputError
from synthcode.llm.seed_shard import SeedShard
from synthcode.pipelines.main import run_cli
from synthcode.pipelines.runs.recipe import load_recipe, to_yaml
from synthcode.pipelines.shards.published import PublishedShards, merge_recipe
from tests.support.runs.sharded_recipe import number_of, ruby, tables, write_recipe
from tests.support.services.chat_server import Asked, Reply, chat_server

SEEDS = 9


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


def test_every_seed_is_in_one_shard() -> None:
    # sha256(b"a") begins with ca978112ca1bbdca: 14598278634844962250 % 5 == 0: the first shard.
    assert [SeedShard(number, 5).has("a") for number in range(1, 6)] == [True, False, False, False, False]
    names = [f"seed-{number}" for number in range(300)]
    shards = [[name for name in names if SeedShard(number, 7).has(name)] for number in range(1, 8)]
    assert sorted(name for shard in shards for name in shard) == sorted(names)
    assert all(len(shard) > 20 for shard in shards)


@pytest.mark.parametrize("shard", ["0/3", "4/3", "1", "a/b", "1/0", "-1/3", "1/3/5", "²/3"])
def test_what_is_not_a_shard_is_refused(shard: str) -> None:
    with pytest.raises(InputError, match="is not a shard"):
        SeedShard.parse(shard)


def test_a_recipe_refuses_it_before_it_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = write_recipe(tmp_path / "in", 1, "http://127.0.0.1:9/v1")
    assert synthcode("run", recipe, "--out", tmp_path / "run", "--shard", "4/3") == 1
    assert "'4/3' is not a shard" in capsys.readouterr().err
    assert synthcode("run", recipe, "--out", tmp_path / "run", "--publish-to", tmp_path / "shared") == 2


def test_shards_make_what_one_machine_makes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with chat_server(ruby) as server:
        recipe = write_recipe(tmp_path / "in", SEEDS, server.base_url)
        assert synthcode("run", recipe, "--out", tmp_path / "one") == 0
        server.asked.clear()
        shared = tmp_path / "shared"
        for number in (3, 1, 2):
            out = tmp_path / f"node-{number}"
            assert synthcode("run", recipe, "--out", out, "--shard", f"{number}/3", "--publish-to", shared) == 0
            assert not (out / "translations").exists()
        # Those of the whole run, and none of them twice; the rest are the questions that each command begins with.
        asked = Counter(number_of(request) for request in server.asked if "add_" in request.prompt)
        assert asked == Counter(range(SEEDS))
        sent = len(server.asked)
        again = ("run", recipe, "--out", tmp_path / "again", "--shard", "2/3", "--publish-to", shared)
        assert synthcode(*again) == 0
        assert len(server.asked) == sent
        assert "shard 2/3 is finished" in capsys.readouterr().err
    merged = tmp_path / "merge.yaml"
    merged.write_text(to_yaml(merge_recipe(load_recipe(str(recipe)), PublishedShards(shared))))
    assert synthcode("run", merged, "--out", tmp_path / "all") == 0
    assert tables(tmp_path / "all") == tables(tmp_path / "one")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1])
def test_a_preempted_shard_goes_on_elsewhere(tmp_path: Path, number: signal.Signals) -> None:
    def preempted(asked: Asked) -> Reply:
        if "add_" in asked.prompt and sum("add_" in one.prompt for one in server.asked) == 5:
            os.kill(os.getpid(), number)
            os.kill(os.getpid(), signal.SIGTERM)  # the scheduler signals the client, and the script passes it on
        return ruby(asked)

    with chat_server(preempted) as server:
        recipe = write_recipe(tmp_path / "in", SEEDS, server.base_url)
        command = ("run", recipe, "--shard", "1/1", "--publish-to", tmp_path / "shared")
        assert synthcode(*command, "--out", tmp_path / "first") == 143
        [state] = PublishedShards(tmp_path / "shared").states(1)
        assert not state.is_finished
        assert 5 <= state.completed < SEEDS
        server.answer = ruby
        assert synthcode(*command, "--out", tmp_path / "second") == 0
        asked = Counter(number_of(request) for request in server.asked if "add_" in request.prompt)
    assert asked == Counter(range(SEEDS))
    assert [state.is_finished for state in PublishedShards(tmp_path / "shared").states(1)] == [True]


def test_shards_of_another_recipe_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with chat_server(ruby) as server:
        recipe = write_recipe(tmp_path / "in", 2, server.base_url)
        command = ("run", recipe, "--publish-to", tmp_path / "shared")
        assert synthcode(*command, "--out", tmp_path / "a", "--shard", "1/2") == 0
        for place, other in enumerate((["--shard", "1/3"], ["--shard", "1/2", "--temperature", "1"])):
            assert synthcode(*command, "--out", tmp_path / f"b{place}", *other) == 1
            assert "has the shards of another recipe" in capsys.readouterr().err


def test_a_shard_without_seeds_is_finished(tmp_path: Path) -> None:
    with chat_server(ruby) as server:
        recipe = write_recipe(tmp_path / "in", 1, server.base_url)
        for number in (1, 2):
            out = tmp_path / f"node-{number}"
            shard = ("--shard", f"{number}/2", "--publish-to", tmp_path / "shared")
            assert synthcode("run", recipe, "--out", out, *shard) == 0
    assert all(state.is_finished for state in PublishedShards(tmp_path / "shared").states(2))


def test_a_missing_shard_is_no_success(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shared = tmp_path / "shared"
    assert synthcode("run", "quickstart", "--out", tmp_path / "a", "--shard", "1/2", "--publish-to", shared) == 0
    recording = f"backend.recording={shared / 'recordings'}"
    assert synthcode("run", "quickstart", "--out", tmp_path / "all", "--set", recording) == 1
    assert "1 of 2 shards are not finished: 2" in capsys.readouterr().err
    assert not (tmp_path / "all").exists()


def test_a_run_keeps_its_shard(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = ("run", "quickstart", "--out", tmp_path / "a")
    assert synthcode(*run, "--shard", "2/7") == 0
    before = (tmp_path / "a" / "manifest.json").read_bytes()
    capsys.readouterr()
    assert synthcode(*run, "--shard", "3/7") == 1
    assert "is the run of shard 2/7, not of shard 3/7" in capsys.readouterr().err
    assert synthcode(*run) == 1
    assert "is the run of shard 2/7, not of all seeds" in capsys.readouterr().err
    assert (tmp_path / "a" / "manifest.json").read_bytes() == before
    assert synthcode(*run, "--shard", "2/7") == 0


def test_an_address_is_not_made_a_folder(tmp_path: Path, monkeypatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    command = ("run", "quickstart", "--out", "a", "--shard", "1/2", "--publish-to", "ftp://bucket/x")
    assert synthcode(*command) == 1
    assert "ftp://bucket/x: ftp:// is not supported" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
    for command in (
        ("run", "quickstart", "--out", "s3://bucket/x"),
        ("merge", "s3://bucket/x", "shard"),
        ("slurm", "quickstart", "--out", "gs://bucket/x", "--print-script"),
        ("seeds", "s3://bucket/x", "--from", "table", "--path", "seeds.jsonl"),
    ):
        assert synthcode(*command) == 1
        assert "//bucket/x is an address; a run directory is a folder" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
