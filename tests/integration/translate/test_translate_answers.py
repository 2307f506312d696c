"""``translate`` and ``check`` against servers whose answers are cut, broken off, refused or in the wrong place."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from synthcode.pipelines.main import run_cli
from synthcode.storage.shards import shards_of
from tests.support.runs.seeded_run import seeded_run
from tests.support.services.chat_server import MODEL, Asked, ChatServer, Reply, chat_server, completion

SEEDS = 11
CODE = "public class Add {\n    public static int add(int a, int b) {\n        return a + b;\n    }\n"
WHOLE = f"Here:\n```java\n{CODE}}}\n```\nDone."
CUT = f"Here:\n```java\n{CODE}}}\n"
"""Broken off after a whole program: it parses, but the fence is open."""
FINE = Reply(completion(WHOLE))


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return seeded_run(tmp_path_factory.mktemp("seeds"), SEEDS)


@pytest.fixture
def run(seeds: Path, tmp_path: Path) -> Path:
    return shutil.copytree(seeds, tmp_path / "run")


def translate(run: Path, server: ChatServer) -> None:
    recipe = run / "recipe.yaml"
    recipe.write_text(recipe.read_text("utf-8").replace("backoff_s: 0.5", "backoff_s: 0.001"), "utf-8")
    synthcode("translate", run, "--base-url", server.base_url, "--model", MODEL, "--targets", "java")


def verdicts(run: Path) -> dict[str, tuple[str, str]]:
    """Return reason and detail by the name of the seed."""
    synthcode("check", run)
    names = {row["seed_id"]: row["source_id"] for row in rows_of(run / "seeds")}
    found = {names[row["seed_id"]]: (row["reason"], row["detail"]) for row in rows_of(run / "rejected")}
    return found | {names[row["seed_id"]]: ("accepted", "") for row in rows_of(run / "translations")}


def rows_of(folder: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(shards_of(folder)).to_pylist()
    return rows


def number_of(asked: Asked) -> int:
    """Return which seed a request is about."""
    (number,) = set(re.findall(r"add_(\d+)\(", asked.prompt))
    return int(number)


def failures(run: Path) -> set[str]:
    return {row["error"] for row in rows_of(run / "completions") if row["error"] is not None}


ENDINGS = [
    (CUT, "model_context_window_exceeded", ("truncated", "(finish_reason 'model_context_window_exceeded')")),
    (CUT, "MAX_TOKENS", ("truncated", "(finish_reason 'MAX_TOKENS')")),
    (CUT, "tool_calls", ("truncated", "(finish_reason 'tool_calls')")),
    (CUT, "brand_new", ("truncated", "(unknown finish_reason 'brand_new')")),
    (CUT, "SAFETY", ("refusal", "(finish_reason 'SAFETY')")),
    (CUT, "content_filter", ("refusal", "(finish_reason 'content_filter')")),
    (None, "content_filter", ("refusal", "the answer was withheld (finish_reason 'content_filter')")),
    (None, "tool_calls", ("empty", "the model called a tool instead of answering (finish_reason 'tool_calls')")),
    (CUT, "stop", ("accepted", "")),
    (CUT, None, ("accepted", "")),
    (WHOLE, "length", ("accepted", "")),
]


def test_only_what_ended_complete_is_complete(run: Path) -> None:
    def answer(asked: Asked) -> Reply:
        text, finish_reason, _ = ENDINGS[number_of(asked)]
        return Reply(completion(text, finish_reason))

    with chat_server(answer) as server:
        translate(run, server)
    found = verdicts(run)
    for number, (_, _, (reason, detail)) in enumerate(ENDINGS):
        assert found[f"s{number}"][0] == reason
        assert found[f"s{number}"][1].endswith(detail)


BROKEN_OFF = [
    Reply(completion(CUT, "error", choice={"error": {"code": 502, "message": "upstream"}})),
    Reply(completion("", "stop", choice={"error": {"code": 429, "message": "slow down"}})),
    Reply(completion(CUT, "insufficient_system_resource")),
    Reply(completion(CUT, "network_error")),
    Reply(completion(CUT, error={"code": 503, "message": "busy"})),
    Reply(b'data: {"choices": [{"delta": {"content": "half"}}]}\n\n'),
]


def test_an_answer_that_was_broken_off_is_asked_again(run: Path) -> None:
    seen: set[int] = set()

    def answer(asked: Asked) -> Reply:
        number = number_of(asked)
        is_first = number not in seen
        seen.add(number)
        return BROKEN_OFF[number % len(BROKEN_OFF)] if is_first else FINE

    with chat_server(answer) as server:
        translate(run, server)
        assert len(server.asked) == 2 * SEEDS
    assert set(verdicts(run).values()) == {("accepted", "")}
    assert failures(run) == set()


def test_an_error_that_is_final_is_asked_once_under_status_200(run: Path) -> None:
    body = {
        "error": {"message": "This model's maximum context length is 512 tokens", "code": "context_length_exceeded"}
    }
    with chat_server(lambda _asked: Reply(body)) as server:
        translate(run, server)
        assert len(server.asked) == SEEDS
    (failure,) = failures(run)
    assert failure.startswith("prompt_too_long: ")


def test_an_answer_among_the_thoughts_is_named_on_the_console_once(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = completion(None, message={"reasoning_content": WHOLE})
    with chat_server(lambda _asked: Reply(body)) as server:
        translate(run, server)
        assert len(server.asked) == SEEDS
    printed = [
        line for line in capsys.readouterr().err.splitlines() if line.startswith("the answer is in reasoning_content")
    ]
    assert len(printed) == 1
    assert "--reasoning-parser" in printed[0]
    (failure,) = failures(run)
    assert failure.startswith("answer_in_reasoning: ")


def test_prompts_that_the_server_cuts_are_named_on_the_console_once(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = completion(WHOLE, usage={"prompt_tokens": 12, "completion_tokens": 30})
    with chat_server(lambda _asked: Reply(body)) as server:
        translate(run, server)
    assert capsys.readouterr().err.count("num_ctx for Ollama") == 1
    assert failures(run) == set()


def test_a_stream_that_was_not_requested_is_read(run: Path) -> None:
    chunks = [{"choices": [{"delta": {"content": part}, "finish_reason": None}]} for part in (CODE, "}\n")]
    chunks.append({"choices": [{"delta": {}, "finish_reason": "stop"}]})
    body = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
    with chat_server(lambda _asked: Reply(body.encode(), headers={"Content-Type": "text/event-stream"})) as server:
        translate(run, server)
        assert len(server.asked) == SEEDS
    assert set(verdicts(run).values()) == {("accepted", "")}


def test_finish_reasons_of_recordings_count_as_those_of_servers(run: Path, tmp_path: Path) -> None:
    reasons = ["STOP", "MAX_TOKENS", "RECITATION", "error", None, "FinishReason.SAFETY"]
    recording = tmp_path / "recording.jsonl"
    rows = [
        {"source_id": f"s{n}", "target_language": "java", "text": CUT, "finish_reason": reason}
        for n, reason in enumerate(reasons)
    ]
    recording.write_text("".join(json.dumps(row) + "\n" for row in rows))
    synthcode("translate", run, "--backend", "replay", "--recording", recording, "--targets", "java")
    found = verdicts(run)
    reasons_found = [found[f"s{number}"][0] for number in (0, 1, 2, 4, 5)]
    assert reasons_found == ["accepted", "truncated", "refusal", "accepted", "refusal"]
    assert failures(run) == {"broken_off: recorded with finish_reason error"}
