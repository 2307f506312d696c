"""Translations that were not run, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

    from synthcode.pipelines.runs.run import Run

_NO_TEST = ("no test", "bad_test")
_NO_TESTS_AT_ALL = "their seeds have no test in Python or in their language (a table's column 'tests')"


def whys_untested(table: pa.Table) -> Iterator[str]:
    """Yield why each translation without a test has none: its seed's tests are missing, or cannot be used.

    Parameters
    ----------
    table
        Schema ``VERIFICATION``.
    """
    for detail, tests in zip(table["detail"].to_pylist(), table["tests"].to_pylist(), strict=True):
        if not tests and detail and detail.startswith(_NO_TEST):
            yield _NO_TESTS_AT_ALL if detail == "no test" else detail


def review_tests(_run: Run, counts: Mapping[str, Any]) -> Sequence[str]:
    """Return a warning for each language that is not run, and one if most translations have no test."""
    lines = [f"warning: {language} is not run: {why}" for language, why in counts["not_run"].items()]
    untested: Mapping[str, int] = counts.get("untested", {})  # older runs have none
    total = sum(sum(counter.values()) for kind in ("verified", "failed") for counter in counts[kind].values())
    count = sum(untested.values())
    if count * 2 > total:
        why = max(untested, key=lambda name: (untested[name], name))
        lines.append(f"warning: {count:,} of {total:,} translations were not run; mostly: {why}")
    return lines
