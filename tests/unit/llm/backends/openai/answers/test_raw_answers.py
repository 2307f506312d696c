"""Stored answers: without the secrets that a server sends back, and read once."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest

from synthcode.llm.backends.openai.answers.completions import completion_of, read_answer
from synthcode.llm.backends.openai.answers.raw_answers import redacted
from synthcode.redaction import Redactor
from synthcode.schemas.records import Completion

SECRET = "my-secret-value-12345"
LAST = {"model": "m", "done": True, "message": {"role": "assistant", "content": ""}}


def stored(body: bytes, *secrets: str) -> Completion:
    answer = read_answer(body)
    return redacted(completion_of(answer, body, 0.5), answer, Redactor(secrets))


def answer_with(**message: Any) -> bytes:
    return json.dumps({"choices": [{"message": message, "finish_reason": "stop"}]}).encode()


def lines(*messages: dict[str, Any]) -> bytes:
    parts = ({"model": "m", "message": message, "done": False} for message in messages)
    return "\n".join(map(json.dumps, [*parts, LAST])).encode()


def test_a_secret_in_pieces_of_a_stream_of_lines_is_taken_out() -> None:
    completion = stored(lines({"content": "my-secret-"}, {"content": "value-12345"}), SECRET)
    assert completion.text == "***"
    assert completion.raw is not None
    assert not {b"my-secret", b"value-12345"} & set(completion.raw.split(b'"'))
    thought = lines({"content": "x"}, {"thinking": "my-secret-"}, {"thinking": "value-12345"})
    assert b"my-secret" not in (stored(thought, SECRET).raw or b"my-secret")


def test_a_secret_in_pieces_of_a_content_is_taken_out() -> None:
    content = [{"type": "text", "text": "my-secret-"}, {"type": "text", "text": "value-12345"}]
    completion = stored(answer_with(content=content), SECRET)
    assert completion.text == "***"
    assert b"my-secret" not in (completion.raw or b"my-secret")


@pytest.mark.parametrize("secrets", [(), (SECRET,)])
def test_an_answer_without_secrets_stays_the_same_object(secrets: tuple[str, ...]) -> None:
    body = answer_with(content="class A {}", reasoning_content="hm")
    answer = read_answer(body)
    completion = completion_of(answer, body, 0.5)
    assert redacted(completion, answer, Redactor(secrets)) is completion
    assert completion.raw is body


def test_an_answer_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = []
    monkeypatch.setattr(orjson, "loads", lambda body, read=orjson.loads: parsed.append(body) or read(body))
    body = answer_with(content="class A {}", reasoning_content="hm")
    assert stored(body, SECRET).text == "class A {}"
    assert parsed == [body]
