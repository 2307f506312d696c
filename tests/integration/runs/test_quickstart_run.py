"""The quickstart, run as a user runs it: the funnel, the dataset, resuming, repeating, being killed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import pty
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthcode.evaluation.retrieval.datasets import load_task
from synthcode.languages import Language
from synthcode.llm.prompts import Prompt
from synthcode.pipelines.main import run_cli
from synthcode.schemas.records import Message
from synthcode.storage.layout import RunFolder
from synthcode.storage.shards import shards_of
from tests.support.runs.stopped_commands import run_to

QUICKSTART = Path(__file__).resolve().parents[3] / "pipelines" / "recipes" / "quickstart"


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


def parquet(run: Path) -> dict[str, str]:
    return {
        path.relative_to(run).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(run.rglob("*.parquet"))
    }


def status(run: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert synthcode("status", run, "--json") == 0
    counts: dict[str, Any] = json.loads(capsys.readouterr().out)
    return counts


@pytest.fixture(scope="module")
def run(quickstart: Path) -> Path:
    return quickstart


def test_every_prompt_is_filled_once(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = Path(shutil.copytree(run, tmp_path / "run"))
    shutil.rmtree(copy / "completions")
    RunFolder(copy).journal.unlink(missing_ok=True)
    filled: Counter[tuple[str, str]] = Counter()
    fill = Prompt.fill

    def counting(prompt: Prompt, seed: Mapping[str, Any], source: Language, target: Language) -> tuple[Message, ...]:
        filled[seed["seed_id"], target.name] += 1
        return fill(prompt, seed, source, target)

    monkeypatch.setattr(Prompt, "fill", counting)
    assert synthcode("translate", copy, "--backend", "replay", "--recording", QUICKSTART / "recording.jsonl") == 0
    assert set(filled.values()) == {1}
    assert [path.read_bytes() for path in shards_of(copy / "completions")] == [
        path.read_bytes() for path in shards_of(run / "completions")
    ]


def test_a_build_reads_no_table_more_often_than_it_must(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once to compare programs and to count the gate's verdicts, once to write: the splits are known only then."""
    copy = Path(shutil.copytree(run, tmp_path / "run"))
    reads: Counter[str] = Counter()
    original = RunFolder.rows

    def counted(folder: RunFolder, table: Path, columns: list[str] | None = None) -> Iterator[pa.Table]:
        reads[table.name] += 1
        return original(folder, table, columns)

    monkeypatch.setattr(RunFolder, "rows", counted)
    assert synthcode("build", copy, "--workers", "2", "--force") == 0
    assert reads == {"seeds": 2, "translations": 2, "rejected": 1, "programs": 2}
    assert parquet(copy) == parquet(run)


