"""The adapters by name."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import NamedTuple

from synthcode.errors import InputError, did_you_mean
from synthcode.execution.executor import Executor
from synthcode.seeds.adapters import codesearchnet, hub, humaneval, mbxp, source_tree, table
from synthcode.seeds.config import AdapterName, SeedsConfig
from synthcode.seeds.raw import RawSeed


class Adapter(NamedTuple):
    """How to read one layout."""

    read: Callable[[SeedsConfig], Iterator[RawSeed]]
    """Yields every row that is asked for, unreadable ones included."""
    inputs: Callable[[SeedsConfig], dict[str, str]]
    """What the rows depend on: name -> digest."""
    languages: Callable[[SeedsConfig], list[str]] | None = None
    """The languages that there are, where only one of them is read at a time."""
    read_with: Callable[[SeedsConfig, Executor], Iterator[RawSeed]] | None = None
    """Replaces ``read`` where an executor is at hand: for layouts whose rows must be parsed out of files."""


ADAPTERS: dict[AdapterName, Adapter] = {
    "mbxp": Adapter(mbxp.read, mbxp.inputs, mbxp.languages),
    "humaneval": Adapter(humaneval.read, humaneval.inputs, humaneval.languages),
    "codesearchnet": Adapter(codesearchnet.read, codesearchnet.inputs),
    "table": Adapter(table.read, table.inputs),
    "hub": Adapter(hub.read, hub.inputs),
    "source-tree": Adapter(source_tree.read_alone, source_tree.inputs, read_with=source_tree.read),
}


def read_seeds(config: SeedsConfig, executor: Executor | None = None) -> Iterator[RawSeed]:
    """Yield the rows that a configuration asks for, in an order that depends on the data alone.

    Parameters
    ----------
    config
        Where the rows are, and which to read.
    executor
        Does the work of adapters whose rows must be parsed out of files. Default: processes, one for each core.

    Raises
    ------
    InputError
        Where the data is not there, or is not in the layout that was named.
    """
    adapter = _adapter(config)
    rows = adapter.read_with(config, executor) if adapter.read_with and executor else adapter.read(config)
    return itertools.islice(rows, config.limit)


def input_digests(config: SeedsConfig) -> dict[str, str]:
    """Return what the rows depend on, as name -> digest: when it is the same, so are they.

    Raises
    ------
    InputError
        Where the data is not there.
    """
    return _adapter(config).inputs(config)


def benchmark_languages(config: SeedsConfig) -> list[str] | list[None]:
    """Return the languages to read one after another to have all rows; None where one reading gives all."""
    languages = _adapter(config).languages
    return languages(config) if languages is not None else [None]


def _adapter(config: SeedsConfig) -> Adapter:
    found = ADAPTERS.get(config.adapter)
    if found is None:
        raise InputError(
            f"no adapter {config.adapter!r}{did_you_mean(config.adapter, ADAPTERS)}",
            f"use one of: {', '.join(ADAPTERS)}",
        )
    return found
