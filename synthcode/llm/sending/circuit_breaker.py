"""Distinguishing a server that is down from a request that fails."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from synthcode.errors import ServerError
from synthcode.llm.backend import ErrorKind
from synthcode.llm.sending.cancellation import Cancellation
from synthcode.llm.sending.settings import RequestPolicy

SUSPICIOUS = frozenset(
    {
        ErrorKind.CONNECTION,
        ErrorKind.TLS,
        ErrorKind.DISCONNECTED,
        ErrorKind.TIMEOUT,
        ErrorKind.SERVER_ERROR,
        ErrorKind.NOT_FOUND,
    }
)
"""Kinds that every request meets if the server is down, or was replaced by another one."""

_CHECK_AFTER_BACKOFFS = 4


class CircuitBreaker:
    """A circuit breaker over the attempts of all requests.

    Failures in a row are a suspicion, not a proof: a few requests that crash the server look the same if they are the
    last ones left. So the server is checked (``check``) before a request is blamed, and before the run is given up.

    Parameters
    ----------
    check
        Raises ServerError if the server cannot be reached.
    settings
        ``outage_attempts`` and ``outage_s`` say how long a server may be down; ``backoff_s`` how often it is checked.
    cancellation
        Ends the waits.
    clock
        Seconds, monotonic.
    """

    def __init__(
        self,
        check: Callable[[], Awaitable[None]],
        settings: RequestPolicy,
        cancellation: Cancellation,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._check = check
        self._settings = settings
        self._cancellation = cancellation
        self._clock = clock
        self._failures = 0
        self._since: float | None = None
        self._checking = asyncio.Lock()
        self.count = 0
        """How often the server was found down so far."""

    def answered(self) -> None:
        """Note that the server answered a request."""
        self._failures = 0
        self._since = None

    def failed(self) -> None:
        """Note an attempt that found no server."""
        self._failures += 1
        if self._since is None:
            self._since = self._clock()

    def is_due(self) -> bool:
        """Return whether attempts have failed in a row for so long that the server has to be checked."""
        return (
            self._since is not None
            and self._failures >= self._settings.outage_attempts
            and self._clock() - self._since >= self._settings.outage_s
        )

    async def wait_for_server(self) -> None:
        """Return when the server answers, or a stop is requested; ``count`` rises if it was down.

        Raises
        ------
        ServerError
            If it stays down for longer than the settings allow.
        """
        async with self._checking:
            away = False
            while self._since is not None and not self._cancellation.is_set():
                try:
                    await self._check()
                except ServerError:
                    self.failed()
                    if self.is_due():
                        raise
                    if not away:
                        away = True
                        self.count += 1
                    await self._cancellation.sleep(_CHECK_AFTER_BACKOFFS * self._settings.backoff_s)
                else:
                    self.answered()
