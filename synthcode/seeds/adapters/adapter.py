"""What every seed adapter is: how to read one layout of seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from synthcode.execution.executor import Executor
from synthcode.seeds.config import SeedsConfig
from synthcode.seeds.raw import RawSeed


class Adapter(NamedTuple):
    """How to read one layout."""

    read: Callable[[SeedsConfig], Iterator[RawSeed]]
    """Yields every row that the configuration selects, unreadable ones included."""
    inputs: Callable[[SeedsConfig], dict[str, str]]
    """What the rows depend on: name -> digest."""
    languages: Callable[[SeedsConfig], list[str]] | None = None
    """The languages that there are, where only one of them is read at a time."""
    read_with: Callable[[SeedsConfig, Executor], Iterator[RawSeed]] | None = None
    """Replaces ``read`` where an executor is at hand: for layouts whose rows must be parsed out of files."""
    is_remote: bool = False
    """Whether ``SeedsConfig.path`` is the name of something that is not on this machine."""
