"""vLLM's engines on the machines of an executor, such as the nodes of a Ray cluster: one for each group of GPUs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Self

from synthcode.errors import ServerError, SynthcodeError, WorkerError
from synthcode.execution.hosting import Hosted, HostLostError
from synthcode.llm.backend import AttemptFailed, ErrorKind
from synthcode.llm.backends.vllm.serving import START_S
from synthcode.llm.seed_routing import in_order
from synthcode.schemas.records import Completion, Request

POLL_S = 2.0
"""Between two attempts to reach an engine that is down."""


class _Engine:
    """One engine, as it is known here."""

    def __init__(self, host: Hosted) -> None:
        self.host = host
        self.name = host.name
        self.window: int | None = None
        self.is_up = False
        self.is_lost = asyncio.Event()
        self.failure: SynthcodeError | None = None
        """Why it will not be up again."""


class HostedEngines:
    """Asks the engines that are up, and starts again those that died.

    All requests of a seed go to one engine, whose prefix cache then holds the source; while it is down, to another one.

    Parameters
    ----------
    hosts
        Where a :class:`synthcode.llm.backends.vllm.hosted_engine.HostedEngine` is kept.
    message
        Tells the user of engines that are lost, up again, or do not start.
    start_s
        How long an engine may take to start, in seconds.
    poll_s
        How long to wait between two attempts to reach an engine that is down, in seconds.
    """

    def __init__(
        self,
        hosts: Sequence[Hosted],
        message: Callable[[str], None],
        *,
        start_s: float = START_S,
        poll_s: float = POLL_S,
    ) -> None:
        self._hosts, self._message = hosts, message
        self._start_s, self._poll_s = start_s, poll_s
        self._engines: list[_Engine] = []
        self._keepers: list[asyncio.Task[None]] = []
        self._changed = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._engines = [_Engine(host) for host in self._hosts]
        self._keepers = [asyncio.create_task(self._keep_up(engine)) for engine in self._engines]
        return self

    async def __aexit__(self, *_problem: object) -> None:
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)

    @property
    def window(self) -> int | None:
        """Tokens of prompt and answer together: the smallest window of the engines that are up."""
        return min((engine.window for engine in self._engines if engine.is_up and engine.window), default=None)

    async def check(self) -> None:
        """Wait until an engine is up.

        Raises
        ------
        SynthcodeError
            If none will be: why the first does not start.
        """
        while not any(engine.is_up for engine in self._engines):
            failures = [engine.failure for engine in self._engines if engine.failure is not None]
            if len(failures) == len(self._engines):
                raise failures[0]
            self._changed.clear()
            await self._changed.wait()

    async def complete(self, request: Request) -> Completion | None:
        """Ask one engine once; the next one if it is lost."""
        said = "no engine is up"
        for engine in in_order(request.seed_id, self._engines, lambda one: one.name, lambda one: not one.is_up):
            if not engine.is_up:
                continue
            try:
                completion: Completion | None = await engine.host.call("complete", request)
                return completion
            except (HostLostError, WorkerError) as loss:
                said = f"engine {engine.name} is lost: {loss.args[0]}"
                engine.is_up = False
                engine.is_lost.set()
        raise AttemptFailed(ErrorKind.CONNECTION, said)

    async def _keep_up(self, engine: _Engine) -> None:
        """Start an engine, and again whenever it is lost, until it fails to start."""
        while engine.failure is None:
            try:
                engine.window = await self._started(engine)
            except SynthcodeError as problem:
                engine.failure = problem
                self._message(f"engine {engine.name} of {len(self._engines)} does not start: {problem.problem}")
            else:
                engine.is_lost.clear()
                engine.is_up = True
                self._message(f"engine {engine.name} of {len(self._engines)} is up")
            self._changed.set()
            if engine.is_up:
                await engine.is_lost.wait()
                self._message(f"engine {engine.name} of {len(self._engines)} is lost: it is started again")

    async def _started(self, engine: _Engine) -> int | None:
        deadline = time.monotonic() + self._start_s
        while True:
            try:
                window: int | None = await engine.host.call("start")
                return window
            except HostLostError as loss:
                if time.monotonic() > deadline:
                    raise ServerError(
                        f"it was not up within {self._start_s:g} s: {loss}", "look at the nodes with: ray status"
                    ) from loss
                await asyncio.sleep(self._poll_s)
