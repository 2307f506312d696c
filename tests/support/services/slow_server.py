"""A chat server on loopback without a GPU: what is in flight shares one speed, so that latency grows with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from tests.support.services.chat_server import MODEL, completion

_STEP_S = 0.005


class SlowServer:
    """Counts what it does.

    Parameters
    ----------
    work_s
        Seconds that a request takes with the server to itself, from its body.
    """

    def __init__(self, work_s: Callable[[dict[str, Any]], float]) -> None:
        self._work_s = work_s
        self.in_flight = self.peak = self.finished = self.abandoned = 0
        self.base_url = ""

    async def answer(self, request: web.Request) -> web.Response:
        """Answer once the request's share of the server's time is enough; stop when the client hangs up."""
        body = await request.json()
        left = self._work_s(body)
        self.in_flight += 1
        self.peak = max(self.peak, self.in_flight)
        try:
            while left > 0:
                await asyncio.sleep(_STEP_S)
                left -= _STEP_S / self.in_flight
        except asyncio.CancelledError:
            self.abandoned += 1
            raise
        finally:
            self.in_flight -= 1
        self.finished += 1
        return web.json_response(completion("code"))


async def _models(_request: web.Request) -> web.Response:
    return web.json_response({"data": [{"id": MODEL}]})


@asynccontextmanager
async def slow_server(work_s: Callable[[dict[str, Any]], float]) -> AsyncIterator[SlowServer]:
    """Serve on a free port, in this event loop, until the block is left."""
    server = SlowServer(work_s)
    app = web.Application()
    app.router.add_post("/v1/chat/completions", server.answer)
    app.router.add_get("/v1/models", _models)
    runner = web.AppRunner(app, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    server.base_url = f"http://127.0.0.1:{port}/v1"
    try:
        yield server
    finally:
        await runner.cleanup()
