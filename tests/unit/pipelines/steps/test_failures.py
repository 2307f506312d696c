from __future__ import annotations

from pathlib import Path

from synthcode.dataset.splits import SplitConfig
from synthcode.pipelines.steps.failures import FailureCounts, failure_lines, language_warnings, split_warnings


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


def test_a_language_is_named_for_its_commonest_reason_and_not_while_it_is_pending() -> None:
    rows = {
        "go": {"completed": 3, "failed": 4, "accepted": 0, "rejected": {"empty": 1, "refusal": 2}},
        "java": {"completed": 3, "failed": 0, "accepted": 1, "rejected": {"empty": 2}},
        "rust": {"completed": 0, "failed": 0, "accepted": 0, "rejected": {}},
    }
    assert list(language_warnings(rows, Path("my runs/x"))) == [
        "warning: go: nothing was accepted of 7 (failed 4); "
        "look at 'synthcode show 'my runs/x' --language go --reason failed'"
    ]


def test_splits_without_pairs_are_named_if_they_have_a_share() -> None:
    splits = {"train": 8, "validation": 0, "test": 0}
    found = list(split_warnings(splits, SplitConfig(train=0.9, validation=0.0, test=0.1)))
    assert [line.partition(":")[2].split()[:2] for line in found] == [["split", "'test'"]]
    assert list(split_warnings(splits, SplitConfig(train=1.0, validation=0.0, test=0.0))) == []
