"""Refusals over real HTTP: which of them concern one request, which all of them, and where redirects may lead."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from synthcode.errors import AccessError
from synthcode.identity import digest
from synthcode.llm.backend import AttemptFailed, ErrorKind
from synthcode.llm.backends.openai.server import OpenAIServer
from synthcode.schemas.records import Completion, Message, Request
from tests.support.services.chat_server import MODEL, Answer, Asked, ChatServer, Reply, chat_server, completion

KEY = "sk-very-secret-0123456789"
FINE = Reply(completion("code"))


def request() -> Request:
    return Request(
        request_id=digest("request"),
        seed_id=digest("seed"),
        source_id="0",
        target_language="java",
        sample_index=0,
        model=MODEL,
        prompt_name="translate",
        prompt_digest="d" * 32,
        sampling='{"max_tokens":64,"temperature":0.2}',
        messages=(Message("user", "SELECT * FROM users"),),
    )


def complete(server: ChatServer) -> Completion:
    async def scenario() -> Completion:
        async with OpenAIServer([server.base_url], MODEL, KEY) as backend:
            answered = await backend.complete(request())
            assert answered is not None
            return answered

    return asyncio.run(scenario())


def for_this_prompt(refusal: Reply) -> Answer:
    return lambda asked: refusal if "SELECT" in asked.prompt else FINE


def for_every_prompt(refusal: Reply) -> Answer:
    return lambda asked: refusal


def error(message: str, **fields: Any) -> dict[str, Any]:
    return {"error": {"message": message, **fields}}


@pytest.mark.parametrize(
    ("reply", "says", "fix"),
    [
        (Reply(error("who are you"), 401), "does not take the key (HTTP 401: who are you)", "OPENAI_API_KEY"),
        (Reply(error("Insufficient credits"), 402), "quota or budget is spent (HTTP 402", "top up"),
        (Reply(error("spent", type="budget_exceeded"), 400), "quota or budget is spent (HTTP 400", "top up"),
        (Reply(error("no", code="insufficient_quota"), 429), "quota or budget is spent (HTTP 429", "top up"),
        (Reply(error("Key limit exceeded"), 403), "quota or budget is spent (HTTP 403", "top up"),
        (Reply(error("You exceeded your current quota"), 429), "quota or budget is spent (HTTP 429", "top up"),
        (Reply(error("Your credit balance is too low"), 400), "quota or budget is spent (HTTP 400", "top up"),
        (Reply(error("API key not valid"), 400), "does not take the key (HTTP 400", "OPENAI_API_KEY"),
        (Reply(b"", 403), "forbids these requests (HTTP 403", "OPENAI_API_KEY"),
        (Reply(error("Insufficient credits", code=402)), "quota or budget is spent", "top up"),
        (Reply(error("no endpoints found"), 404), "does not answer for the model 'm' (HTTP 404", "--model"),
    ],
)
def test_what_concerns_every_request_stops_the_run(reply: Reply, says: str, fix: str) -> None:
    with chat_server(for_every_prompt(reply)) as server, pytest.raises(AccessError) as caught:
        complete(server)
    assert says in caught.value.problem
    assert fix in caught.value.fix
    assert KEY not in str(caught.value)
    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize(
    ("reply", "kind", "requests"),
    [
        (Reply(error("Your input was flagged by moderation"), 403), ErrorKind.BLOCKED, 1),
        (Reply(b"<html>firewall</html>", 403), ErrorKind.BLOCKED, 2),
        (Reply(error("quoted: insufficient credits"), 400), ErrorKind.BLOCKED, 2),
        (Reply(error("no endpoint takes so long a prompt"), 404), ErrorKind.NOT_FOUND, 2),
        (Reply(error("You exceeded your current quota"), 429), ErrorKind.RATE_LIMITED, 2),
        (Reply(error("temperature must be positive"), 400), ErrorKind.BAD_REQUEST, 1),
    ],
)
def test_what_concerns_one_request_fails_that_one(reply: Reply, kind: ErrorKind, requests: int) -> None:
    with chat_server(for_this_prompt(reply)) as server, pytest.raises(AttemptFailed) as caught:
        complete(server)
    assert caught.value.kind is kind
    assert len(server.asked) == requests
    assert all("SELECT" not in asked.prompt for asked in server.asked[1:])


def test_a_suspicion_that_cannot_be_settled_now_is_asked_again() -> None:
    def answer(asked: Asked) -> Reply:
        return Reply(b"", 403 if "SELECT" in asked.prompt else 503)

    with chat_server(answer) as server, pytest.raises(AttemptFailed) as caught:
        complete(server)
    assert caught.value.kind is ErrorKind.OVERLOADED


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_within_the_server_is_followed_and_remembered(status: int) -> None:
    def answer(asked: Asked) -> Reply:
        return FINE if "?" in asked.path else Reply(b"", status, {"Location": f"{asked.path}/?x=1"})

    async def scenario(server: ChatServer) -> None:
        async with OpenAIServer([server.base_url], MODEL, KEY) as backend:
            for _ in range(2):
                answered = await backend.complete(request())
                assert answered is not None
                assert answered.text == "code"

    with chat_server(answer) as server:
        asyncio.run(scenario(server))
    assert [asked.path.partition("completions")[2] for asked in server.asked] == ["", "/?x=1", "/?x=1"]
    assert server.asked[1].body == server.asked[0].body
    assert server.asked[1].headers["Authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("status", "location"),
    [
        (307, lambda _own, other: f"{other}/chat/completions?token=s3cret"),
        (308, lambda own, _other: f"{own.replace('http:', 'https:')}/chat/completions"),
        (301, lambda own, _other: f"{own}/chat/completions/"),
        (302, lambda _own, _other: "/login"),
        (307, lambda _own, _other: "/v1/chat/completions"),
        (307, lambda _own, _other: ""),
        (307, lambda _own, _other: "http://[broken"),
    ],
)
def test_other_redirects_are_named_and_not_followed(status: int, location: Callable[[str, str], str]) -> None:
    with chat_server(lambda _asked: FINE) as other, chat_server(lambda _asked: FINE) as server:
        to = location(server.base_url, other.base_url)
        server.answer = lambda _asked: Reply(b"", status, {"Location": to})
        with pytest.raises(AccessError) as caught:
            complete(server)
    assert other.asked == []
    assert "redirects" in caught.value.problem
    if to.startswith("http") and "broken" not in to:
        assert to.partition("?")[0] in caught.value.problem
    assert "s3cret" not in str(caught.value)
    assert "--base-url" in caught.value.fix


def test_an_answer_of_full_length_without_finish_reason_was_cut_off() -> None:
    for tokens, reason in ((64, "length"), (63, None)):
        body = completion("code", None, usage={"prompt_tokens": 9, "completion_tokens": tokens})
        with chat_server(lambda _asked, body=body: Reply(body)) as server:
            assert complete(server).finish_reason == reason
