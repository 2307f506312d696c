from __future__ import annotations

from typing import Any, cast

import pyarrow as pa
import pytest

from synthcode.pipelines.steps.verify.untested import review_tests, whys_untested

NO_RUN = cast("Any", None)


def test_only_translations_without_a_test_are_untested() -> None:
    details = ["no test", "no test: it never calls the entry point", "bad_test: it is not Python", None, "no test"]
    details += ["disputed: its own test fails", "no toolchain: php"]
    found = whys_untested(pa.table({"detail": details, "tests": [0, 0, 0, 3, 1, 0, 0]}))
    assert [why.partition(":")[0] for why in found] == [
        "their seeds have no test in Python or in their language (a table's column 'tests')",
        "no test",
        "bad_test",
    ]


@pytest.mark.parametrize(("untested", "is_said"), [({"a": 3, "b": 2}, True), ({"a": 4}, False), ({}, False)])
def test_it_is_said_if_most_translations_were_not_run(untested: dict[str, int], is_said: bool) -> None:
    counts = {"verified": {"go": {"tested": 5}}, "failed": {"go": {"test_failed": 3}}, "untested": untested}
    lines = review_tests(NO_RUN, {**counts, "not_run": {"php": "no php"}})
    expected = ["warning: 5 of 8 translations were not run; mostly: a"] if is_said else []
    assert lines == ["warning: php is not run: no php", *expected]


def test_counts_of_older_runs_say_nothing() -> None:
    assert review_tests(NO_RUN, {"verified": {"go": {"tested": 5}}, "failed": {}, "not_run": {}}) == []
