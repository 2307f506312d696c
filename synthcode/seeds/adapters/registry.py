"""The adapters by name."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from synthcode.execution.executor import Executor
from synthcode.plugins import SEED_ADAPTERS
from synthcode.seeds.adapters.adapter import Adapter
from synthcode.seeds.config import SeedsConfig
from synthcode.seeds.raw import RawSeed


def read_seeds(config: SeedsConfig, executor: Executor | None = None) -> Iterator[RawSeed]:
    """Yield the rows that a configuration selects, in an order that depends only on the data.

    Parameters
    ----------
    config
        Where the rows are, and which to read.
    executor
        Does the work of adapters whose rows must be parsed out of files. Default: processes, one for each core.

    Raises
    ------
    InputError
        If the data is not there, or is not in the layout that was named.
    """
    adapter = _adapter(config)
    rows = adapter.read_with(config, executor) if adapter.read_with and executor else adapter.read(config)
    return itertools.islice(rows, config.limit)


def input_digests(config: SeedsConfig) -> dict[str, str]:
    """Return what the rows depend on, as name -> digest: when it is the same, so are they.

    Raises
    ------
    InputError
        If the data is not there.
    """
    return _adapter(config).inputs(config)


def benchmark_languages(config: SeedsConfig) -> list[str] | list[None]:
    """Return the languages to read one after another to have all rows; None if one reading gives all.

    Rows that all lack a known language are read, too: they are to be counted.
    """
    languages = _adapter(config).languages
    return (languages(config) if languages is not None else []) or [None]


def is_remote(config: SeedsConfig) -> bool:
    """Return whether the path names something that is not on this machine."""
    return _adapter(config).is_remote


def _adapter(config: SeedsConfig) -> Adapter:
    return SEED_ADAPTERS.load(config.adapter, Adapter)
