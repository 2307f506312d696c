"""``translate --repair``: failed translations are requested again, counted, resumed, replayed and built."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from synthcode import open_run
from synthcode.pipelines.main import run_cli
from tests.support.programs.broken_answers import (
    broken_first,
    is_repair,
    javascript,
    number_of,
    parquet_digests,
    translate_javascript,
)
from tests.support.runs.seeded_run import seeded_run
from tests.support.services.chat_server import Asked, Reply, chat_server, completion


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


def status(run: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert synthcode("status", run, "--json") == 0
    counts: dict[str, Any] = json.loads(capsys.readouterr().out)
    return counts


def assert_reconciled(counts: dict[str, Any]) -> None:
    for row in (counts, *counts["by_language"].values()):
        assert row["requested"] == row["completed"] + row["failed"] + row["pending"]
        assert row["completed"] == row["accepted"] + sum(row["rejected"].values())
        left = ("exact_duplicates", "near_duplicates", "contaminated", "kept")
        assert row["accepted"] == sum(row[key] for key in left)
        assert row["kept"] == sum(row["splits"].values())


def test_repaired_translations_are_built_counted_and_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = seeded_run(tmp_path, 4)
    with chat_server(broken_first(right_at_once="0", never_right="3")) as server:
        assert translate_javascript(run, server, "--repair", "2") == 0
        repairs = [asked for asked in server.asked if is_repair(asked)]
        assert len(server.asked) == 4 + 3 + 1
    assert [number_of(asked) for asked in repairs[-1:]] == ["3"]
    assert "function add3(a, b) {\n  return a + b + 3;\n```" in repairs[-1].prompt
    assert "(syntax_error): " in repairs[-1].prompt

    assert synthcode("build", run) == 0
    counts = status(run, capsys)
    assert_reconciled(counts)
    assert (counts["requested"], counts["accepted"], counts["rejected"]) == (8, 3, {"syntax_error": 5})
    first, second = counts["repairs"]["1"], counts["repairs"]["2"]
    gained = {"requested": 3, "completed": 3, "failed": 0, "pending": 0, "accepted": 2, "failed_tests": 0}
    assert first == gained | {"prompt_tokens": 300, "completion_tokens": 60}
    assert (second["requested"], second["accepted"], list(counts["repairs"])) == (1, 0, ["1", "2"])
    assert counts["verified"] == {"syntax": 3}

    card = " ".join((run / "dataset" / "README.md").read_text().split())
    assert "in 2 rounds: 4 of the requests in the table are such repairs, and 2 of them were accepted." in card

    table = open_run(run).table("triplets")
    assert sorted(table["func2"].to_pylist()) == [_code(number) for number in "012"]
    rows = open_run(run).rows("kept")
    assert sorted(rows["prompt_name"].to_pylist()) == ["repair", "repair", "translate"]
    translations = open_run(run).table("translations")
    assert translations.num_rows == 3
    assert translations["seed_id"].to_pylist() != []
    capsys.readouterr()
    assert synthcode("status", run) == 0
    assert "  round 1          3 requested, 3 completed, 2 accepted; 360 tokens" in capsys.readouterr().out


def _code(number: str) -> str:
    return javascript(number).removeprefix("```javascript\n").removesuffix("\n```")


def test_repairs_name_what_they_repair(tmp_path: Path) -> None:
    run = seeded_run(tmp_path, 2)
    with chat_server(broken_first(never_right="1")) as server:
        assert translate_javascript(run, server, "--repair", "2") == 0
    failed = set(pq.read_table(run / "rejected")["request_id"].to_pylist())
    completions = pq.read_table(run / "completions" / "repair1-00000.parquet")
    assert set(completions["repairs"].to_pylist()) == failed
    assert completions["round"].to_pylist() == [1, 1]
    again = pq.read_table(run / "repairs" / "rejected" / "repair1-00000.parquet")
    last = pq.read_table(run / "repairs" / "rejected" / "repair2-00000.parquet")
    assert again.num_rows == 1
    assert last["repairs"].to_pylist() == again["request_id"].to_pylist()
    assert last["round"].to_pylist() == [2]


@pytest.mark.slow
def test_nothing_is_repaired_unless_it_is_requested(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = seeded_run(tmp_path, 2)
    with chat_server(broken_first(right_at_once="0")) as server:
        assert translate_javascript(run, server) == 0
        assert len(server.asked) == 2
        assert translate_javascript(run, server, "--repair", "1") == 0
        assert len(server.asked) == 3
        assert status(run, capsys)["accepted"] == 2
        assert translate_javascript(run, server, "--repair", "0") == 0
        assert len(server.asked) == 3
    counts = status(run, capsys)
    assert (counts["requested"], counts["accepted"], counts["repairs"]) == (2, 1, {})
    assert open_run(run).table("translations").num_rows == 1


@pytest.mark.slow
def test_a_deduplication_before_the_repairs_is_out_of_date(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = seeded_run(tmp_path, 2)
    with chat_server(broken_first(right_at_once="0")) as server:
        assert translate_javascript(run, server) == 0
        assert synthcode("dedup", run) == 0
        assert translate_javascript(run, server, "--repair", "1") == 0
    counts = status(run, capsys)
    assert (counts["stages"]["dedup"], counts["accepted"], counts["kept"]) == ("stale", 2, 0)
    assert synthcode("dedup", run) == 0
    assert status(run, capsys)["kept"] == 2


def test_only_the_reasons_that_are_named_are_repaired(tmp_path: Path) -> None:
    run = seeded_run(tmp_path, 3)

    def answer(asked: Asked) -> Reply:
        number = number_of(asked)
        if is_repair(asked):
            assert "The answer was cut off" in asked.prompt
            return Reply(completion(javascript(number)))
        cut = "```javascript\nfunction add1(a, b) {\n  ret"
        texts = {"0": javascript("0"), "1": cut, "2": "I cannot help with that."}
        return Reply(completion(texts[number], "length" if number == "1" else "stop"))

    with chat_server(answer) as server:
        assert translate_javascript(run, server, "--repair", "3") == 0
        assert [number_of(asked) for asked in server.asked if is_repair(asked)] == ["1"]


@pytest.mark.slow
def test_a_replayed_recording_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    run, again = seeded_run(tmp_path / "one", 6), seeded_run(tmp_path / "two", 6)
    with chat_server(broken_first(right_at_once="0", never_right="4")) as server:
        assert translate_javascript(run, server, "--repair", "2") == 0
    replay = ("translate", again, "--recording", run / "completions", "--targets", "javascript", "--repair", "2")
    assert synthcode(*replay, "--concurrency", "3") == 0
    assert parquet_digests(again) == parquet_digests(run)
    assert len(parquet_digests(run)) == 11


def test_a_recording_without_repairs_answers_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its rows name seeds only: none of them is the answer to a request that shows a failed answer."""
    run = seeded_run(tmp_path, 2)
    recording = tmp_path / "answers.jsonl"
    texts = {"s0": javascript("0"), "s1": javascript("1", is_broken=True)}
    rows = [{"source_id": name, "target_language": "javascript", "text": text} for name, text in texts.items()]
    recording.write_text("\n".join(map(json.dumps, rows)))
    replay = ("translate", run, "--recording", recording, "--targets", "javascript", "--model", "m")
    assert synthcode(*replay, "--repair", "1") == 0
    counts = status(run, capsys)
    assert (counts["requested"], counts["completed"], counts["pending"], counts["accepted"]) == (3, 2, 1, 1)


