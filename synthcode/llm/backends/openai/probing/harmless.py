"""A harmless request: one that no filter minds, to find out whether a server answers at all."""

from __future__ import annotations

import asyncio
from typing import Any

from yarl import URL

from synthcode.llm.backend import AttemptFailed, ErrorKind
from synthcode.llm.backends.openai.answers.completions import parse_completion
from synthcode.llm.backends.openai.chat_requests import ChatRequests
from synthcode.llm.sampling import sampling_fields

CHECK_S = 10.0
PROBE_TOKENS = 16
_MESSAGES = [{"role": "user", "content": "Reply with the word OK."}]
_LIMITS = ("max_tokens", "max_completion_tokens")


def harmless_body(model: str, sampling: str | None = None) -> dict[str, Any]:
    """Return the body of a harmless request, with the settings of another one."""
    fields = {"max_tokens": PROBE_TOKENS} if sampling is None else sampling_fields(sampling)
    return {"model": model, "messages": _MESSAGES, **fields} | {
        name: PROBE_TOKENS for name in _LIMITS if name in fields
    }


async def probe(chat: ChatRequests, url: URL, body: dict[str, Any]) -> AttemptFailed | None:
    """Make a harmless request; return how it failed, None if it was answered."""
    try:
        async with asyncio.timeout(CHECK_S):
            parse_completion(await chat.send(url, body), 0.0)
    except AttemptFailed as failure:
        return failure
    except TimeoutError:
        return AttemptFailed(ErrorKind.TIMEOUT, f"no answer within {CHECK_S:g} s")
    return None
