"""The OpenAI backend over real HTTP: the replay server, and servers on loopback that misbehave."""

from __future__ import annotations

import asyncio
import gzip
import json
import signal
import subprocess
import sys
import time
import tracemalloc
import urllib.request
import zlib
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from random import Random

import orjson
import pytest

from synthcode.errors import AccessError, InputError, ServerError
from synthcode.identity import digest
from synthcode.llm.backend import AttemptFailed, ErrorKind
from synthcode.llm.backends.openai.http_bodies import MAX_ANSWER_BYTES
from synthcode.llm.backends.openai.server import OpenAIServer, list_models
from synthcode.llm.journal.journal import Journal
from synthcode.llm.sending.cancellation import Cancellation
from synthcode.llm.sending.retries import RetryingClient
from synthcode.llm.sending.scheduler import run_requests
from synthcode.llm.sending.settings import RequestPolicy
from synthcode.schemas.records import Message, Request
from tests.support.loopback.recorded_programs import MBXP
from tests.support.servers import ROOT, replay_command

KEY = "sk-very-secret-0123456789"
HASTY = RequestPolicy(
    concurrency=8, max_attempts=4, backoff_s=0.001, backoff_cap_s=0.002, outage_attempts=5, outage_s=0.05
)
ANSWER = {"choices": [{"message": {"content": "code"}, "finish_reason": "stop"}]}
ZIPPED = gzip.compress(orjson.dumps(ANSWER), mtime=0)

Handler = Callable[[str, dict[str, str], bytes], "bytes | Awaitable[bytes]"]


def make_request(number: int = 0, **changes) -> Request:
    request = Request(
        request_id=digest("request", number),
        seed_id=digest("seed", number),
        source_id=str(number),
        target_language="java",
        sample_index=0,
        model="m",
        prompt_name="translate",
        prompt_digest="d" * 32,
        sampling='{"max_tokens":64,"temperature":0.2}',
        messages=(Message("system", "You translate."), Message("user", f"number {number}")),
    )
    return replace(request, **changes)


def http(body, status=200, headers="") -> bytes:
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    return f"HTTP/1.1 {status} Any\r\nContent-Length: {len(data)}\r\n{headers}\r\n".encode() + data


@asynccontextmanager
async def serving(handler: Handler):
    """Serve what the handler returns for (first line, headers, body), byte for byte; no bytes: hang up."""

    async def talk(reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                answer = handler(head[0], headers, body)
                answer = answer if isinstance(answer, bytes) else await answer
                if not answer:
                    break
                writer.write(answer)
                await writer.drain()
                if b"Content-Length" not in answer:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"


def attempt(handler: Handler, request: Request | None = None, **options):
    """Make one attempt."""

    async def scenario():
        async with serving(handler) as url, OpenAIServer([url], "m", **options) as backend:
            return await backend.complete(request or make_request())

    return asyncio.run(scenario())


def failed(handler: Handler, **options) -> AttemptFailed:
    with pytest.raises(AttemptFailed) as caught:
        attempt(handler, **options)
    return caught.value


def turned_away(handler: Handler, **options) -> AccessError:
    """Make one attempt that tells that no request will be answered."""
    with pytest.raises(AccessError) as caught:
        attempt(handler, **options)
    assert len(str(caught.value).splitlines()) == 2
    return caught.value


def check(handler: Handler, model: str = "m", **options) -> None:
    async def scenario():
        async with serving(handler) as url, OpenAIServer([url], model, **options) as backend:
            await backend.check()

    asyncio.run(scenario())


def test_what_is_sent_is_what_was_asked():
    seen = []

    def handler(line, headers, body):
        seen.append((line, headers, json.loads(body)))
        return http(ANSWER)

    completion = attempt(handler, api_key=KEY)
    assert (completion.text, completion.finish_reason, completion.error) == ("code", "stop", None)
    assert completion.raw == orjson.dumps(ANSWER)
    assert 0 < completion.latency_s < 5
    line, headers, body = seen[0]
    assert line == "POST /v1/chat/completions HTTP/1.1"
    assert headers["authorization"] == f"Bearer {KEY}"
    assert body == {
        "model": "m",
        "messages": [{"role": "system", "content": "You translate."}, {"role": "user", "content": "number 0"}],
        "max_tokens": 64,
        "temperature": 0.2,
    }


@pytest.mark.parametrize(
    ("prefill", "role", "sent"),
    [(True, "assistant", True), (False, "assistant", False), (True, "user", False)],
)
def test_a_prefill_is_announced_where_the_server_takes_it(prefill, role, sent):
    seen = []

    def handler(_line, _headers, body):
        seen.append(json.loads(body))
        return http(ANSWER)

    messages = (Message("user", "translate"), Message(role, "```java\n"))
    attempt(handler, make_request(messages=messages), prefill=prefill)
    assert seen[0]["messages"][-1] == {"role": role, "content": "```java\n"}
    announced = {name: seen[0].get(name) for name in ("add_generation_prompt", "continue_final_message")}
    assert announced == (
        {"add_generation_prompt": False, "continue_final_message": True}
        if sent
        else dict.fromkeys(["add_generation_prompt", "continue_final_message"])
    )


def test_a_setting_that_servers_would_ignore_is_refused():
    with pytest.raises(InputError, match=r"unknown sampling setting 'temprature' \(did you mean 'temperature'\?\)"):
        attempt(lambda *_: http(ANSWER), make_request(sampling='{"temprature":0.2}'))


def test_a_failure_is_the_servers_own_words_and_wait():
    failure = failed(lambda *_: http({"error": {"message": "slow\n down"}}, 429, "Retry-After: 7\r\n"))
    assert (str(failure), failure.retry_after_s) == ("rate_limited: HTTP 429: slow down", 7.0)
    failure = failed(lambda *_: http(b"<h1>\x07" + b"x" * 9000, 400))
    assert failure.kind is ErrorKind.BAD_REQUEST
    assert failure.message.startswith("HTTP 400: <h1>xxx")
    assert len(failure.message) == 500


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"", ErrorKind.DISCONNECTED),
        (b"HTTP/1.1 200 OK\r\nContent-Len", ErrorKind.DISCONNECTED),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", ErrorKind.DISCONNECTED),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", ErrorKind.DISCONNECTED),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", ErrorKind.DISCONNECTED),
        (http(b'{"id": "x", "choices": [{"mess'), ErrorKind.BAD_ANSWER),
        (http(b""), ErrorKind.BAD_ANSWER),
        (http(ZIPPED[:-9], headers="Content-Encoding: gzip\r\n"), ErrorKind.BAD_ANSWER),
        (http(b"no gzip", headers="Content-Encoding: gzip\r\n"), ErrorKind.BAD_ANSWER),
    ],
)
def test_answers_that_are_none(answer, kind):
    assert failed(lambda *_: answer).kind is kind


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (ZIPPED, "Content-Encoding: gzip\r\n"),
        (zlib.compress(orjson.dumps(ANSWER)), "Content-Encoding: deflate\r\n"),
        (orjson.dumps(ANSWER), f"X-Policy: {'x' * 40_000}\r\n"),
    ],
)
def test_compressed_answers_and_long_headers_are_read(body, headers):
    assert attempt(lambda *_: http(body, headers=headers)).text == "code"


