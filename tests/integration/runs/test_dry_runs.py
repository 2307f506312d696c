"""'run --dry-run' on a run that exists: what is left, what it costs, how long it takes."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from synthcode.pipelines.main import run_cli

PRICES = ("--set", "backend.price_in=0.5", "--set", "backend.price_out=2")


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    seeds = [
        {"id": f"s{n}", "language": "python", "text": f"Add, {n}.", "code": f"def f{n}(a):\n    return a + {n} ** 7\n"}
        for n in (1, 2)
    ]
    (tmp_path / "seeds.jsonl").write_text("".join(json.dumps(seed) + "\n" for seed in seeds))
    answers = [
        {"source_id": seed["id"], "target_language": target, "text": "```\nint f(int a) { return a + 1; }\n```"}
        | {"finish_reason": "stop", "prompt_tokens": 100, "completion_tokens": 50}
        for seed in seeds
        for target in ("c", "cpp")
    ]
    (tmp_path / "recording.jsonl").write_text("".join(json.dumps(answer) + "\n" for answer in answers))
    path = tmp_path / "mine.yaml"
    path.write_text(
        "seeds: {adapter: table, path: seeds.jsonl}\n"
        "translate: {targets: [c, cpp], model: people, sampling: {max_tokens: 1000}}\n"
        "backend: {name: replay, recording: recording.jsonl}\n"
    )
    return path


def planned(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> dict[str, str]:
    capsys.readouterr()
    assert synthcode("run", *arguments, "--dry-run") == 0
    return {line[:19].strip(): line[19:] for line in capsys.readouterr().out.splitlines()}


def files(run: Path) -> dict[Path, bytes]:
    """Return the content of a run's files, without those in which SQLite coordinates its readers."""
    found = (path for path in run.rglob("*") if path.is_file() and not path.name.endswith(("-shm", "-wal")))
    return {path: path.read_bytes() for path in found}


