"""Whether a suspicious failure concerns one request or all of them, found out with a harmless request."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from synthcode.llm.backend import ACCESS, TRANSIENT, AttemptFailed, ErrorKind
from synthcode.llm.backends.openai.chat_requests import ChatRequests, unsupported_setting
from synthcode.llm.backends.openai.connection.replicas import Replica
from synthcode.llm.backends.openai.errors import access_failure, unsupported, unusable_model
from synthcode.llm.backends.openai.probing.harmless import harmless_body, probe
from synthcode.llm.sampling import sampling_fields
from synthcode.schemas.records import Request


class Suspicions:
    """Settles suspicions, one at a time.

    Parameters
    ----------
    chat
        Sends the harmless requests.
    withholds_key
        Whether a replica is not sent the key that there is.
    answers_for
        Whether a replica claims to have the model.
    """

    def __init__(
        self,
        chat: ChatRequests,
        withholds_key: Callable[[Replica], bool],
        answers_for: Callable[[Replica], Awaitable[bool]],
    ) -> None:
        self._chat = chat
        self._withholds_key = withholds_key
        self._answers_for = answers_for
        self._settling = asyncio.Lock()

    async def settled(self, failure: AttemptFailed, replica: Replica, request: Request) -> Exception:
        """Return what to raise for a failure, once it is clear whether it concerns this request or all of them."""
        setting = unsupported_setting(failure, sampling_fields(request.sampling))
        if is_suspicious(failure) or setting is not None:
            async with self._settling:
                probed = await probe(self._chat, replica.chat, harmless_body(request.model, request.sampling))
            if probed is not None and setting is not None and unsupported_setting(probed, {setting: None}):
                return unsupported(replica.base, setting, failure)
            if await is_unusable(failure, probed, lambda: self._answers_for(replica)):
                return unusable_model(replica.base, request.model, failure)
            failure = settled(failure, probed) if failure.suspicion is not None else failure
        if failure.kind not in ACCESS:
            return failure
        return access_failure(replica.base, failure, key_withheld=self._withholds_key(replica))


def is_suspicious(failure: AttemptFailed) -> bool:
    """Return whether a failure may concern every request."""
    return failure.suspicion is not None or failure.kind is ErrorKind.NOT_FOUND


def settled(failure: AttemptFailed, probed: AttemptFailed | None) -> AttemptFailed:
    """Return what a suspicious failure is, now that a harmless request was made.

    Parameters
    ----------
    failure
        The failure with a suspicion.
    probed
        How the harmless request failed; None if it was answered.

    Returns
    -------
    AttemptFailed
        With a kind in ``ACCESS`` if it concerns every request. If the harmless request failed in passing, that
        failure: the question stays open, and the next attempt may settle it.
    """
    if probed is None:  # this request only
        kind = failure.kind if failure.kind in TRANSIENT else ErrorKind.BLOCKED
        return AttemptFailed(kind, failure.message, failure.retry_after_s)
    if failure.suspicion is not None and (probed.kind in ACCESS or probed.suspicion is not None):
        return AttemptFailed(failure.suspicion, failure.message)
    return probed if probed.kind in TRANSIENT else failure


async def is_unusable(
    failure: AttemptFailed, probed: AttemptFailed | None, answers_for: Callable[[], Awaitable[bool]]
) -> bool:
    """Return whether a server answers 404 to whatever it is asked, though it claims to have the model.

    One that does not is away or restarting: that is another question.
    """
    both = failure.kind is ErrorKind.NOT_FOUND and probed is not None and probed.kind is ErrorKind.NOT_FOUND
    return both and await answers_for()