def test_a_decompression_bomb_is_left_early():
    bomb = gzip.compress(b" " * 4 * MAX_ANSWER_BYTES, compresslevel=1)
    tracemalloc.start()
    try:
        failure = failed(lambda *_: http(bomb, headers="Content-Encoding: gzip\r\n"))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert failure.kind is ErrorKind.ANSWER_TOO_LARGE
    assert peak < 3 * MAX_ANSWER_BYTES


def test_an_answer_without_end_is_not_loaded():
    sent = 0

    async def endless(reader, writer):
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            while sent < 10 * MAX_ANSWER_BYTES:
                writer.write(b"100000\r\n" + b" " * 2**20 + b"\r\n")
                sent += 2**20
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def scenario():
        async with await asyncio.start_server(endless, "127.0.0.1", 0) as server:
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
            async with OpenAIServer([url], "m") as backend:
                await backend.complete(make_request())

    with pytest.raises(AttemptFailed, match="answer_too_large: more than 16,777,216 bytes"):
        asyncio.run(scenario())
    assert sent < 2 * MAX_ANSWER_BYTES


def test_a_key_is_never_shown_nor_kept():
    assert KEY.encode() not in attempt(lambda *_: http({"key": KEY, **ANSWER}), api_key=KEY).raw
    echo = orjson.dumps({"error": {"message": f"bad key {KEY}"}, **ANSWER})
    for status in (400, 500):
        failure = failed(lambda *_, status=status: http(echo, status), api_key=KEY)
        assert failure.message == f"HTTP {status}: bad key ***"
    assert failed(lambda *_: http(echo), api_key=KEY).message == "an error in the answer: bad key ***"
    for status in (401, 402, 403):
        refusal = turned_away(lambda *_, status=status: http(echo, status), api_key=KEY)
        assert f"(HTTP {status}: bad key ***)" in refusal.problem
    assert KEY not in str(failed(lambda *_: http({"error": KEY}), api_key=KEY))
    with pytest.raises(ServerError) as caught:
        check(lambda *_: http(echo, 401), api_key=KEY)
    assert "does not take the key (HTTP 401: bad key ***)" in caught.value.problem
    assert KEY not in repr(OpenAIServer(["http://h/v1"], "m", KEY))
    with pytest.raises(InputError) as refused:
        OpenAIServer(["http://h/v1"], "m", f"{KEY}\r\nX-Evil: 1")
    assert KEY not in str(refused.value)


