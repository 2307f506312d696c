"""``translate --backend batch-file``: requests are written to files, and results come back in any order and number."""

from __future__ import annotations

import gzip
import json
import random
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from synthcode.pipelines.main import run_cli
from synthcode.storage.shards import shards_of
from tests.support.runs.seeded_run import seeded_run
from tests.support.services.batch_answers import expired, openai_result, requests_in, vllm_result, write_results
from tests.support.services.chat_server import MODEL, Asked, ChatServer, Reply, chat_server, completion

SEEDS = 11
WAITING = 3
TARGETS = ("--model", MODEL, "--targets", "java,ruby")
REFUSED = {"error": {"message": "Unsupported value.", "type": "invalid_request_error", "code": "invalid_value"}}


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


def answered(asked: Asked) -> Reply:
    """Answer by the seed's number and the target: whole programs, some that are not, a refusal, an error."""
    found = re.search(r"add_(\d+)", asked.prompt)
    assert found
    number = int(found[1])
    if number == 3:
        return Reply(REFUSED, 400)
    java = (
        f"public class A {{\n    public static int add_{number}(int a, int b) {{\n        return a + b;\n    }}\n}}\n"
    )
    ruby = f"def add_{number}(a, b)\n  a + b + {number}\nend\n"
    usage = {"prompt_tokens": 70 + number, "completion_tokens": 30}
    if "```java" in asked.prompt or "Java" in asked.prompt:
        return Reply(completion(f"```java\n{java}```\n", "length" if number == 5 else "stop", usage=usage))
    if number == 6:
        return Reply(completion(None, message={"refusal": "I cannot help with that."}, usage=usage))
    if number == 7 and "translation that failed" not in asked.prompt:  # the repair is whole
        ruby = ruby.removesuffix("end\n")
    return Reply(completion(f"```ruby\n{ruby}```\n", usage=usage))


@pytest.fixture(scope="module")
def server() -> Iterator[ChatServer]:
    with chat_server(answered) as state:
        yield state


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return seeded_run(tmp_path_factory.mktemp("seeds"), SEEDS)


@pytest.fixture
def run(seeds: Path, tmp_path: Path) -> Path:
    return shutil.copytree(seeds, tmp_path / "run")


def translate(run: Path, *options: str | Path) -> int:
    return synthcode("translate", run, "--backend", "batch-file", *TARGETS, *options)


def tables(run: Path) -> dict[str, Any]:
    """Return the bytes of what a run makes of its answers, and the answers without the time that they took."""
    files = [file for stage in ("translations", "rejected") for file in shards_of(run / stage)]
    answers = pq.read_table(shards_of(run / "completions")).drop_columns(["latency_s"])
    return {**{str(file.relative_to(run)): file.read_bytes() for file in files}, "answers": answers}


@pytest.mark.parametrize("result_of", [openai_result, pytest.param(vllm_result, marks=pytest.mark.slow)])
def test_results_in_any_order_and_number_make_what_a_server_makes(
    run: Path, server: ChatServer, tmp_path: Path, result_of: Callable[..., dict[str, Any]]
) -> None:
    live = shutil.copytree(run, tmp_path / "live")
    assert synthcode("translate", live, "--base-url", server.base_url, *TARGETS) == 0
    assert synthcode("check", live) == 0

    assert translate(run) == WAITING
    requests = requests_in(run / "batches")
    assert len(requests) == 2 * SEEDS == len({row["custom_id"] for row in requests})
    results = [result_of(row, server.base_url) for row in requests]
    random.Random(4).shuffle(results)
    parts = run / "batches" / "results"
    write_results(parts / "batch_2_output.jsonl", results[:9])
    assert translate(run) == WAITING
    elsewhere = write_results(tmp_path / "later.jsonl", [*results[9:15], results[2]])
    assert translate(run, "--results", elsewhere) == WAITING
    packed = parts / "last.jsonl.gz"
    packed.write_bytes(gzip.compress("\n".join(json.dumps(row) for row in results[15:]).encode()))
    assert translate(run) == 0
    assert synthcode("check", run) == 0

    assert len(requests_in(run / "batches")) == 2 * SEEDS  # none was written twice
    assert tables(run) == tables(live)
    answers = {row["finish_reason"] for row in tables(run)["answers"].to_pylist()}
    assert answers == {"stop", "length", "refusal", None}


