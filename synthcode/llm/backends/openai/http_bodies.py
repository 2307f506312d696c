"""Bodies of HTTP responses, of bounded size, and why there is none."""

from __future__ import annotations

import os

import aiohttp
from aiohttp import hdrs

from synthcode.llm.backend import AttemptFailed, ErrorKind

MAX_ANSWER_BYTES = 16 * 2**20
"""Of an answer as it is read, that is after it was decompressed."""


async def read_body(response: aiohttp.ClientResponse) -> bytes:
    """Return the body of a response. It is decompressed piece by piece.

    Raises
    ------
    AttemptFailed
        If it is longer than any completion, or cannot be decompressed.
    """
    encoding = response.headers.get(hdrs.CONTENT_ENCODING, "").strip().lower()
    if not encoding and 0 <= (response.content_length or -1) <= MAX_ANSWER_BYTES:
        return await response.read()
    body = bytearray()
    try:
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > MAX_ANSWER_BYTES:
                raise AttemptFailed(ErrorKind.ANSWER_TOO_LARGE, f"more than {MAX_ANSWER_BYTES:,} bytes")
    except aiohttp.ClientPayloadError as problem:
        if not encoding:
            raise
        what = f"cannot be decompressed (Content-Encoding: {encoding}): {problem}"
        raise AttemptFailed(ErrorKind.BAD_ANSWER, what) from problem
    return bytes(body)


def connection_reason(problem: aiohttp.ClientError) -> str:
    """Return in a few words why a request was not answered."""
    system = getattr(problem, "os_error", None)
    if isinstance(system, ConnectionError) and system.errno:
        return os.strerror(system.errno)  # asyncio's own words are "Connect call failed"
    return (system.strerror if system else None) or str(problem) or type(problem).__name__