@pytest.mark.slow
def test_repairs_are_accepted_where_no_first_attempt_was(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = seeded_run(tmp_path, 3)
    with chat_server(broken_first()) as server:
        assert translate_javascript(run, server, "--repair", "1") == 0
    (tmp_path / "worse").mkdir()
    worse = seeded_run(tmp_path / "worse", 3)
    with chat_server(broken_first(never_right="012")) as server:
        assert translate_javascript(worse, server, "--repair", "1") == 1
    assert "nothing was accepted" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--set", "repair.of=[syntax_eror]"], ["repair.of", "'syntax_eror'"]),
        (["--set", "repair.rounds=-1"], ["repair.rounds", "greater than or equal to 0"]),
        (["--set", "repair.budget=0"], ["repair.budget", "greater than or equal to 1"]),
        (["--set", "repair.round=1"], ["repair.round", "rounds"]),
        (["--set", "repair.rounds=1", "--set", "repair.prompt=repare"], ["no prompt 'repare'", "repair"]),
    ],
)
def test_a_wrong_setting_is_named(
    options: list[str], words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert synthcode("run", "quickstart", "--out", tmp_path / "run", *options) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines[-2:]) == 2
    assert all(word in "\n".join(lines[-2:]) for word in words)
    assert not list(tmp_path.rglob("part-*.parquet"))


def test_a_simple_prompt_asks_in_one_sentence(tmp_path: Path) -> None:
    run = seeded_run(tmp_path, 1)
    with chat_server(lambda asked: Reply(completion(javascript("0")))) as server:
        assert translate_javascript(run, server, "--prompt", "simple") == 0
        (asked,) = server.asked
    code = "def add_0(a, b):\n    return a + b + 0"
    assert asked.body["messages"] == [
        {"role": "user", "content": f"Write this Python code in JavaScript.\n\n```python\n{code}\n```"}
    ]