def test_a_placeholder_of_a_key_does_not_change_programs():
    text = orjson.dumps({"choices": [{"message": {"content": "return EMPTY;"}}]})
    assert attempt(lambda *_: http(text), api_key="EMPTY").text == "return EMPTY;"


def test_the_preflight_names_what_is_there():
    models = http({"data": [{"id": "qwen-7b"}, {"id": "llama"}]})
    check(lambda *_: models, "llama")
    with pytest.raises(ServerError) as caught:
        check(lambda *_: models, "qwen-8b")
    assert caught.value.problem.endswith("does not have the model 'qwen-8b' (did you mean 'qwen-7b'?)")
    assert caught.value.fix == (
        "give one that it has with --model: llama, qwen-7b; if it takes others too, add --no-model-check"
    )


def test_the_models_of_a_server_are_listed(closed_port):
    async def scenario():
        async with serving(lambda *_: http({"data": [{"id": "qwen-7b"}, {"id": "llama"}]})) as url:
            return await list_models(url, KEY)

    assert asyncio.run(scenario()) == ["qwen-7b", "llama"]
    with pytest.raises(ServerError, match="no model server answers"):
        asyncio.run(list_models(closed_port))


@pytest.mark.parametrize(
    ("answer", "problem", "fix"),
    [
        (http({"detail": "Not Found"}, 404), "lists no models (HTTP 404: Not Found)", "up to and including /v1"),
        (http(b"<html>"), "lists no models (not JSON", "OpenAI-compatible"),
        (http(b"", 503), "no model server answers at", "start it"),
        (b"", "no model server answers at", "start it"),
    ],
)
def test_the_preflight_refuses_what_is_no_model_server(answer, problem, fix):
    with pytest.raises(ServerError) as caught:
        check(lambda *_: answer)
    assert problem in caught.value.problem
    assert fix in caught.value.fix
    assert len(str(caught.value).splitlines()) == 2


@pytest.fixture
def closed_port() -> str:
    async def scenario():
        async with serving(lambda *_: b"") as url:
            return url

    return asyncio.run(scenario())


def test_a_server_that_is_not_there_is_named(closed_port):
    async def scenario():
        async with OpenAIServer([closed_port], "m") as backend:
            with pytest.raises(AttemptFailed, match="connection: "):
                await backend.complete(make_request())
            await backend.check()

    with pytest.raises(ServerError) as caught:
        asyncio.run(scenario())
    assert caught.value.problem == f"no model server answers at {closed_port} (Connection refused)"
    assert caught.value.fix == "start it, or give another address with --base-url"


