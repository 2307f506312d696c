"""Whether what was published comes back as it was."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import orjson
import pyarrow as pa

from synthcode.bounded.parquet import ParquetRows
from synthcode.errors import SynthcodeError, first_line
from synthcode.publishing.targets.target import Target
from synthcode.streams_without_torch import without_torch

ROWS = 8_192
"""Rows in memory at a time."""


def choose_split(rows: Mapping[str, Mapping[str, int]]) -> tuple[str, str]:
    """Return the configuration and split to load back: of the default configuration, the smallest that has rows."""
    config = next(iter(rows))
    return config, min(rows[config], key=lambda split: (rows[config][split] == 0, rows[config][split]))


def load_back(target: Target, config: str, split: str, folder: Path, shards: Sequence[Path]) -> str:
    """Load a split through ``datasets``, and compare it, row by row, with the files that were published.

    Returns
    -------
    str
        The digest that both have.

    Raises
    ------
    SynthcodeError
        If it cannot be loaded, or differs.
    """
    import datasets

    datasets.disable_progress_bars()
    columns = ParquetRows(shards[0]).schema().names
    try:
        paths = [shard.relative_to(folder).as_posix() for shard in shards]
        with without_torch():
            batches = target.load(config, split, paths).with_format("arrow").iter(batch_size=ROWS)
        loaded = rows_digest(batches, columns)
    except Exception as problem:  # datasets and its readers raise errors of many kinds
        raise SynthcodeError(
            f"{target.name} is published, but {config!r} cannot be loaded back: {first_line(problem)}",
            "run the same command again: it looks again, and uploads nothing",
        ) from problem
    if loaded != rows_digest(_local(shards), columns):
        raise SynthcodeError(
            f"{target.name} is published, but split {split!r} of {config!r} comes back with other rows",
            "clear the cache of datasets (HF_HOME) and run the same command again",
        )
    return loaded


def _local(shards: Sequence[Path]) -> Iterator[pa.Table]:
    for shard in shards:
        for found in ParquetRows(shard).batches(None, ROWS):
            if found.batch is not None:  # build wrote no larger row
                yield pa.Table.from_batches([found.batch])


def rows_digest(tables: Iterable[pa.Table], columns: Sequence[str]) -> str:
    """Return the SHA-256 of rows, in order, whatever batches and string types they come in."""
    digest = hashlib.sha256()
    for table in tables:
        values = [table.column(name).to_pylist() for name in columns]
        for row in zip(*values, strict=True):
            digest.update(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
    return digest.hexdigest()
