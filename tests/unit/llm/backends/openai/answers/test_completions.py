from __future__ import annotations

import gzip

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthcode.llm.backend import AttemptFailed, ErrorKind
from synthcode.llm.backends.openai.answers.completions import parse_completion


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
    completion = parse_completion(body({"content": content}), 0.0)
    assert (completion.text, completion.error) == (text, None)


def test_thoughts_are_never_the_answer():
    parts = [{"type": "thinking", "text": "hm"}, {"type": "reasoning", "text": "hm"}, {"type": "text", "text": "a"}]
    for message in ({"content": "a", "reasoning_content": "hm"}, {"content": parts}):
        assert parse_completion(body(message), 0.0).text == "a"
    cut = {"choices": [{"message": {"content": None, "reasoning": "hm"}, "finish_reason": "length"}]}
    assert parse_completion(orjson.dumps(cut), 0.0).text == ""


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
@pytest.mark.parametrize("content", [None, "", "\n"])
def test_an_answer_that_is_all_in_the_thoughts_is_named(field, content):
    with pytest.raises(AttemptFailed, match="--reasoning-parser, or switch the model's thinking off") as caught:
        parse_completion(body({"content": content, field: "```java\nclass A {}\n```"}), 0.0)
    assert caught.value.kind is ErrorKind.ANSWER_IN_REASONING


ANSWER = "```java\nclass A {}\n```"


@pytest.mark.parametrize(
    "message",
    [
        {"reasoning_details": [{"type": "reasoning.text", "text": ANSWER}]},
        {"reasoning_details": [{"type": "reasoning.summary", "summary": ANSWER}]},
        {"thinking": ANSWER},
        {"thoughts": [ANSWER]},
        {"reasoning": {"content": [{"text": ANSWER}]}},
        {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": ANSWER}]}]},
        {"content": [{"type": "reasoning", "text": ANSWER}, {"type": "text", "text": " "}]},
    ],
)
def test_an_answer_in_any_field_or_part_for_thoughts_is_named(message):
    with pytest.raises(AttemptFailed) as caught:
        parse_completion(body({"content": None, **message}), 0.0)
    assert caught.value.kind is ErrorKind.ANSWER_IN_REASONING


@pytest.mark.parametrize(
    "message",
    [
        {"reasoning_details": []},
        {"reasoning_details": [{"type": "reasoning.encrypted", "data": "gAAAA"}]},
        {"reasoning_tokens": 12},
        {"thinking": {"text": " "}},
        {"thinking": [[[[[[ANSWER]]]]]]},
    ],
)
def test_an_empty_answer_without_readable_thoughts_is_empty(message):
    assert parse_completion(body({"content": "", **message}), 0.0).text == ""


@pytest.mark.parametrize(
    ("fields", "finish_reason"),
    [
        ({"finish_reason": "stop", "native_finish_reason": "MAX_TOKENS"}, "MAX_TOKENS"),
        ({"finish_reason": "stop", "native_finish_reason": "error"}, "error"),
        ({"finish_reason": "stop", "native_finish_reason": "completed"}, "stop"),
        ({"finish_reason": "stop", "native_finish_reason": "word of its own"}, "stop"),
        ({"finish_reason": "length", "native_finish_reason": "stop"}, "length"),
        ({"finish_reason": None, "stop_reason": "max_tokens"}, "max_tokens"),
        ({"finish_reason": "stop", "stop_reason": "max_tokens"}, "stop"),
        ({"stop_reason": "a stop string"}, None),
        ({"stop_reason": 151645}, None),
        ({"finishReason": "SAFETY"}, "SAFETY"),
        ({"done_reason": "length"}, "length"),
    ],
)
def test_the_field_that_says_that_an_answer_is_not_whole_counts(fields, finish_reason):
    answer = {"choices": [{"message": {"content": "x"}, **fields}]}
    assert parse_completion(orjson.dumps(answer), 0.0).finish_reason == finish_reason


@pytest.mark.parametrize(
    "message",
    [
        {"content": None, "refusal": "I cannot help."},
        {"content": [{"type": "refusal", "refusal": "I cannot help."}]},
    ],
)
def test_a_refusal_field_is_a_refusal(message):
    completion = parse_completion(body(message), 0.0)
    assert (completion.text, completion.finish_reason) == ("I cannot help.", "refusal")


def test_a_finish_reason_may_be_an_object():
    answer = {"choices": [{"message": {"content": "x"}, "finish_reason": {"type": "length", "length": 9}}]}
    assert parse_completion(orjson.dumps(answer), 0.0).finish_reason == "length"


@pytest.mark.parametrize("text", [None, "", "half of an ans"])
@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": 502, "message": "upstream"}, ErrorKind.SERVER_ERROR),
        ({"code": "503", "message": "busy"}, ErrorKind.OVERLOADED),
        ({"code": 429, "message": "slow down"}, ErrorKind.RATE_LIMITED),
        ({"code": 400, "message": "bad temperature"}, ErrorKind.BAD_REQUEST),
        ({"code": 402, "message": "Insufficient credits"}, ErrorKind.NO_CREDIT),
        ({"code": 401, "message": "No auth credentials found"}, ErrorKind.UNAUTHORIZED),
        ({"code": "insufficient_quota", "message": "no"}, ErrorKind.NO_CREDIT),
        ({"type": "overloaded_error", "message": "no"}, ErrorKind.OVERLOADED),
        ({"type": "RateLimitError", "message": "no"}, ErrorKind.RATE_LIMITED),
        ({"code": "model_not_found", "message": "no"}, ErrorKind.NOT_FOUND),
        ({"code": "context_length_exceeded", "message": "no"}, ErrorKind.PROMPT_TOO_LONG),
        ({"type": "invalid_request_error", "message": "no"}, ErrorKind.BAD_REQUEST),
        ("This model's maximum context length is 2048 tokens", ErrorKind.PROMPT_TOO_LONG),
        ("the model `x` does not exist", ErrorKind.NOT_FOUND),
        ("something", ErrorKind.BAD_ANSWER),
    ],
)
def test_an_error_within_a_200_is_judged_by_its_code(text, error, kind):
    choice = {"message": {"content": text}, "finish_reason": "stop"}
    in_message = {"message": {"content": text, "error": error}, "finish_reason": "stop"}
    choices = [{"choices": [choice | {"error": error}]}, {"choices": [in_message]}]
    for answer in ({"choices": [choice], "error": error}, *choices, {"error": error}):
        with pytest.raises(AttemptFailed) as caught:
            parse_completion(orjson.dumps(answer), 0.0)
        assert caught.value.kind is kind


