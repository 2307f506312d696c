"""vLLM's engine as an object that an executor keeps on another machine."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

from synthcode.errors import ServerError
from synthcode.execution.hosting import EndHostError
from synthcode.llm.backend import AttemptFailed, ErrorKind
from synthcode.llm.backends.vllm.engine import VLLMEngine
from synthcode.schemas.records import Completion, Request


class HostedEngine:
    """Starts an engine when it is first called; its process ends with the engine, so that both are made again.

    Parameters
    ----------
    model, options
        As for :class:`synthcode.llm.backends.vllm.engine.VLLMEngine`.
    """

    def __init__(self, model: str, options: Mapping[str, Any]) -> None:
        self._engine = VLLMEngine(model, options)
        self._starting = asyncio.Lock()
        self._until_the_end = AsyncExitStack()
        self._is_up = False

    async def start(self) -> int | None:
        """Start the engine, if it is not up.

        Returns
        -------
        int | None
            Tokens that a prompt and its answer may have together.

        Raises
        ------
        ServerError
            If it does not start with this model.
        EndHostError
            If it has died.
        """
        async with self._starting:
            if not self._is_up:
                await self._until_the_end.enter_async_context(self._engine)
                self._is_up = True
        await self._require_life()
        return self._engine.window

    async def complete(self, request: Request) -> Completion | None:
        """Ask the engine once; see ``Backend.complete``.

        Raises
        ------
        EndHostError
            If it has died.
        """
        await self.start()
        try:
            return await self._engine.complete(request)
        except AttemptFailed as failure:
            if failure.kind is ErrorKind.CONNECTION:
                await self._require_life()
            raise

    async def _require_life(self) -> None:
        try:
            await self._engine.check()
        except ServerError as problem:
            raise EndHostError(str(problem)) from problem
