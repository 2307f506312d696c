"""Objects that stay on other machines, such as loaded models, and are made again where their process dies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, runtime_checkable


class HostLostError(Exception):
    """The process of an object died, or is not up yet. A call may have been worked on, or not."""


class EndHostError(Exception):
    """Raised by an object whose process is to be replaced: all its calls are lost, and it is made again."""


class Hosted(Protocol):
    """An object on another machine."""

    @property
    def name(self) -> str:
        """Which one it is: the same for as long as the command runs."""

    async def call(self, method: str, /, *arguments: Any) -> Any:
        """Call a coroutine method of the object; calls run at the same time.

        Arguments and results are picklable. What the method raises is raised here.

        Raises
        ------
        HostLostError
            If its process died, or is not up yet. It is made again meanwhile: later calls reach the new one.
        """


@runtime_checkable
class Hosts(Protocol):
    """An executor that can keep objects on other machines."""

    def hosting(self, factory: Callable[[], object], gpus: int) -> AbstractContextManager[Sequence[Hosted]]:
        """Keep as many objects as there is room for, while the block runs.

        Parameters
        ----------
        factory
            Makes one, in a process of its own. Must be picklable.
        gpus
            GPUs of one machine that each needs for itself. Where no machine has any, each machine gets one object.

        Raises
        ------
        InputError
            If no machine has so many GPUs.
        """
