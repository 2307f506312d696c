"""Bodies of HTTP responses, of bounded size, and why there is none."""

from __future__ import annotations

import os

import aiohttp

from synthcode.llm.backend import AttemptFailed, ErrorKind

MAX_ANSWER_BYTES = 16 * 2**20


async def read_body(response: aiohttp.ClientResponse) -> bytes:
    """Return the body of a response.

    Raises
    ------
    AttemptFailed
        If it is longer than any completion.
    """
    if 0 <= (response.content_length or -1) <= MAX_ANSWER_BYTES:
        return await response.read()
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise AttemptFailed(ErrorKind.ANSWER_TOO_LARGE, f"more than {MAX_ANSWER_BYTES:,} bytes")
    return bytes(body)


def connection_reason(problem: aiohttp.ClientError) -> str:
    """Return in a few words why a request was not answered."""
    system = getattr(problem, "os_error", None)
    if isinstance(system, ConnectionError) and system.errno:
        return os.strerror(system.errno)  # asyncio's own words are "Connect call failed"
    return (system.strerror if system else None) or str(problem) or type(problem).__name__