@pytest.mark.slow
def test_answered_requests_are_not_counted(recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    assert planned(capsys, recipe, "--out", run)["requests"] == "4"
    assert synthcode("run", recipe, "--out", run, "--targets", "c") == 0
    before = files(run)
    left = planned(capsys, recipe, "--out", run, *PRICES)
    assert left["requests"] == f"2 (2 more are known: {run})"
    assert left["cpp"] == "2"
    assert "c" not in left
    assert left["completion tokens"] == "at most 2,000, about 100 at the mean length so far"
    prompt = int(left["prompt tokens"].removeprefix("about ").replace(",", ""))
    assert 100 < prompt < 1000
    expected, most = prompt * 0.5e-6 + 100 * 2e-6, prompt * 0.5e-6 + 2000 * 2e-6
    assert left["cost"] == f"about {expected:,.2f}, at most {most:,.2f}"
    assert left["time"].endswith(" at the pace of the last translating")
    assert files(run) == before
    assert planned(capsys, recipe, "--out", run, "--temperature", "0.9")["requests"].startswith("4 (0 more")


@pytest.mark.slow
def test_what_failed_for_good_is_counted_where_it_is_repeated(
    recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    assert synthcode("run", recipe, "--out", run) == 0
    with sqlite3.connect(run / "completions" / "journal.sqlite") as journal:
        change = "UPDATE completions SET text = NULL, error = 'bad_request: HTTP 400' WHERE target_language = 'c'"
        journal.execute(change)
    left = planned(capsys, recipe, "--out", run)
    assert left["requests"].startswith("0 (2 more are known")
    assert left["failed for good"] == "2 more: not repeated without --retry-failed"
    left = planned(capsys, recipe, "--out", run, "--shard", "1/2")
    assert left["failed for good"] == "2 more: not repeated without --retry-failed"
    left = planned(capsys, recipe, "--out", run, "--retry-failed")
    assert left["requests"].startswith("2 (2 more are known")
    assert "failed for good" not in left


@pytest.mark.slow
def test_a_failure_that_may_pass_is_counted_among_the_requests(
    recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    assert synthcode("run", recipe, "--out", run) == 0
    with sqlite3.connect(run / "completions" / "journal.sqlite") as journal:
        change = "UPDATE completions SET text = NULL, error = 'timeout: late' WHERE target_language = 'c'"
        journal.execute(change)
    left = planned(capsys, recipe, "--out", run)
    assert left["requests"].startswith("2 (2 more are known")
    assert "failed for good" not in left


@pytest.mark.slow
def test_translate_tells_what_is_known_from_what_failed_for_good(
    recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    assert synthcode("run", recipe, "--out", run, "--targets", "c") == 0
    with sqlite3.connect(run / "completions" / "journal.sqlite") as journal:
        change = "UPDATE completions SET text = NULL, error = 'bad_request: HTTP 400', checksum = NULL WHERE rowid = 1"
        journal.execute(change)
    capsys.readouterr()
    assert synthcode("translate", run, "--targets", "c,cpp", "--max-failed", "1") == 0
    expected = "3 of 4 completed, 1 failed; 2 requested, 1 already known, 1 not repeated after failing"
    assert expected in capsys.readouterr().err


def test_without_a_run_there_is_no_pace(recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = planned(capsys, recipe, *PRICES)
    assert found["requests"] == "4"
    assert found["cost"].startswith("at most 0.0")
    assert "time" not in found


def test_run_takes_the_options_of_translate(recipe: Path, tmp_path: Path) -> None:
    options = ("--targets", "c", "--concurrency", "3", "--temperature", "0.5", "--prompt", "translate")
    assert synthcode("run", recipe, "--out", tmp_path / "run", *options) in (0, 1)
    written = (tmp_path / "run" / "recipe.yaml").read_text()
    for line in ("concurrency: 3", "temperature: 0.5", "prompt: translate", "targets:\n  - c\n"):
        assert line in written


@pytest.mark.slow
def test_a_refused_prompt_is_not_kept(recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    assert synthcode("run", recipe, "--out", run) == 0
    assert synthcode("translate", run, "--prompt", "nothere") == 1
    assert "no prompt 'nothere'" in capsys.readouterr().err
    assert synthcode("translate", run) == 0


def test_shards_are_counted_each_and_in_all(recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = planned(capsys, recipe)
    prompt = int(whole["prompt tokens"].removeprefix("about ").replace(",", ""))
    lines = planned(capsys, recipe, "--shard", "1/3", "--tokens-per-second", "100")
    assert lines["shards"] == "3"
    shards = [lines[f"shard {number}"] for number in (1, 2, 3)]
    # Both languages of a seed are in its shard: 2 seeds, 2 languages, answers of up to 1,000 tokens.
    requests = [int(line.split()[0]) for line in shards]
    assert sorted(requests) in ([0, 0, 4], [0, 2, 2])
    assert sum(int(line.split("about ")[1].split()[0]) for line in shards) in range(prompt - 2, prompt + 3)
    # 4,000 tokens at 100 a second are 40 s: 0.01 hours.
    assert lines["all"].endswith("4,000 completion tokens, 0.01 GPU-hours")
    assert "at 100 completion tokens/s of a GPU, as given" in lines["GPU-hours"]
    assert "not known" in planned(capsys, recipe, "--shard", "1/3")["GPU-hours"]
    assert not (tmp_path / "run").exists()


def test_finished_shards_are_not_counted(recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shared = ("--publish-to", tmp_path / "shared")
    assert planned(capsys, recipe, "--shard", "1/2", *shared)["all"].startswith("4 requests")
    assert not (tmp_path / "shared").exists()
    for number in (1, 2):
        out = tmp_path / f"node-{number}"
        assert synthcode("run", recipe, "--out", out, "--shard", f"{number}/2", *shared) == 0
        lines = planned(capsys, recipe, "--shard", "1/2", *shared)
        assert lines[f"shard {number}"] == "finished"
    assert lines["shards"] == "2, 2 of them finished"
    assert lines["all"].startswith("0 requests")
    assert synthcode("run", recipe, "--shard", "1/3", *shared, "--dry-run") == 1


@pytest.mark.slow
def test_the_rate_that_a_run_has_measured_counts(
    recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    assert synthcode("run", recipe, "--out", run, "--targets", "c") == 0
    manifest = json.loads((run / "manifest.json").read_text())
    manifest["stages"]["translate"]["seconds"] = 20.0  # 2 answers of 50 tokens: 5 tokens/s
    del manifest["sha256"]
    (run / "manifest.json").write_text(json.dumps(manifest))
    lines = planned(capsys, recipe, "--out", run, "--shard", "1/1")
    assert f"at 5 completion tokens/s of a GPU, as measured in {run}" in lines["GPU-hours"]
    # 2 requests are left; 100 tokens at 5 a second are 20 s.
    assert lines["all"].endswith("100 completion tokens, 0.01 GPU-hours")
    assert lines["answers"] == "as long as those so far, on average"


def test_many_shards_are_shown_by_their_ends(recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = planned(capsys, recipe, "--shard", "7/5000")
    shown = [name for name in lines if name.startswith("shard ")]
    assert "shard 7" in shown
    assert len(shown) <= 3


def test_slurm_prints_the_time_of_all_gpus(recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ("slurm", recipe, "--out", tmp_path / "run", "--nodes", "1", "--gpus-per-node", "2", "--shards", "3")
    capsys.readouterr()
    assert synthcode(*command, "--dry-run", "--tokens-per-second", "100") == 0
    printed = capsys.readouterr().out
    assert "time               about 20 seconds with 2 GPUs at once" in printed
    assert "0.01 GPU-hours" in printed
    assert not (tmp_path / "run.shards").exists()
