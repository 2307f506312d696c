"""Asking the Hub until it works: its client tries most calls again, but not the commit."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TypeVar

from synthcode.backoff import Backoff
from synthcode.errors import Interrupted, SynthcodeError
from synthcode.publishing.targets.hub_errors import is_transient, is_unreachable, refusal, retry_after_s, what_happened
from synthcode.publishing.targets.target import PublishCallbacks

T = TypeVar("T")

ATTEMPTS = 8
BACKOFF = Backoff(first_s=1.0, cap_s=30.0, requested_cap_s=300.0)
ANSWER_S = 300.0
"""How long one answer may take; the client itself would wait for ever."""


class Attempts:
    """Attempts on one repository.

    Parameters
    ----------
    repo
        Its name, for errors.
    callbacks
        Receives a message for every failure, and waits.
    """

    def __init__(self, repo: str, callbacks: PublishCallbacks) -> None:
        self._repo = repo
        self._callbacks = callbacks
        self._random = Random()
        self._reached = False

    def persist(self, attempt: Callable[[], T]) -> T:
        """Repeat an attempt until it succeeds.

        Parameters
        ----------
        attempt
            Checks first what is on the Hub: the previous attempt may have succeeded although its answer was lost.

        Raises
        ------
        SynthcodeError
            If another attempt would not help, the last one failed, or a Hub that never answered cannot be reached.
        """
        from huggingface_hub.utils import get_session

        for number in range(1, ATTEMPTS + 1):
            self._callbacks.pause(0)
            get_session().timeout = ANSWER_S
            try:
                result = attempt()
            except (SynthcodeError, Interrupted):
                raise
            except Exception as problem:  # the client raises errors of many kinds
                hopeless = is_unreachable(problem) and not self._reached
                if number == ATTEMPTS or hopeless or not is_transient(problem):
                    raise refusal(problem, self._repo) from problem
                wait = BACKOFF.wait_s(number, retry_after_s(problem), self._random)
                self._callbacks.tell(f"{what_happened(problem)}: attempt {number + 1} of {ATTEMPTS} in {wait:.1f} s")
            else:
                self._reached = True
                return result
            self._callbacks.pause(wait)
        raise AssertionError("the last attempt returns or raises")