def test_requests_of_one_seed_go_to_one_replica_and_on_to_another_where_it_is_dead(closed_port):
    seen = {"one": [], "two": []}

    def handler(name):
        def answer(_line, _headers, body):
            seen[name].append(json.loads(body)["messages"][1]["content"] if body else "check")
            return http({**ANSWER, "data": [{"id": "m"}]})

        return answer

    async def scenario():
        async with (
            serving(handler("one")) as one,
            serving(handler("two")) as two,
            OpenAIServer([one, two, closed_port], "m") as backend,
        ):
            await backend.check()
            for number in range(60):
                completion = await backend.complete(make_request(number, seed_id=f"seed {number // 3}"))
                assert completion.text == "code"

    asyncio.run(scenario())
    assert len(seen["one"]) + len(seen["two"]) == 62
    seeds = {name: {int(text.split()[1]) // 3 for text in texts if text != "check"} for name, texts in seen.items()}
    assert seeds["one"] | seeds["two"] == set(range(20))
    assert not seeds["one"] & seeds["two"]


def test_a_stalled_server_is_left_at_the_deadline():
    async def stall(_line, _headers, _body):
        await asyncio.sleep(30)
        return b""

    async def scenario():
        async with serving(stall) as url, OpenAIServer([url], "m") as backend:
            settings = replace(HASTY, timeout_s=0.05, max_attempts=2, outage_attempts=100)
            backend.check = lambda: asyncio.sleep(0)  # it is the request that is at fault
            return await RetryingClient(backend, settings, Cancellation(None), Random(0)).ask(make_request())

    completion = asyncio.run(scenario())
    assert (completion.error, completion.attempts) == ("timeout: no answer within 0.05 s", 2)


# The replay server


@contextmanager
def replay_server(*options: str):
    server = subprocess.Popen(replay_command(*options), cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield server.stdout.readline().split()[3], server
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def stats(url: str) -> dict:
    with urllib.request.urlopen(url.removesuffix("/v1") + "/stats") as answer:
        return json.load(answer)


def plan(count: int, model: str = "replay-mbxp") -> list[Request]:
    with gzip.open(MBXP / "mbpp_release_v1.jsonl.gz") as lines:
        rows = [json.loads(line) for line, _ in zip(lines, range(-(-count // 4)), strict=False)]
    requests = []
    for row in rows:
        for language, label in (("java", "Java"), ("go", "Go"), ("cpp", "C++"), ("php", "PHP")):
            source = f"```python\n{row['prompt']}{row['canonical_solution']}\n```"
            messages = (Message("user", f"Translate this.\n\n{source}\n\nTarget language: {label}"),)
            requests.append(
                make_request(
                    request_id=digest(row["task_id"], language),
                    seed_id=digest(row["task_id"]),
                    source_id=row["task_id"],
                    target_language=language,
                    model=model,
                    messages=messages,
                )
            )
    return requests[:count]


async def run(url, requests, path, settings=HASTY, **options):
    with Journal(path) as journal:
        async with OpenAIServer([url], "replay-mbxp") as backend:
            await backend.check()
            return await run_requests(requests, backend, journal, settings, **options)


def test_every_fault_is_survived(tmp_path):
    requests = plan(80)
    faults = ("--fail-first", "3", "--faults", "429,500,503,disconnect,badjson")
    with replay_server(*faults) as (url, _):
        outcome = asyncio.run(run(url, requests, tmp_path / "journal.sqlite"))
        seen = stats(url)
    assert (outcome.completed, outcome.failed, outcome.pending) == (80, 0, 0)
    assert (seen["answered"], seen["answered_again"], seen["requests"]) == (80, 0, 320)
    with Journal(tmp_path / "journal.sqlite") as journal:
        (table,) = journal.export(requests)
    assert set(table["attempts"].to_pylist()) == {4}
    for language, text in zip(table["target_language"].to_pylist(), table["text"].to_pylist(), strict=True):
        assert text.startswith(f"Here is the {language} version") or text == "I cannot translate this one."


def test_a_model_that_the_server_does_not_have_is_named():
    async def scenario(url):
        async with OpenAIServer([url], "replay-mbx") as backend:
            await backend.check()

    with replay_server() as (url, _), pytest.raises(ServerError, match="did you mean 'replay-mbxp'"):
        asyncio.run(scenario(url))


RUN = """
import asyncio, json, sys
from pathlib import Path
from synthcode.llm.journal.journal import Journal
from synthcode.llm.backends.openai.server import OpenAIServer
from synthcode.llm.sending.scheduler import run_requests
from synthcode.llm.sending.settings import RequestPolicy
from synthcode.schemas.records import Message, Request

async def main(url, path, plan):
    rows = json.loads(Path(plan).read_text())
    requests = [Request(**row | {"messages": tuple(Message(**one) for one in row["messages"])}) for row in rows]
    with Journal(Path(path)) as journal:
        async with OpenAIServer([url], "replay-mbxp") as backend:
            print((await run_requests(requests, backend, journal, RequestPolicy(concurrency=16))).completed)

asyncio.run(main(*sys.argv[1:]))
"""


def test_killed_at_any_moment_nothing_is_lost_and_at_most_what_was_in_flight_repeated(tmp_path):
    requests = plan(600)
    (tmp_path / "plan.json").write_bytes(orjson.dumps(requests))
    path, kills = tmp_path / "journal.sqlite", 0
    with replay_server("--latency-ms", "20") as (url, _):
        command = [sys.executable, "-c", RUN, url, str(path), str(tmp_path / "plan.json")]
        for moment in Random(7).sample(range(100, 500), 2):
            process = subprocess.Popen(command)
            while process.poll() is None and stats(url)["answered"] < moment:
                time.sleep(0.005)
            process.send_signal(signal.SIGKILL)
            kills += process.wait() == -signal.SIGKILL
        subprocess.run(command, check=True, capture_output=True)
        seen = stats(url)
    assert kills == 2
    assert seen["answered_distinct"] == 600
    assert seen["answered_again"] <= 16 * kills
    with Journal(path) as journal:
        assert journal.counts().completed.total() == 600


def test_a_server_that_dies_leaves_the_rest_pending(tmp_path):
    requests = plan(200)
    path = tmp_path / "journal.sqlite"

    with replay_server("--latency-ms", "5") as (url, server):

        def die(outcome):
            if outcome.completed > 20:
                server.kill()

        with pytest.raises(ServerError, match=r"\(Connection refused\) - stopped after \d+ completed and 0 failed"):
            asyncio.run(run(url, requests, path, on_progress=die))
    with Journal(path) as journal:
        counts = journal.counts()
    assert 20 < counts.completed.total() < 200
    assert counts.failed.total() == 0
    with replay_server() as (url, _):
        outcome = asyncio.run(run(url, requests, path))
    assert outcome.completed == 200 - counts.completed.total()
