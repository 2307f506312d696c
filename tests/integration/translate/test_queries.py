"""``synthcode queries``: texts are written anew, judged, counted, resumed, replayed and built."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from synthcode import open_run
from synthcode.pipelines.main import run_cli
from tests.support.programs.broken_answers import javascript, parquet_digests
from tests.support.runs.seeded_run import seeded_run
from tests.support.services.chat_server import Asked, Reply, chat_server, completion
from tests.support.services.query_server import number_in, queries_of, request_queries, style_of, written

STYLES = ("keyword", "paraphrase", "question")


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


def status(run: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert synthcode("status", run, "--json") == 0
    counts: dict[str, Any] = json.loads(capsys.readouterr().out)
    return counts


def rows(run: Path, table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = open_run(run).table(table).to_pylist()
    return found


def test_texts_are_written_anew_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = seeded_run(tmp_path, 3)
    with chat_server(queries_of()) as server:
        assert request_queries(run, server) == 0
        assert Counter(map(style_of, server.asked)) == dict.fromkeys(STYLES, 3)
        assert all("Add " in asked.prompt and "return a + b" not in asked.prompt for asked in server.asked)
        assert request_queries(run, server) == 0
        assert len(server.asked) == 9
    assert "unchanged, nothing to do" in capsys.readouterr().err
    assert sorted((row["style"], row["query"]) for row in rows(run, "queries")) == sorted(
        (style, written(style, number)) for style in STYLES for number in "012"
    )
    counts = status(run, capsys)["queries"]
    assert (counts["requested"], counts["completed"], counts["accepted"], counts["rejected"]) == (9, 9, 9, {})
    assert synthcode("status", run) == 0
    assert "  question         3 requested, 3 completed, 3 accepted\n" in capsys.readouterr().out


def test_only_styles_and_samples_that_are_named_are_requested(tmp_path: Path) -> None:
    run = seeded_run(tmp_path, 2)
    with chat_server(queries_of()) as server:
        assert request_queries(run, server, "--style", "question", "--samples", "2") == 0
        assert Counter(map(style_of, server.asked)) == {"question": 4}
    assert len(rows(run, "queries")) == 2
    assert {row["reason"] for row in rows(run, "queries_rejected")} == {"near_copy"}


def test_what_is_not_accepted_is_kept_with_its_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def bad(style: str, number: str) -> str:
        answers = {
            "keyword": f"sum of values add_{number}",
            "question": "What sums two values?",
            "paraphrase": f"Add {number}",
        }
        return answers[style] if number != "3" else written(style, number)

    run = seeded_run(tmp_path, 4)
    with chat_server(queries_of(bad)) as server:
        assert request_queries(run, server) == 0
    found = {(row["style"], row["reason"]) for row in rows(run, "queries_rejected")}
    assert found == {("keyword", "names_entry_point"), ("question", "ambiguous"), ("paraphrase", "near_copy")}
    counts = status(run, capsys)["queries"]
    assert counts["rejected"] == {"ambiguous": 3, "names_entry_point": 3, "near_copy": 3}
    for row in counts["by_style"].values():
        assert row["completed"] == row["accepted"] + sum(row["rejected"].values()) == 4


@pytest.mark.slow
def test_killed_in_the_middle_it_ends_as_if_undisturbed(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    run, expected = seeded_run(tmp_path / "one", 4), seeded_run(tmp_path / "two", 4)
    answered, hold = threading.Semaphore(0), threading.Event()

    def wait(_asked: Asked) -> None:
        answered.release()
        if len(server.asked) > 5:
            hold.wait(300)

    with chat_server(queries_of(before=wait)) as server:
        command = ["queries", str(run), "--base-url", server.base_url, "--model", "m", "--concurrency", "1"]
        process = subprocess.Popen(
            [sys.executable, "-m", "synthcode", *command], stderr=subprocess.DEVNULL, start_new_session=True
        )
        for _ in range(6):
            assert answered.acquire(timeout=500)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        hold.set()
        before = len(server.asked)
        assert run_cli(command) == 0
        assert len(server.asked) - before == 12 - 5
        assert request_queries(expected, server) == 0
    own, other = (
        {name: one for name, one in parquet_digests(at).items() if "completions" not in name} for at in (run, expected)
    )
    assert own == other
    assert len(rows(run, "queries")) == 12


@pytest.mark.slow
def test_a_replayed_recording_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    run, again = seeded_run(tmp_path / "one", 3), seeded_run(tmp_path / "two", 3)
    with chat_server(queries_of()) as server:
        assert request_queries(run, server) == 0
    assert synthcode("queries", again, "--recording", run / "completions") == 0
    assert parquet_digests(again) == parquet_digests(run)


def test_a_foreign_recording_names_styles_and_sources(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run, recording = seeded_run(tmp_path, 2), tmp_path / "answers.jsonl"
    answers = [{"source_id": "s0", "style": style, "text": written(style, "0")} for style in STYLES]
    answers.append({"source_id": "s1", "style": "sonnet", "text": "Shall I compare thee?"})
    recording.write_text("\n".join(map(json.dumps, answers)))
    assert synthcode("queries", run, "--recording", recording) == 0
    counts = status(run, capsys)["queries"]
    assert (counts["completed"], counts["failed"], counts["pending"], counts["accepted"]) == (3, 0, 3, 3)


@pytest.mark.slow
def test_a_dry_run_sends_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = seeded_run(tmp_path, 3)
    before = {path: path.stat().st_mtime_ns for path in run.rglob("*")}
    assert synthcode("queries", run, "--dry-run", "--model", "m", "--price-in", "1", "--price-out", "2") == 0
    said = capsys.readouterr().out
    assert "queries            9 (0 more are known" in said
    assert "  keyword          3\n" in said
    assert "at most" in said
    assert {path: path.stat().st_mtime_ns for path in run.rglob("*")} == before
    with chat_server(queries_of()) as server:
        assert request_queries(run, server, "--style", "question") == 0
    capsys.readouterr()
    assert synthcode("queries", run, "--dry-run", "--style", "question", "--style", "keyword") == 0
    assert "queries            3 (3 more are known" in capsys.readouterr().out


@pytest.mark.slow
def test_a_run_of_a_recipe_with_queries_counts_them_before_and_builds_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seeded_run(tmp_path, 3)
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(
        "seeds: {adapter: table, path: seeds.jsonl}\ntranslate: {targets: [javascript], model: m}\nqueries: true\n"
    )

    def answer(asked: Asked) -> Reply:
        style = style_of(asked)
        if style:
            return Reply(completion(written(style, number_in(asked))))
        number = next(one for one in "012" if f"add_{one}(" in asked.prompt)
        return Reply(completion(javascript(number)))

    out = tmp_path / "out"
    assert synthcode("run", recipe, "--dry-run") == 0
    assert "queries            9\n" in capsys.readouterr().out
    with chat_server(answer) as server:
        options = ("--base-url", server.base_url, "--set", "dedup.threshold=1.0")
        assert synthcode("run", recipe, "--out", out, *options) == 0
        assert len(server.asked) == 12
    built = pq.read_table(out / "dataset" / "data" / "queries")
    texts = {
        split: set(pq.read_table(file)["seed_id"].to_pylist())
        for split in ("train", "validation", "test")
        for file in (out / "dataset" / "data" / "texts").glob(f"{split}-*")
    }
    for split, seeds in texts.items():
        for file in (out / "dataset" / "data" / "queries").glob(f"{split}-*"):
            assert set(pq.read_table(file)["seed_id"].to_pylist()) <= seeds
    assert Counter(built["style"].to_pylist()) == dict.fromkeys(STYLES, 3)
    assert len(set(built["query_id"].to_pylist())) == 9
    card = (out / "dataset" / "README.md").read_text()
    assert "## Query styles" in card
    assert "config_name: queries" in card
    assert "| keyword | 3 | 3 | 3 | – |" in card
    assert '"@id": "queries/style"' in (out / "dataset" / "croissant.json").read_text()
    assert synthcode("report", out) == 0
    assert "Queries for the texts, by style" in (out / "report.html").read_text()

    recipe.write_text(recipe.read_text().replace("queries: true", "queries: false"))
    with chat_server(answer) as server:
        assert synthcode("run", recipe, "--out", out, "--base-url", server.base_url) == 0
        assert server.asked == []
    assert not (out / "dataset" / "data" / "queries").exists()
    assert "Query styles" not in (out / "dataset" / "README.md").read_text()


@pytest.mark.slow
def test_a_changed_prompt_requests_again_and_other_settings_do_not(tmp_path: Path) -> None:
    run, prompt = seeded_run(tmp_path, 2), tmp_path / "mine"
    prompt.mkdir()
    (prompt / "user.jinja").write_text("{{ text }}\nStyle: one question")
    with chat_server(queries_of()) as server:
        assert request_queries(run, server, "--style", "question") == 0
        assert request_queries(run, server, "--concurrency", "3") == 0
        assert len(server.asked) == 2
        assert request_queries(run, server, "--prompt", f"{prompt}/") == 0
        assert len(server.asked) == 4
    (prompt / "user.jinja").write_text("{{ target.label }}")
    assert synthcode("queries", run) == 1


def test_a_server_for_queries_leaves_that_of_translations(tmp_path: Path) -> None:
    run = seeded_run(tmp_path, 2)
    with chat_server(lambda _: Reply(completion(javascript("1")))) as theirs, chat_server(queries_of()) as ours:
        options = ("--base-url", theirs.base_url, "--model", "m", "--targets", "javascript")
        assert synthcode("translate", run, *options) == 0
        asked = len(theirs.asked)
        assert request_queries(run, ours, "--style", "question") == 0
        assert (len(ours.asked), len(theirs.asked)) == (2, asked)
    recipe = yaml.safe_load((run / "recipe.yaml").read_text("utf-8"))
    assert recipe["backend"]["base_urls"] == [theirs.base_url]
    assert recipe["queries"]["styles"] == ["question"]
