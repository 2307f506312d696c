from __future__ import annotations

import gzip

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthcode.llm.backend import TRANSIENT, AttemptFailed, ErrorKind
from synthcode.llm.openai_answers import error_kind, error_message, parse_completion, parse_models


def body(message, **fields):
    return orjson.dumps({"choices": [{"message": message, "finish_reason": "stop"}], **fields})


def test_a_completion_is_taken_whole():
    usage = {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15}
    answer = body({"role": "assistant", "content": "```java\nx\n```"}, usage=usage)
    completion = parse_completion(answer, 0.5)
    assert (completion.text, completion.finish_reason) == ("```java\nx\n```", "stop")
    assert (completion.prompt_tokens, completion.completion_tokens) == (12, 3)
    assert (completion.latency_s, completion.attempts, completion.error, completion.raw) == (0.5, 1, None, answer)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, ""),
        ("", ""),
        ([{"type": "text", "text": "a"}, {"type": "image"}, {"type": "text", "text": "b"}], "ab"),
    ],
)
def test_content_may_be_null_or_in_parts(content, text):
    completion = parse_completion(body({"content": content, "reasoning_content": "hm"}), 0.0)
    assert (completion.text, completion.error) == (text, None)


def test_what_is_not_said_is_none():
    completion = parse_completion(b'{"choices": [{"message": {"content": "x"}}]}', 0.0)
    assert (completion.finish_reason, completion.prompt_tokens, completion.completion_tokens) == (None, None, None)


@pytest.mark.parametrize(
    "usage", [None, [], "many", {"prompt_tokens": -1}, {"prompt_tokens": True}, {"prompt_tokens": 2**40}]
)
def test_counts_that_cannot_be_are_none(usage):
    assert parse_completion(body({"content": "x"}, usage=usage), 0.0).prompt_tokens is None


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b'{"choices": [{"mess',
        b"<html>busy</html>",
        b"[]",
        b"null",
        b'{"choices": []}',
        b'{"choices": {"0": 1}}',
        b'{"choices": [null]}',
        b'{"choices": [{"message": "x"}]}',
        b'{"choices": [{"message": {"content": 7}}]}',
        b"[" * 100_000,
        gzip.compress(b'{"choices": [{"message": {"content": "x"}}]}', mtime=0),
    ],
)
def test_what_is_no_completion_is_a_bad_answer(answer):
    with pytest.raises(AttemptFailed) as caught:
        parse_completion(answer, 0.0)
    assert caught.value.kind is ErrorKind.BAD_ANSWER


def test_an_error_that_comes_with_status_200_is_quoted():
    with pytest.raises(AttemptFailed, match="no message in the answer: upstream is down"):
        parse_completion(b'{"error": {"message": "upstream is down", "code": 502}}', 0.0)


def kind_of_failure(answer: bytes) -> ErrorKind | None:
    try:
        assert isinstance(parse_completion(answer, 0.0).text, str)
    except AttemptFailed as failure:
        return failure.kind
    return None


@given(st.binary(max_size=200))
def test_no_answer_breaks_the_reader(answer):
    assert kind_of_failure(answer) is ErrorKind.BAD_ANSWER


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["message", "content", "x"]), inner),
    max_leaves=8,
)


@given(json_values, json_values)
def test_no_shape_breaks_the_reader(choices, usage):
    answer = orjson.dumps({"choices": choices, "usage": usage, "error": choices})
    assert kind_of_failure(answer) in (None, ErrorKind.BAD_ANSWER)


def test_models_are_listed():
    assert parse_models(b'{"data": [{"id": "a"}, {"id": 3}, null, {"id": "b"}]}') == {"a": None, "b": None}
    for bad in (b'{"data": 1}', b"[]", b"<html>"):
        with pytest.raises(AttemptFailed):
            parse_models(bad)


@pytest.mark.parametrize(
    ("status", "answer", "kind"),
    [
        (400, b'{"error": {"message": "temperature must be positive"}}', ErrorKind.BAD_REQUEST),
        (400, b'{"error": {"message": "too many", "param": "input_tokens"}}', ErrorKind.PROMPT_TOO_LONG),
        (400, b'{"error": {"message": "no", "code": "context_length_exceeded"}}', ErrorKind.PROMPT_TOO_LONG),
        (400, b"This model's maximum context length is 2048 tokens", ErrorKind.PROMPT_TOO_LONG),
        (401, b"", ErrorKind.UNAUTHORIZED),
        (403, b"", ErrorKind.BAD_REQUEST),
        (404, b"", ErrorKind.NOT_FOUND),
        (307, b"", ErrorKind.BAD_REQUEST),
        (408, b"", ErrorKind.TIMEOUT),
        (409, b"", ErrorKind.CONFLICT),
        (413, b"", ErrorKind.PROMPT_TOO_LONG),
        (422, b"", ErrorKind.BAD_REQUEST),
        (425, b"", ErrorKind.CONFLICT),
        (429, b"", ErrorKind.RATE_LIMITED),
        (500, b"", ErrorKind.SERVER_ERROR),
        (503, b"", ErrorKind.OVERLOADED),
        (529, b"", ErrorKind.SERVER_ERROR),
    ],
)
def test_statuses_mean_what_they_mean(status, answer, kind):
    assert error_kind(status, answer) is kind


def test_just_what_may_pass_is_asked_again():
    asked_again = {status for status in range(300, 600) if error_kind(status, b"") in TRANSIENT}
    assert asked_again == {408, 409, 425, 429, *range(500, 600)}


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (b'{"error": {"message": "no such model", "code": 404}}', "no such model"),
        (b'{"object": "error", "message": "vllm", "code": 400}', "vllm"),
        (b'{"detail": "fastapi"}', "fastapi"),
        (b'{"error": "plain"}', "plain"),
        (b'"text"', "text"),
        (b"<h1>502</h1>\xff", "<h1>502</h1>\ufffd"),
        (b'{"error": {"reason": 1}}', '{"error": {"reason": 1}}'),
        (b"", ""),
    ],
)
def test_error_bodies_of_all_kinds_are_read(answer, message):
    assert error_message(answer) == message