@pytest.mark.parametrize(
    "error", [None, "", {}, [], False, {"code": None, "message": None}, {"code": 0, "message": ""}]
)
def test_an_error_field_that_says_nothing_is_none(error):
    assert parse_completion(body({"content": "x"}, error=error), 0.0).text == "x"


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (b'\xef\xbb\xbf{"choices": [{"message": {"content": "x"}}]}', "x"),
        (b': OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n{"choices": [{"message": {"content": "x"}}]}', "x"),
        (b'// warm\r\n{"choices": [{"message": {"content": "x"}}]}', "x"),
        (b'{"choices": [{"message": {"content": "x"}}], "t": NaN, "u": -Infinity, "v": 1e999}', "x"),
        (b'{"choices": [{"message": {"content": "a\\ud83d"}}]}', "a\ufffd"),
        (b'{"choices": [{"message": {"content": "a\\ud83d\\ude00"}}], "t": NaN}', "a\U0001f600"),
        (b'{"choices": [{"message": {"content": "a\tb\nc"}}]}', "a\tb\nc"),
        ('{"choices": [{"message": {"content": "é"}}]}'.encode("utf-16"), "é"),
    ],
)
def test_json_that_is_not_strict_is_read(answer, text):
    assert parse_completion(answer, 0.0).text == text


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


@pytest.mark.slow
@given(json_values, json_values)
def test_no_shape_breaks_the_reader(choices, usage):
    answer = orjson.dumps({"choices": choices, "usage": usage, "error": choices})
    assert kind_of_failure(answer) in (None, ErrorKind.BAD_ANSWER)


@pytest.mark.parametrize(
    ("indexes", "text"),
    [
        ((0, 1), "a"),
        ((1, 0), "b"),
        ((2, 1), "b"),
        ((None, None), "a"),
        ((1, None), "a"),
        ((-1, 0), "a"),
    ],
)
def test_of_several_choices_the_one_with_the_lowest_index_counts(indexes, text):
    choices = [
        {"index": index, "message": {"content": content}, "finish_reason": "stop"}
        for index, content in zip(indexes, "ab", strict=True)
    ]
    assert parse_completion(orjson.dumps({"choices": choices}), 0.0).text == text
