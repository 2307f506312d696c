"""What answers requests: a server, an engine in this process, or a recording."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from types import TracebackType
from typing import NamedTuple, Protocol, Self, runtime_checkable

from synthcode.sanitize import one_line
from synthcode.schemas.records import Completion, Request


class ErrorKind(StrEnum):
    """Why an attempt brought no answer: the first word of ``Completion.error``."""

    CONNECTION = "connection"
    """No connection came about: the request was never sent."""
    TLS = "tls"
    """No safe connection came about: the certificate is not accepted, or the server does not speak https."""
    DISCONNECTED = "disconnected"
    """The server hung up before its answer was complete."""
    TIMEOUT = "timeout"
    CONFLICT = "conflict"
    """HTTP 409 or 425: not now."""
    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    SERVER_ERROR = "server_error"
    BAD_ANSWER = "bad_answer"
    """An answer that is not JSON, or not a completion."""
    BAD_REQUEST = "bad_request"
    PROMPT_TOO_LONG = "prompt_too_long"
    ANSWER_DOES_NOT_FIT = "answer_does_not_fit"
    """The model's window has no room for a whole answer: servers cut it short without a word."""
    ANSWER_TOO_LARGE = "answer_too_large"
    BROKEN_OFF = "broken_off"
    """The provider broke the answer off by a fault of its own: finish_reason ``error`` and the like."""
    ANSWER_IN_REASONING = "answer_in_reasoning"
    """The content is empty, and all text is in a field for thoughts."""
    BLOCKED = "blocked"
    """A moderation or a firewall refuses this prompt, and no other."""
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NO_CREDIT = "no_credit"
    """Credit, quota or budget is spent. A rate limit is not this: it passes by itself."""
    REDIRECTED = "redirected"
    """The server sends to another address, where the key is not sent."""
    NOT_FOUND = "not_found"


TRANSIENT = frozenset(
    {
        ErrorKind.CONNECTION,
        ErrorKind.TLS,
        ErrorKind.DISCONNECTED,
        ErrorKind.TIMEOUT,
        ErrorKind.CONFLICT,
        ErrorKind.RATE_LIMITED,
        ErrorKind.OVERLOADED,
        ErrorKind.SERVER_ERROR,
        ErrorKind.BAD_ANSWER,
        ErrorKind.BROKEN_OFF,
    }
)
"""Kinds that another attempt may fix."""

ACCESS = frozenset({ErrorKind.UNAUTHORIZED, ErrorKind.FORBIDDEN, ErrorKind.NO_CREDIT, ErrorKind.REDIRECTED})
"""Kinds that concern every request, until the user changes the key, the account or the address."""


class AttemptFailed(Exception):
    """An attempt without an answer; the caller decides whether to make another one.

    Parameters
    ----------
    kind
        The kind of failure.
    message
        Raw text, from the server or this project: :func:`one_line` is applied here.
    retry_after_s
        How long the server wants no further request, in seconds; None if it did not say.
    suspicion
        The kind in ``ACCESS`` that it is if it concerns every request; None if that is settled.
    fix
        What the user can do; None if that depends on the kind only.
    """

    def __init__(
        self,
        kind: ErrorKind,
        message: str,
        retry_after_s: float | None = None,
        suspicion: ErrorKind | None = None,
        fix: str | None = None,
    ) -> None:
        super().__init__(kind, message)
        self.kind = kind
        self.message = one_line(message)
        self.retry_after_s = retry_after_s
        self.suspicion = suspicion
        self.fix = fix
        self.counts = True
        """Whether it counts against its request; a deadline of a server with too much in flight does not."""

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"


class Backend(Protocol):
    """Answers requests, one attempt a call; retries, pace and storage are the scheduler's."""

    async def __aenter__(self) -> Self:
        """Open connections, load models."""

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close them again."""

    async def check(self) -> None:
        """Find out whether requests can be answered at all.

        Raises
        ------
        ServerError
            If the server is not there, or does not have the model.
        """

    async def complete(self, request: Request) -> Completion | None:
        """Ask once.

        Returns
        -------
        Completion | None
            The answer, or a failure that is final (a recorded one). None if this backend has no
            answer and never will have: the request stays pending, which is not failed.

        Raises
        ------
        AttemptFailed
            If this attempt brought no answer.
        AccessError
            If no request will be answered until the user changes the key, the account or the address.
        """


@runtime_checkable
class AnswersAtOnce(Protocol):
    """A backend whose answers are there already: nothing is waited for, repeated, or slowed down."""

    def answers(self, requests: Sequence[Request], /) -> Sequence[Completion | None]:
        """Return what :meth:`Backend.complete` returns for each of some requests."""


@runtime_checkable
class HasContextWindow(Protocol):
    """A backend that knows how many tokens a prompt and its answer may have together."""

    @property
    def window(self) -> int | None:
        """Tokens; None if they are not known."""


@runtime_checkable
class ProbesCapabilities(Protocol):
    """A backend that finds out what its server can do."""

    async def find_out(self, *, prefill: bool, stop: bool) -> bool:
        """Find out, once, what the requests need of the server.

        Parameters
        ----------
        prefill
            Whether the requests' last message is of role assistant, to be continued.
        stop
            Whether they name strings to stop at.

        Returns
        -------
        bool
            Whether answers stop at these strings.

        Raises
        ------
        ServerError
            If the server cannot continue a message.
        """


class CachedTokens(NamedTuple):
    """Prompt tokens since the server was started: requested, and found in the prefix cache."""

    asked: float
    hit: float


@runtime_checkable
class ReportsCache(Protocol):
    """A backend that counts what its prefix cache has served."""

    async def cached_prompt_tokens(self) -> CachedTokens | None:
        """Return the counts so far; None if they are not known."""


@runtime_checkable
class MatchesSeeds(Protocol):
    """A backend whose answers are recorded, and may be of other seeds than a run's."""

    @property
    def skipped(self) -> Mapping[str, int]:
        """Rows that cannot be used, by reason."""

    def unmatched(self, seeds: Iterable[tuple[str, str]], /) -> tuple[int, list[str]]:
        """Count the rows that name a seed, and none of these (``seed_id``, ``source_id``); return some of the names."""


@runtime_checkable
class NamesLanguages(Protocol):
    """A backend whose recorded answers may be in target languages that are unknown."""

    @property
    def unknown_languages(self) -> Mapping[str, int]:
        """Rows in such a language, by its name."""


@runtime_checkable
class AnswersLater(Protocol):
    """A backend that writes requests to files, and has their answers once the files of results are there."""

    @property
    def waiting(self) -> Mapping[str, int]:
        """Requests that wait for a result, by the file that they are in."""

    @property
    def where(self) -> str:
        """Where files of results go."""

    def lines(self, answered: Callable[[Sequence[str]], Mapping[str, object]], /) -> Sequence[str]:
        """Say what the results hold, a line each.

        Parameters
        ----------
        answered
            Returns which of some requests, by id, had an answer before.

        Raises
        ------
        InputError
            If no result is of a request of this run.
        """


def is_transient(error: str) -> bool:
    """Return whether another attempt may fix a ``Completion.error`` (``kind: message``)."""
    return error.partition(":")[0] in TRANSIENT
