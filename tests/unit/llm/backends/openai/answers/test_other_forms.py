"""Answers in the forms of other protocols: written down from the documentation of each."""

from __future__ import annotations

import json
from typing import Any

import pytest

from synthcode.llm.backend import AttemptFailed, ErrorKind
from synthcode.llm.backends.openai.answers.completions import parse_completion

USAGE = {"prompt_tokens": 7, "completion_tokens": 3}
OLLAMA = {"model": "m", "done": True, "done_reason": "length", "prompt_eval_count": 7, "eval_count": 3}
COHERE = {"tokens": {"input_tokens": 7, "output_tokens": 3}}


def lines(*parts: object, end: str = "\n") -> bytes:
    return "".join(json.dumps(part) + end for part in parts).encode()


def part(text: str, **more: Any) -> dict[str, Any]:
    return {"model": "m", "message": {"role": "assistant", "content": text}, "done": False, **more}


@pytest.mark.parametrize(
    ("answer", "finish_reason"),
    [
        ({"choices": [{"text": "code", "finish_reason": "length"}], "usage": USAGE}, "length"),
        ({"choices": [{"text": "code", "message": None, "finish_reason": "stop"}], "usage": USAGE}, "stop"),
        ({"choices": [{"index": 1, "text": "other"}, {"index": 0, "text": "code"}], "usage": USAGE}, None),
        ({"choices": [{"delta": {"content": "code"}, "finish_reason": "stop"}], "usage": USAGE}, "stop"),
        ({**OLLAMA, "message": {"role": "assistant", "content": "code"}}, "length"),
        ({**OLLAMA, "message": {"role": "assistant", "content": "code", "thinking": "hm"}}, "length"),
        ({**OLLAMA, "response": "code", "context": [1, 2]}, "length"),
        (
            {
                **{"type": "message", "role": "assistant", "content": [{"type": "text", "text": "code"}]},
                **{"stop_reason": "max_tokens", "usage": {"input_tokens": 7, "output_tokens": 3}},
            },
            "max_tokens",
        ),
        (
            {
                **{"id": "c", "message": {"role": "assistant", "content": [{"type": "text", "text": "code"}]}},
                **{"finish_reason": "COMPLETE", "usage": COHERE},
            },
            "COMPLETE",
        ),
    ],
)
def test_answers_of_other_protocols_are_read(answer: dict[str, Any], finish_reason: str | None) -> None:
    completion = parse_completion(json.dumps(answer).encode(), 0.5)
    assert (completion.text, completion.finish_reason) == ("code", finish_reason)
    assert (completion.prompt_tokens, completion.completion_tokens) == (7, 3)


def test_a_message_counts_before_a_text() -> None:
    answer = {"choices": [{"text": "prompt", "message": {"content": "code"}}]}
    assert parse_completion(json.dumps(answer).encode(), 0.0).text == "code"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
def test_a_stream_of_lines_is_read(end: str) -> None:
    last = {**OLLAMA, "message": {"role": "assistant", "content": ""}}
    completion = parse_completion(lines(part("co"), part("de"), last, end=end), 0.0)
    assert (completion.text, completion.finish_reason, completion.completion_tokens) == ("code", "length", 3)
    generated = lines({"response": "co", "done": False}, {**OLLAMA, "response": "de"}, end=end)
    assert parse_completion(generated, 0.0).text == "code"


@pytest.mark.parametrize("answer", [lines(part("co"), part("de")), lines(part("co"))])
def test_the_beginning_of_a_stream_of_lines_is_disconnected(answer: bytes) -> None:
    with pytest.raises(AttemptFailed) as caught:
        parse_completion(answer, 0.0)
    assert caught.value.kind is ErrorKind.DISCONNECTED


@pytest.mark.parametrize(
    ("answer", "words", "kind"),
    [
        (lines(part("co"), {"error": "the model runner is overloaded"}), "overloaded", None),
        (lines(part("co"), part("de")) + b'{"mess', "a line of the stream is not JSON", ErrorKind.BAD_ANSWER),
        (b'{"error": "model requires more system memory"}', "more system memory", None),
    ],
)
def test_an_error_in_that_form_is_one(answer: bytes, words: str, kind: ErrorKind | None) -> None:
    with pytest.raises(AttemptFailed, match=words) as caught:
        parse_completion(answer, 0.0)
    assert kind in (None, caught.value.kind)


def test_thoughts_in_other_forms_are_no_answer() -> None:
    for answer in (
        {**OLLAMA, "done_reason": "stop", "message": {"role": "assistant", "content": "", "thinking": "hm"}},
        {**OLLAMA, "done_reason": "stop", "response": "", "thinking": "hm"},
    ):
        with pytest.raises(AttemptFailed) as caught:
            parse_completion(json.dumps(answer).encode(), 0.0)
        assert caught.value.kind is ErrorKind.ANSWER_IN_REASONING


@pytest.mark.parametrize(
    ("answer", "form"),
    [
        ({"candidates": [{"content": {"parts": [{"text": "code"}]}}]}, "Google's own form"),
        ([{"generated_text": "code"}], "TGI's /generate"),
        ({"content": "code", "stop": True}, "llama.cpp's /completion"),
        ({"object": "response", "output": [{"type": "message"}]}, "OpenAI's Responses"),
        ({"result": {"response": "code"}, "success": True}, "its host"),
    ],
)
def test_other_forms_are_named(answer: Any, form: str) -> None:
    with pytest.raises(AttemptFailed, match=f"the answer is in .*{form}") as caught:
        parse_completion(json.dumps(answer).encode(), 0.0)
    assert caught.value.kind is ErrorKind.BAD_ANSWER
