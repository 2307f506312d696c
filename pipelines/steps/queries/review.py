"""When requests for queries came to their end and have failed all the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from synthcode.errors import FailedRunError, shell_word
from synthcode.pipelines.steps.failures import (
    failure_lines,
    refuse_many_failures,
    refuse_none,
    refuse_waiting,
    unanswered,
)

if TYPE_CHECKING:
    from synthcode.pipelines.runs.run import Run


def review_queries(run: Run, counts: Mapping[str, Any]) -> Sequence[str]:
    """Return the commonest errors, and a warning for each style of which nothing was accepted.

    Raises
    ------
    FailedRunError
        If nothing was answered or accepted, or the share of failures is above the bound.
    WaitingForResults
        If requests were written to batch files whose results have yet to come.
    """
    errors = failure_lines(counts)
    refuse_waiting(counts, errors)
    if not counts["requested"] and run.recipe.shard:
        return []  # few seeds, many shards: some have none
    if not counts["requested"]:
        raise FailedRunError("no query was written: there are no seeds", unanswered(run, "queries"))
    again = f"'synthcode queries {shell_word(run.folder.path)} --retry-failed' asks again"
    refuse_none(run, counts, errors, "queries", "no query was written", again)
    lines = refuse_many_failures(run, counts, errors, again)
    if not counts["accepted"]:
        raise FailedRunError(f"no query was accepted: {_reasons(counts)}", f"look at {run.folder.queries_rejected}")
    for style, row in counts["by_style"].items():
        if row["completed"] and not row["accepted"]:
            lines.append(f"warning: {style}: nothing was accepted of {row['completed']:,} ({_reasons(row)})")
    return lines


def _reasons(counts: Mapping[str, Any]) -> str:
    rejected = sorted(counts["rejected"].items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{reason} {count:,}" for reason, count in rejected)
