from __future__ import annotations

import json

import pytest

from synthcode.llm.backend import AttemptFailed, ErrorKind
from synthcode.llm.backends.openai.answers.completions import parse_completion


def events(*chunks: object, done: bool = True, end: str = "\n\n") -> bytes:
    lines = [f"data: {json.dumps(chunk)}" for chunk in chunks] + ["data: [DONE]"] * done
    return (": keep-alive\n\n" + "".join(line + end for line in lines)).encode()


def chunk(text: str | None = None, finish_reason: str | None = None, **delta: object) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": {"content": text, **delta}, "finish_reason": finish_reason}]}


@pytest.mark.parametrize("end", ["\n\n", "\r\n\r\n", "\n"])
def test_chunks_make_an_answer(end: str) -> None:
    usage = {"choices": [], "usage": {"prompt_tokens": 12, "completion_tokens": 3}}
    other = {"choices": [{"index": 1, "delta": {"content": "other"}}]}
    body = events(
        chunk("a\u2028", role="assistant"), other, chunk("b\n"), chunk(finish_reason="length"), usage, end=end
    )
    completion = parse_completion(body, 0.5)
    assert (completion.text, completion.finish_reason) == ("a\u2028b\n", "length")
    assert (completion.prompt_tokens, completion.completion_tokens, completion.raw) == (12, 3, body)


def test_a_stream_without_its_end_is_disconnected() -> None:
    with pytest.raises(AttemptFailed) as caught:
        parse_completion(events(chunk("half"), done=False), 0.0)
    assert caught.value.kind is ErrorKind.DISCONNECTED
    assert parse_completion(events(chunk("all", "stop"), done=False), 0.0).text == "all"


@pytest.mark.parametrize(
    "error",
    [
        {"error": {"code": 502, "message": "upstream is down"}},
        {
            "choices": [
                {"index": 0, "delta": {}, "finish_reason": "error", "error": {"code": 502, "message": "is down"}}
            ]
        },
        {"object": "error", "message": "is down", "code": 502},
    ],
)
def test_an_error_within_a_stream_is_one(error: object) -> None:
    with pytest.raises(AttemptFailed, match="is down") as caught:
        parse_completion(events(chunk("half"), error, done=False), 0.0)
    assert caught.value.kind is ErrorKind.SERVER_ERROR


def test_thoughts_and_refusals_of_a_stream_are_what_they_are() -> None:
    with pytest.raises(AttemptFailed, match="reasoning_content"):
        parse_completion(events(chunk(reasoning_content="hm"), chunk(finish_reason="stop")), 0.0)
    assert parse_completion(events(chunk(refusal="No."), chunk(finish_reason="stop")), 0.0).finish_reason == "refusal"


@pytest.mark.parametrize(
    "part",
    [
        {"reasoning_details": [{"type": "reasoning.text", "text": "hm"}]},
        {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]},
    ],
)
def test_thoughts_of_every_kind_are_found_in_a_stream(part: dict[str, object]) -> None:
    with pytest.raises(AttemptFailed) as caught:
        parse_completion(events(chunk(**part), chunk(finish_reason="stop")), 0.0)
    assert caught.value.kind is ErrorKind.ANSWER_IN_REASONING
    answered = events(chunk(**part), chunk(content=[{"type": "text", "text": "x"}]), chunk(finish_reason="stop"))
    assert parse_completion(answered, 0.0).text == "x"


def test_the_reason_of_the_host_counts_in_a_stream() -> None:
    last = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop", "native_finish_reason": "MAX_TOKENS"}]}
    assert parse_completion(events(chunk("half"), last), 0.0).finish_reason == "MAX_TOKENS"


def test_a_torn_chunk_is_a_bad_answer() -> None:
    with pytest.raises(AttemptFailed, match="a chunk of the stream is not JSON"):
        parse_completion(b'data: {"choices": [{"del\n\n', 0.0)