def test_the_counts_reconcile(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    counts = status(run, capsys)
    assert set(counts["stages"].values()) == {"done"}
    assert counts["requested"] == (counts["seeds"] - counts["seed_duplicates"]) * 8
    for row in (counts, *counts["by_language"].values()):
        assert row["requested"] == row["completed"] + row["failed"] + row["pending"]
        assert row["completed"] == row["accepted"] + sum(row["rejected"].values())
        left = ("exact_duplicates", "near_duplicates", "contaminated", "kept")
        assert row["accepted"] == sum(row[key] for key in left)
        assert row["kept"] == sum(row["splits"].values())
    assert min(counts["splits"].values()) > 0


def test_every_unusable_completion_is_rejected_for_what_it_is(run: Path) -> None:
    seeds = pq.read_table(shards_of(run / "seeds"), columns=["seed_id", "source_id"]).to_pylist()
    source_ids = {row["seed_id"]: row["source_id"] for row in seeds}
    recorded = [json.loads(line) for line in (QUICKSTART / "recording.jsonl").read_text("utf-8").splitlines()]
    expected = {(row["source_id"], row["target_language"]): row["expected"] for row in recorded}
    found = {}
    for folder in ("translations", "rejected"):
        for row in pq.read_table(shards_of(run / folder)).to_pylist():
            found[source_ids[row["seed_id"]], row["target_language"]] = row.get("reason", "good")
    assert found == {key: expected[key] for key in found}
    assert len(Counter(found.values())) == 9


def test_duplicate_seeds_go_before_they_cost_anything(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    counts = status(run, capsys)
    assert counts["seed_duplicates"] == 4
    assert counts["near_duplicates"] == 2


def test_the_dataset_opens_with_its_splits(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from datasets import load_dataset

    counts = status(run, capsys)
    loaded = {
        config: load_dataset(str(run / "dataset"), config, cache_dir=str(tmp_path))
        for config in ("triplets", "programs", "texts", "qrels")
    }
    assert {split: len(rows) for split, rows in loaded["triplets"].items()} == counts["splits"]
    assert loaded["triplets"].column_names["train"][:8] == [
        "repository_name",
        "func_path_in_repository",
        "language2",
        "func2",
        "language1_CSN",
        "func1_CSN",
        "func_documentation_string",
        "func_code_url",
    ]
    for config in ("triplets", "programs", "texts"):
        seeds = [set(rows["seed_id"]) for rows in loaded[config].values()]
        assert len(set.union(*seeds)) == sum(map(len, seeds))
    default = load_dataset(str(run / "dataset"), cache_dir=str(tmp_path))
    assert default["test"].column_names == loaded["triplets"]["test"].column_names


def test_every_query_of_the_dataset_has_its_answer_in_the_corpus(run: Path) -> None:
    for query_language in ("text", "python", "java"):
        for variant in ("stripped", "anonymous"):
            task = load_task(run / "dataset", "rust", query_language, split="train", variant=variant)
            assert task.queries
            assert all(document in task.corpus for answers in task.qrels.values() for document in answers)


def test_a_second_run_does_nothing(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.stat().st_mtime_ns for path in run.rglob("*") if path.is_file() and path.name != ".lock"}
    assert synthcode("run", "quickstart", "--out", run, "--workers", "2") == 0
    assert capsys.readouterr().err.count("unchanged, nothing to do") == 6
    assert {p: p.stat().st_mtime_ns for p in run.rglob("*") if p.is_file() and p.name != ".lock"} == before


@pytest.mark.slow
def test_the_same_bytes_from_one_worker_from_four_and_from_the_exported_recording(run: Path, tmp_path: Path) -> None:
    for workers in (1, 4):
        other = tmp_path / str(workers)
        recording = f"backend.recording={run / 'completions'}"
        assert synthcode("run", "quickstart", "--out", other, "--workers", str(workers), "--set", recording) == 0
        assert parquet(other) == parquet(run)
    assert (tmp_path / "1" / "dataset" / "README.md").read_bytes() == (run / "dataset" / "README.md").read_bytes()


def test_only_what_changed_is_done_again(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(run, copy)
    capsys.readouterr()
    assert synthcode("dedup", copy, "--threshold", "0.95") == 0
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in lines if "unchanged" in line] == ["check"]
    assert synthcode("translate", copy, "--targets", "java,go") == 0
    assert synthcode("build", copy) == 0
    counts = status(copy, capsys)
    assert sorted(counts["by_language"]) == ["go", "java"]
    assert counts["kept"] == sum(counts["splits"].values())


@pytest.mark.slow
def test_killed_again_and_again_it_ends_with_the_same_bytes(run: Path, tmp_path: Path) -> None:
    """At moments of its stages; test_kills.py, in CI, kills at many more."""
    killed = tmp_path / "killed"
    command = ("run", "quickstart", "--out", str(killed), "--workers", "2")
    for moment in (70, 110, 130):
        assert run_to(moment, killed, command, signal.SIGKILL).exit_code == -signal.SIGKILL
    assert synthcode(*command) == 0
    assert parquet(killed) == parquet(run)
    assert not list(killed.rglob(".writing-*"))


def test_a_dry_run_says_what_would_be_asked_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert synthcode("run", "quickstart", "--out", tmp_path / "run", "--dry-run") == 0
    printed = capsys.readouterr().out
    assert "requests           304" in printed
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--reason", "unchanged"], "unchanged"),
        (["--language", "Rust", "--limit", "2"], "rust - "),
        (["--reason", "near_duplicate"], "near_duplicate"),
    ],
)
def test_show(run: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str) -> None:
    assert synthcode("show", run, *arguments) == 0
    assert expected in capsys.readouterr().out


def test_show_searches_texts_programs_and_translations(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert synthcode("show", run, "--search", "ZELLER", "--language", "go", "--no-pager") == 0
    assert capsys.readouterr().out.count("quickstart/") == 1
    for nowhere in ("no such words", "\udcff"):  # a byte that is not valid UTF-8
        assert synthcode("show", run, "--search", nowhere, "--no-pager") == 0
    assert capsys.readouterr().err.startswith(f"no such rows; verdicts in {run}: empty, kept, near_duplicate")


@pytest.mark.slow
def test_show_leafs_through_all_rows_and_prints_ten_without_a_pager(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = {}
    for arguments in (["--no-pager"], ["--pager"], ["--pager", "--limit", "3"]):
        assert synthcode("show", run, "--language", "go", *arguments) == 0
        seen[" ".join(arguments)] = capsys.readouterr().out.count("go - ")
    assert seen == {"--no-pager": 10, "--pager": 38, "--pager --limit 3": 3}


@pytest.mark.slow
def test_on_a_terminal_all_rows_go_to_the_pager(run: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "synthcode", "show", str(run), "--language", "go"]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, env={**os.environ, "PAGER": "cat"}) as process:
        os.close(theirs)
        printed = b""
        with contextlib.suppress(OSError), open(ours, "rb", buffering=0) as terminal:  # EIO: the other end is closed
            while piece := terminal.read(65_536):
                printed += piece
    assert process.returncode == 0
    assert printed.count(b"go - ") == 38
