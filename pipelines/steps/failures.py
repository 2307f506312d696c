"""Requests without a completion: which failed, by kind of error, and which still wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from synthcode.errors import FailedRunError, WaitingForResults
from synthcode.sanitize import visible

if TYPE_CHECKING:
    from synthcode.pipelines.runs.run import Run

NAMED_FILES = 3
NAMED_ERRORS = 3
"""So many kinds of errors are named; the others are counted."""
MESSAGE_CHARS = 160
OTHER = "other"
"""The kind of an error of a recording that names none."""


class FailureCounts:
    """Errors by kind, each kind with its commonest message."""

    def __init__(self) -> None:
        self._messages: dict[str, Counter[str]] = {}

    def add(self, error: str) -> None:
        """Count a ``Completion.error`` (``kind: message``)."""
        kind, _, message = error.partition(":")
        if not kind.isidentifier():
            kind, message = OTHER, error
        self._messages.setdefault(kind, Counter())[message.strip()[:MESSAGE_CHARS]] += 1

    def counts(self) -> dict[str, Any]:
        """Return ``failures`` {kind: n}, the commonest first, and ``failure_messages`` {kind: message}."""
        kinds = sorted(self._messages, key=lambda kind: (-self._messages[kind].total(), kind))
        return {
            "failures": {kind: self._messages[kind].total() for kind in kinds},
            "failure_messages": {kind: _commonest(self._messages[kind]) for kind in kinds},
        }


def _commonest(messages: Counter[str]) -> str:
    return min(messages, key=lambda message: (-messages[message], message))


def failure_lines(counts: Mapping[str, Any]) -> list[str]:
    """Return the commonest errors, one a line: ``27 x bad_request: HTTP 400: ...``."""
    failures, messages = counts.get("failures", {}), counts.get("failure_messages", {})
    named = [
        f"{count:,} x {visible(kind)}" + (f": {visible(messages[kind])}" if messages.get(kind) else "")
        for kind, count in list(failures.items())[:NAMED_ERRORS]
    ]
    others = sum(list(failures.values())[NAMED_ERRORS:])
    return [*named, *([f"{others:,} x other errors"] if others else [])]


def refuse_waiting(counts: Mapping[str, Any], errors: Sequence[str]) -> None:
    """Stop where requests were written to batch files, and wait for their results.

    Raises
    ------
    WaitingForResults
        If there are any.
    """
    waiting = counts.get("waiting")
    if not waiting:
        return
    files = [f"{count:,} in {file}" for file, count in list(waiting.items())[:NAMED_FILES]]
    more = [f"and {len(waiting) - NAMED_FILES:,} more files"] if len(waiting) > NAMED_FILES else []
    failed = f"; {counts['failed']:,} failed: {'; '.join(errors)}" if counts["failed"] else ""
    raise WaitingForResults(
        f"{sum(waiting.values()):,} of {counts['requested']:,} requests have no result yet: "
        f"{', '.join([*files, *more])}{failed}",
        f"have these files answered, put the results into {counts['results_folder']}, and run the same command again",
    )


def refuse_none(
    run: Run, counts: Mapping[str, Any], errors: Sequence[str], stage: str, nothing: str, again: str
) -> None:
    """Stop where no request of a stage was completed.

    Parameters
    ----------
    run
        The run.
    counts
        Of the stage.
    errors
        Of ``failure_lines``.
    stage
        The command that requests what is pending.
    nothing
        What to say, such as ``nothing was translated``.
    again
        How to request again what failed.

    Raises
    ------
    FailedRunError
        If none was completed.
    """
    failed = counts["failed"]
    if counts["completed"]:
        return
    if failed:
        raise FailedRunError(f"{nothing}: {'; '.join(errors) or f'{failed:,} requests failed'}", again)
    raise FailedRunError(f"{nothing}: {counts['pending']:,} requests are pending", unanswered(run, stage))


def refuse_many_failures(
    run: Run, counts: Mapping[str, Any], errors: Sequence[str], again: str, what: str = "requests"
) -> list[str]:
    """Stop where too many requests failed; else return lines that say which failed, if any.

    Parameters
    ----------
    run
        Its recipe has the bound, ``backend.max_failed``.
    counts
        Of the stage. Pending requests are not failures.
    errors
        Of ``failure_lines``.
    again
        How to request again what failed.
    what
        What the requests are for.

    Raises
    ------
    FailedRunError
        If the share of failures is above the bound.
    """
    failed, finished = counts["failed"], counts["failed"] + counts["completed"]
    bound = run.recipe.backend.max_failed
    if finished and failed / finished > bound + 1e-9:
        raise FailedRunError(
            f"{failed:,} of {finished:,} {what} failed, more than --max-failed {bound:g} allows: {'; '.join(errors)}",
            f"all that was finished is stored; {again}, --max-failed 1 goes on without them",
        )
    return [*errors, f"{failed:,} failed; {again}"] if failed else []


def unanswered_languages(by_language: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield a line for each language of which every request is pending."""
    for language, row in by_language.items():
        if row["pending"] and not row["completed"] + row["failed"]:
            yield f"warning: {language}: no request was answered ({row['pending']:,} pending)"


def unanswered(run: Run, command: str) -> str:
    """Return what to do where no request of a command was answered."""
    if run.recipe.backend.name == "replay":
        return "nothing in the recording answers these requests: do its ids, languages and model fit?"
    return f"run 'synthcode {command}' again"