def test_a_waiting_run_names_its_files_and_never_looks_finished(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert translate(run) == WAITING
    error = capsys.readouterr().err
    piece = run / "batches" / "requests-00000.jsonl"
    assert f"waiting: 22 of 22 requests have no result yet: 22 in {piece}" in error
    assert f"put the results into {run / 'batches' / 'results'}" in error
    before = piece.read_bytes()
    assert translate(run) == WAITING
    assert [file.name for file in (run / "batches").glob("*.jsonl")] == [piece.name]
    assert piece.read_bytes() == before
    assert synthcode("status", run, "--json") == 0
    assert json.loads(capsys.readouterr().out)["pending"] == 22


def test_a_row_is_what_openai_and_vllm_read(run: Path) -> None:
    assert translate(run, "--temperature", "0", "--extra-body", '{"min_p": 0.1}') == WAITING
    row = requests_in(run / "batches")[0]
    assert set(row) == {"custom_id", "method", "url", "body"}
    assert (row["method"], row["url"]) == ("POST", "/v1/chat/completions")
    assert len(row["custom_id"]) <= 64
    body = row["body"]
    assert (body["model"], body["temperature"], body["min_p"], body["max_tokens"]) == (MODEL, 0.0, 0.1, 2048)
    assert {message["role"] for message in body["messages"]} <= {"system", "user"}


def test_pieces_stay_within_rows_and_bytes(run: Path, tmp_path: Path) -> None:
    recipe = run / "recipe.yaml"
    recipe.write_text(recipe.read_text().replace("rows: 50000", "rows: 4"))
    assert translate(run) == WAITING
    sizes = [len(file.read_text().splitlines()) for file in sorted((run / "batches").glob("*.jsonl"))]
    assert sizes == [4, 4, 4, 4, 4, 2]


@pytest.mark.slow
def test_failures_that_may_pass_are_requested_again_and_once_only(
    run: Path, server: ChatServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert translate(run) == WAITING
    results = run / "batches" / "results"
    first, second, third, *others = requests_in(run / "batches")
    overloaded = {"status_code": 503, "request_id": "r", "body": {"error": {"message": "The server is overloaded."}}}
    faulty = {"status_code": 200, "request_id": "r", "body": completion("half of", "error")}
    write_results(
        results / "first.jsonl",
        [
            *(openai_result(row, server.base_url) for row in others),
            expired(first),
            {"custom_id": second["custom_id"], "response": overloaded, "error": None},
            {"custom_id": third["custom_id"], "response": faulty, "error": None},
        ],
    )
    capsys.readouterr()
    for _ in range(2):
        assert translate(run) == WAITING
        error = capsys.readouterr().err
        assert "1 x timeout: This request could not be executed before the completion window expired" in error
        assert f"3 in {run / 'batches' / 'requests-00001.jsonl'}" in error
        assert len(requests_in(run / "batches")) == 2 * SEEDS + 3
    write_results(results / "second.jsonl", [expired(first, attempt=2)])
    assert translate(run) == WAITING
    assert requests_in(run / "batches")[-1] == first
    assert len(requests_in(run / "batches")) == 2 * SEEDS + 4
    write_results(results / "third.jsonl", [openai_result(row, server.base_url) for row in (first, second, third)])
    assert translate(run) == 0


def test_an_answer_beats_failures_wherever_they_stand(run: Path, server: ChatServer) -> None:
    assert translate(run) == WAITING
    requests = requests_in(run / "batches")
    results = run / "batches" / "results"
    refused = {"status_code": 400, "request_id": "r", "body": REFUSED}
    write_results(
        results / "a.jsonl", [{"custom_id": row["custom_id"], "response": refused, "error": None} for row in requests]
    )
    write_results(results / "b.jsonl", [openai_result(row, server.base_url) for row in requests])
    write_results(results / "c.jsonl", [expired(row) for row in requests])
    assert translate(run) == 0
    errors = [row["error"] for row in tables(run)["answers"].to_pylist()] if synthcode("check", run) == 0 else []
    assert sum(error is not None for error in errors) == 2  # those of the seed that the server refuses


def test_foreign_results_are_counted_and_taken_for_none_of_the_run(
    run: Path, server: ChatServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert translate(run) == WAITING
    results = run / "batches" / "results"
    requests = requests_in(run / "batches")
    foreign = {**openai_result(requests[0], server.base_url), "custom_id": "task-1\x1b[2J"}
    write_results(results / "other.jsonl", [foreign])
    capsys.readouterr()
    assert translate(run) == 1
    error = capsys.readouterr().err
    assert "error: none of the 1 results is of a request of this run" in error
    assert "\x1b" not in error
    answers = [openai_result(row, server.base_url) for row in requests]
    write_results(results / "own.jsonl", [*answers, answers[0]])
    assert translate(run) == 0
    error = capsys.readouterr().err
    assert "results: 24, 1 of them repeated" in error
    assert "results of no request of this run: 1" in error


def test_hostile_lines_are_counted_by_reason(run: Path, server: ChatServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert translate(run) == WAITING
    requests = requests_in(run / "batches")
    results = run / "batches" / "results"
    good = [json.dumps(openai_result(row, server.base_url)).encode() for row in requests]
    deep = b'{"custom_id": "x", "response": {"status_code": 200, "body": ' + b"[" * 900 + b"]" * 900 + b"}}"
    bad = [
        b"not json",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b"[1]",
        b'{"custom_id": 7, "response": null}',
        b'{"custom_id": "' + b"a" * 1000 + b'", "response": null}',
        b'{"custom_id": "x"}',
        json.dumps(requests[0]).encode(),
        b'{"custom_id": "' + b"y" * (9 << 20) + b'"}',
        deep,
    ]
    (results / "hostile.jsonl").write_bytes(b"\n".join([*bad, *good]) + b"\n")
    (results / "ignored.txt").write_text("not results")
    capsys.readouterr()
    assert translate(run) == 0
    error = capsys.readouterr().err
    assert "lines of results that cannot be used: a_request 1, bad_json" in error
    assert "no_custom_id 2, no_result 1, too_large 1" in error


def test_a_damaged_archive_of_results_is_refused_by_name(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert translate(run) == WAITING
    packed = run / "batches" / "results" / "cut.jsonl.gz"
    packed.write_bytes(gzip.compress(b'{"custom_id": "x"}\n' * 1000)[:-20])
    assert translate(run) == 1
    assert f"the results {packed} cannot be read" in capsys.readouterr().err


def test_a_refused_key_fails_no_row(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert translate(run) == WAITING
    body = {"error": {"message": "Incorrect API key provided.", "code": "invalid_api_key"}}
    refused = {"status_code": 401, "request_id": "r", "body": body}
    rows = [{"custom_id": row["custom_id"], "response": refused} for row in requests_in(run / "batches")]
    write_results(run / "batches" / "results" / "r.jsonl", rows)
    capsys.readouterr()
    assert translate(run) == WAITING
    error = capsys.readouterr().err
    assert "22 x unauthorized: HTTP 401: Incorrect API key provided." in error
    assert len(requests_in(run / "batches")) == 2 * 2 * SEEDS


@pytest.mark.slow
def test_a_retried_failure_waits_like_any_other(run: Path, server: ChatServer) -> None:
    assert translate(run) == WAITING
    requests = requests_in(run / "batches")
    write_results(run / "batches" / "results" / "r.jsonl", [openai_result(row, server.base_url) for row in requests])
    assert translate(run) == 0
    assert translate(run, "--retry-failed") == WAITING
    assert len(requests_in(run / "batches")) == 2 * SEEDS + 2


@pytest.mark.slow
def test_a_recipe_waits_and_goes_on(server: ChatServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seeded_run(tmp_path, SEEDS)
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(
        "seeds: {adapter: table, path: seeds.jsonl}\n"
        f"translate: {{targets: [java, ruby], model: {MODEL}}}\n"
        "backend: {name: batch-file, batch: {results: [answers]}}\n"
    )
    answers = tmp_path / "answers"
    answers.mkdir()
    out = tmp_path / "out"
    assert synthcode("run", recipe, "--out", out) == WAITING
    assert not (out / "dataset").exists()
    write_results(answers / "r.jsonl", [openai_result(row, server.base_url) for row in requests_in(out / "batches")])
    assert synthcode("run", recipe, "--out", out) == 0
    assert (out / "dataset" / "README.md").is_file()


@pytest.mark.slow
def test_repairs_wait_for_results_too(run: Path, server: ChatServer) -> None:
    assert translate(run, "--repair", "1") == WAITING
    results = run / "batches" / "results"
    requests = requests_in(run / "batches")
    write_results(results / "r.jsonl", [openai_result(row, server.base_url) for row in requests])
    assert translate(run, "--repair", "1") == WAITING
    repairs = requests_in(run / "batches")[2 * SEEDS :]
    assert len(repairs) == 1
    write_results(results / "s.jsonl", [openai_result(row, server.base_url) for row in repairs])
    assert translate(run, "--repair", "1") == 0
    assert len(requests_in(run / "batches")) == 2 * SEEDS + len(repairs)
