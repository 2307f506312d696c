"""Batches through the objects that an executor keeps on other machines, with results in order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from synthcode.errors import WorkerError
from synthcode.execution.hosting import Hosted, HostLostError

IN_FLIGHT = 2
"""Batches of each host: the next one travels while one is worked on."""
MOST_LOSSES = 5
"""Of one batch: the hosts of the first ones may be coming up again."""
PAUSE_S = 2.0


def spread(
    hosts: Sequence[Hosted], method: str, batches: Iterable[tuple[Any, ...]], *, pause_s: float = PAUSE_S
) -> Iterator[Any]:
    """Yield what a method makes of each batch, in the order of the batches, from whichever host is free.

    Parameters
    ----------
    hosts
        Objects that are alike.
    method
        The name of a coroutine method.
    batches
        Arguments of each call; pulled as they are needed.
    pause_s
        How long a host that was lost gets no batch, in seconds.

    Raises
    ------
    WorkerError
        If one batch is lost with its host several times.
    """
    free: asyncio.Queue[Hosted] = asyncio.Queue()
    for host in [*hosts] * IN_FLIGHT:
        free.put_nowait(host)

    async def work(batch: tuple[Any, ...]) -> Any:
        said = ""
        for _ in range(MOST_LOSSES):
            host = await free.get()
            try:
                return await host.call(method, *batch)
            except HostLostError as loss:
                said = str(loss)
                await asyncio.sleep(pause_s)
            finally:
                free.put_nowait(host)
        raise WorkerError(
            f"one batch was lost with its machine {MOST_LOSSES} times: {said}",
            "look at the nodes with: ray status; then run the command again: it goes on",
        )

    waiting: deque[asyncio.Task[Any]] = deque()

    async def first() -> Any:
        return await waiting.popleft()

    with asyncio.Runner() as runner:
        for batch in batches:
            waiting.append(runner.get_loop().create_task(work(batch)))
            if len(waiting) > len(hosts) * IN_FLIGHT:
                yield runner.run(first())
        while waiting:
            yield runner.run(first())
