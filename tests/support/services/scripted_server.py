"""A server on loopback that answers byte for byte what a handler returns, and requests to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import orjson
import pytest

from synthcode.errors import AccessError
from synthcode.identity import digest
from synthcode.llm.backend import AttemptFailed
from synthcode.llm.backends.openai.server import OpenAIServer
from synthcode.llm.sending.settings import RequestPolicy
from synthcode.schemas.records import Message, Request

HASTY = RequestPolicy(
    concurrency=8, max_attempts=4, backoff_s=0.001, backoff_cap_s=0.002, outage_attempts=5, outage_s=0.05
)
ANSWER = {"choices": [{"message": {"content": "code"}, "finish_reason": "stop"}]}

Handler = Callable[[str, dict[str, str], bytes], "bytes | Awaitable[bytes]"]


def make_request(number: int = 0, **changes) -> Request:
    request = Request(
        request_id=digest("request", number),
        seed_id=digest("seed", number),
        source_id=str(number),
        target_language="java",
        sample_index=0,
        model="m",
        prompt_name="translate",
        prompt_digest="d" * 32,
        sampling='{"max_tokens":64,"temperature":0.2}',
        messages=(Message("system", "You translate."), Message("user", f"number {number}")),
    )
    return replace(request, **changes)


def http(body, status=200, headers="") -> bytes:
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    return f"HTTP/1.1 {status} Any\r\nContent-Length: {len(data)}\r\n{headers}\r\n".encode() + data


@asynccontextmanager
async def serving(handler: Handler):
    """Serve what the handler returns for (first line, headers, body), byte for byte; no bytes: hang up."""

    async def talk(reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                answer = handler(head[0], headers, body)
                answer = answer if isinstance(answer, bytes) else await answer
                if not answer:
                    break
                writer.write(answer)
                await writer.drain()
                if b"Content-Length" not in answer:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"


def attempt(handler: Handler, request: Request | None = None, **options):
    """Make one attempt."""

    async def scenario():
        async with serving(handler) as url, OpenAIServer([url], "m", **options) as backend:
            return await backend.complete(request or make_request())

    return asyncio.run(scenario())


def failed(handler: Handler, **options) -> AttemptFailed:
    with pytest.raises(AttemptFailed) as caught:
        attempt(handler, **options)
    return caught.value


def turned_away(handler: Handler, **options) -> AccessError:
    """Make one attempt that tells that no request will be answered."""
    with pytest.raises(AccessError) as caught:
        attempt(handler, **options)
    assert len(str(caught.value).splitlines()) == 2
    return caught.value


def check(handler: Handler, model: str = "m", **options) -> None:
    async def scenario():
        async with serving(handler) as url, OpenAIServer([url], model, **options) as backend:
            await backend.check()

    asyncio.run(scenario())


def closed_url() -> str:
    """Return the address of a server that is there no longer."""

    async def scenario():
        async with serving(lambda *_: b"") as url:
            return url

    return asyncio.run(scenario())
