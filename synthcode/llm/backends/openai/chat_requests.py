"""Requests for completions as one server wants them: what it calls the longest answer is learnt from its refusal."""

from __future__ import annotations

import re
from typing import Any

import orjson
from yarl import URL

from synthcode.llm.backend import AttemptFailed, ErrorKind
from synthcode.llm.backends.openai.connection.transport import Transport
from synthcode.llm.sampling import SAMPLING_FIELDS

_LIMITS = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
_UNSUPPORTED = re.compile(
    r"unsupported|(?:n[o']t|no longer) (?:be )?(?:a )?(?:support|permitted|allowed|accept|valid|known|recogni[sz]ed)"
    r"|unrecogni[sz]ed|unknown|unexpected|forbidden|extra (?:inputs|fields)|\binstead\b|deprecated",
    re.IGNORECASE,
)
"""Words for a setting that a server does not have, whatever its value."""


class ChatRequests:
    """Sends requests for completions.

    Models of some hosts take ``max_completion_tokens`` only, older servers ``max_tokens`` only, and each refuses the
    other. The first refusal that says so is repeated with the other name, which is used from then on.

    Parameters
    ----------
    transport
        Sends them.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._unsupported: dict[URL, str] = {}

    async def send(self, url: URL, body: dict[str, Any]) -> bytes:
        """Send a request and return the body of its answer.

        Raises
        ------
        AttemptFailed
            If there is none.
        """
        sent = _renamed(body, self._unsupported.get(url))
        try:
            return await self._transport.exchange("POST", url, orjson.dumps(sent))
        except AttemptFailed as failure:
            unsupported = next((name for name in _LIMITS if name in sent and _names(failure, name)), None)
            if unsupported is None or url in self._unsupported:
                raise
        self._unsupported[url] = unsupported
        return await self._transport.exchange("POST", url, orjson.dumps(_renamed(body, unsupported)))


def unsupported_setting(failure: AttemptFailed, body: dict[str, Any]) -> str | None:
    """Return the setting of a request that its server does not support, by what it says; None if it says none."""
    return next((name for name in sorted(SAMPLING_FIELDS & body.keys()) if _names(failure, name)), None)


def _names(failure: AttemptFailed, setting: str) -> bool:
    if failure.kind is not ErrorKind.BAD_REQUEST or not _UNSUPPORTED.search(failure.message):
        return False
    return re.search(rf"(?<![\w-]){setting}(?![\w-])", failure.message) is not None


def _renamed(body: dict[str, Any], unsupported: str | None) -> dict[str, Any]:
    if unsupported not in body:
        return body
    return {_LIMITS[name] if name == unsupported else name: value for name, value in body.items()}
