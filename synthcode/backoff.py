"""How long to wait before the next attempt: one policy for every server."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

_MOST_DOUBLINGS = 60


class Backoff(NamedTuple):
    """Exponential backoff with full jitter, added to the wait that the server requests.

    M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog 2015: a uniform draw below a bound that doubles
    with every failure. Clients that a server rejected together do not come back together. The jitter is added to the
    server's request rather than replaced by it, for the same reason.
    """

    first_s: float
    """Bound of the first draw, in seconds."""
    cap_s: float
    """Highest bound of a draw, in seconds."""
    requested_cap_s: float
    """The most seconds to wait because the server requests it."""

    def wait_s(self, failed_attempts: int, requested_s: float | None, random: Random) -> float:
        """Return how long to wait before the next attempt, in seconds.

        Parameters
        ----------
        failed_attempts
            Attempts so far, at least 1.
        requested_s
            What the server requests (:func:`synthcode.retry_after.requested_wait`); None if it requests nothing.
        random
            Draws the jitter.
        """
        bound = min(self.cap_s, self.first_s * 2.0 ** min(failed_attempts - 1, _MOST_DOUBLINGS))
        return min(requested_s or 0.0, self.requested_cap_s) + random.uniform(0.0, bound)
