from __future__ import annotations

from dataclasses import replace

from synthcode.llm.prompts import load_prompt
from synthcode.llm.repairs import ANSWER_CHARS, FailedAttempt, repair_request
from synthcode.llm.requests import Sampling

SEED = {
    "seed_id": "s",
    "source_id": "a/1",
    "language": "python",
    "text": "Add one.",
    "code": "def f(a):\n    return a + 1",
    "entry_point": "f",
}
ATTEMPT = FailedAttempt(SEED, "r0", "javascript", 0, "syntax_error", "line 2: unexpected end", "function f(a) {")


def content(attempt: FailedAttempt) -> str:
    return repair_request(attempt, Sampling(), "m", load_prompt("repair")).messages[-1].content


def test_a_repair_shows_the_program_the_failed_code_and_its_error() -> None:
    request = repair_request(ATTEMPT, Sampling(), "m", load_prompt("repair"))
    text = request.messages[-1].content
    assert "```python\ndef f(a):\n    return a + 1\n```" in text
    assert "```javascript\nfunction f(a) {\n```" in text
    assert text.endswith("Its error (syntax_error): line 2: unexpected end\n\nTarget language: JavaScript")
    assert (request.repairs, request.target_language, request.prompt_name) == ("r0", "javascript", "repair")


def test_only_a_truncated_answer_is_called_too_long() -> None:
    assert "Write a shorter one." not in content(ATTEMPT)
    assert "Write a shorter one." in content(replace(ATTEMPT, reason="truncated"))


def test_fences_within_an_answer_do_not_end_it() -> None:
    text = content(replace(ATTEMPT, answer="Here:\n````js\nf\n````"))
    assert "`````javascript\nHere:\n````js\nf\n````\n`````" in text


def test_an_endless_answer_is_cut() -> None:
    text = content(replace(ATTEMPT, answer="x" * (ANSWER_CHARS + 5)))
    assert f"{'x' * ANSWER_CHARS}\n...\n```" in text


def test_an_error_without_detail_is_named_by_its_reason() -> None:
    assert "Its error (no_code): no_code" in content(replace(ATTEMPT, reason="no_code", detail=""))


def test_a_repeated_answer_is_asked_about_again_in_the_next_round() -> None:
    """Its messages are those of the round before, and must be another request all the same."""
    prompt = load_prompt("repair")
    rounds = [repair_request(replace(ATTEMPT, round=number), Sampling(), "m", prompt) for number in (0, 1, 2)]
    assert len({request.request_id for request in rounds}) == 3
    assert len({request.messages for request in rounds}) == 1
