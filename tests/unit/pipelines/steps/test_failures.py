from __future__ import annotations

from synthcode.pipelines.steps.failures import FailureCounts, failure_lines


def test_errors_are_counted_by_kind_with_the_commonest_message_of_each() -> None:
    counts = FailureCounts()
    for error in ["timeout: b", "timeout: a", "bad_request: no", "timeout: a", "who knows what: this is", "x" * 400]:
        counts.add(error)
    assert counts.counts() == {
        "failures": {"timeout": 3, "bad_request": 1, "other": 1, "x" * 400: 1},
        "failure_messages": {"timeout": "a", "bad_request": "no", "other": "who knows what: this is", "x" * 400: ""},
    }


def test_three_kinds_are_named_and_nothing_in_them_moves_a_cursor() -> None:
    failures = {"timeout": 1200, "bad_request": 3, "overloaded": 2, "conflict": 1, "other": 1}
    assert failure_lines({"failures": failures, "failure_messages": {"timeout": "\x1b[2Jslow"}}) == [
        "1,200 x timeout: \u241b[2Jslow",
        "3 x bad_request",
        "2 x overloaded",
        "2 x other errors",
    ]
    assert failure_lines({}) == []
