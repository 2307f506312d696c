"""How requests are sent. Nothing here changes what is asked, so nothing here invalidates an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Gt, Le

_DAY_S = 86_400


@dataclass(frozen=True)
class RequestPolicy:
    """Concurrency, deadlines and patience. Times are in seconds."""

    concurrency: Annotated[int, Ge(1), Le(4096)] = 64
    """Requests in flight at most: sent, and not yet safe on disk."""
    max_attempts: Annotated[int, Ge(1), Le(100)] = 6
    """How often a request is sent before it counts as failed."""
    timeout_s: Annotated[float, Gt(0), Le(_DAY_S)] = 600.0
    """Deadline of one attempt."""
    backoff_s: Annotated[float, Gt(0), Le(_DAY_S)] = 0.5
    """Upper bound of the wait before the second attempt; it doubles with each further one."""
    backoff_cap_s: Annotated[float, Gt(0), Le(_DAY_S)] = 30.0
    """Upper bound of that bound."""
    retry_after_cap_s: Annotated[float, Ge(0), Le(_DAY_S)] = 300.0
    """Upper bound of a wait that a server requests with Retry-After."""
    outage_attempts: Annotated[int, Ge(1), Le(100_000)] = 10
    """A run stops where so many attempts in a row, of all requests together, found no server ..."""
    outage_s: Annotated[float, Ge(0), Le(_DAY_S)] = 30.0
    """... over at least so long."""
    rate_limit_s: Annotated[float, Ge(0), Le(7 * _DAY_S)] = 600.0
    """A run stops if a server has refused every request for so long because of its rate or its load (429, 503, 529);
    until then requests wait. It stops at once if the server requests a longer wait (``Retry-After``)."""
