"""Whether a suspicious failure concerns one request or all of them, found out with a harmless request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from synthcode.llm.backend import ACCESS, TRANSIENT, AttemptFailed, ErrorKind
from synthcode.llm.sampling import sampling_fields
from synthcode.schemas.records import Request

PROBE_TOKENS = 16
_HARMLESS = [{"role": "user", "content": "Reply with the word OK."}]
_LIMITS = ("max_tokens", "max_completion_tokens")


def is_suspicious(failure: AttemptFailed) -> bool:
    """Return whether a failure may concern every request."""
    return failure.suspicion is not None or failure.kind is ErrorKind.NOT_FOUND


def harmless_body(request: Request) -> dict[str, Any]:
    """Return the body of a request that no filter minds, with the model and the settings of another one."""
    body = {"model": request.model, "messages": _HARMLESS, **sampling_fields(request.sampling)}
    return body | {name: PROBE_TOKENS for name in _LIMITS if name in body}


def settled(failure: AttemptFailed, probe: AttemptFailed | None) -> AttemptFailed:
    """Return what a suspicious failure is, now that a harmless request was made.

    Parameters
    ----------
    failure
        The failure with a suspicion.
    probe
        How the harmless request failed; None if it was answered.

    Returns
    -------
    AttemptFailed
        With a kind in ``ACCESS`` if it concerns every request. If the harmless request failed in passing, that
        failure: the question stays open, and the next attempt may settle it.
    """
    if probe is None:  # this request only
        kind = failure.kind if failure.kind in TRANSIENT else ErrorKind.BLOCKED
        return AttemptFailed(kind, failure.message, failure.retry_after_s)
    if failure.suspicion is not None and (probe.kind in ACCESS or probe.suspicion is not None):
        return AttemptFailed(failure.suspicion, failure.message)
    return probe if probe.kind in TRANSIENT else failure


async def is_unusable(
    failure: AttemptFailed, probe: AttemptFailed | None, has_model: Callable[[], Awaitable[bool]]
) -> bool:
    """Return whether a server answers 404 to whatever it is asked, though it lists the model.

    One that does not list it is away or restarting: that is another question.
    """
    both = failure.kind is ErrorKind.NOT_FOUND and probe is not None and probe.kind is ErrorKind.NOT_FOUND
    return both and await has_model()
