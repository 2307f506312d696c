"""The OpenAI backend over real HTTP: one attempt at a time, to servers on loopback that misbehave."""

from __future__ import annotations

import asyncio
import gzip
import json
import tracemalloc
import zlib
from dataclasses import replace
from random import Random

import orjson
import pytest

from synthcode.errors import InputError, ServerError
from synthcode.llm.backend import AttemptFailed, ErrorKind
from synthcode.llm.backends.openai.connection.http_bodies import MAX_ANSWER_BYTES
from synthcode.llm.backends.openai.server import OpenAIServer
from synthcode.llm.sending.cancellation import Cancellation
from synthcode.llm.sending.retries import RetryingClient
from synthcode.schemas.records import Message
from tests.support.services.scripted_server import (
    ANSWER,
    HASTY,
    attempt,
    check,
    closed_url,
    failed,
    http,
    make_request,
    serving,
    turned_away,
)

KEY = "sk-very-secret-0123456789"
ZIPPED = gzip.compress(orjson.dumps(ANSWER), mtime=0)


def test_what_is_sent_is_what_was_asked():
    seen = []

    def handler(line, headers, body):
        seen.append((line, headers, json.loads(body)))
        return http(ANSWER)

    completion = attempt(handler, api_key=KEY)
    assert (completion.text, completion.finish_reason, completion.error) == ("code", "stop", None)
    assert completion.raw == orjson.dumps(ANSWER)
    assert 0 < completion.latency_s < 100
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
    assert failure.message.endswith("xxx...")
    assert len(failure.message) < 320


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


def test_requests_of_one_seed_go_to_one_replica_and_on_to_another_where_it_is_dead():
    dead = closed_url()
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
            OpenAIServer([one, two, dead], "m") as backend,
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
