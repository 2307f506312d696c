"""Sorting tables that may be larger than memory, by a column of hashes."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa

BUCKETS = 16
"""One for each first hex digit of the hash: a sort needs the memory of a sixteenth of the rows."""


def sort_by_hash(
    tables: Iterable[pa.Table], keys: list[str], schema: pa.Schema, spill: Path, memory_bytes: int = 256 << 20
) -> Iterator[pa.Table]:
    """Yield all rows sorted by ``keys``, one bucket at a time.

    Parameters
    ----------
    tables
        The rows, in any order.
    keys
        Columns to sort by. The first holds lower-case hex digests: rows are dealt into buckets by its
        first digit, and rows with the same value come in the same table.
    schema
        Of every table.
    spill
        A folder for rows that do not fit; made when needed, removed at the end.
    memory_bytes
        Rows kept in memory before they spill.
    """
    buckets: list[list[pa.Table]] = [[] for _ in range(BUCKETS)]
    in_memory = 0
    try:
        for table in tables:
            digits = [int(value[0], 16) for value in table.column(keys[0]).to_pylist()]
            for bucket in sorted(set(digits)):
                part = table.filter(pa.array([digit == bucket for digit in digits]))
                buckets[bucket].append(part)
                in_memory += part.nbytes
            if in_memory > memory_bytes:
                _spill(buckets, spill)
                in_memory = 0
        for bucket, parts in enumerate(buckets):
            rows = pa.concat_tables([schema.empty_table(), *_spilled(spill, bucket), *parts])
            if rows.num_rows:
                yield rows.sort_by([(key, "ascending") for key in keys])
            parts.clear()
    finally:
        shutil.rmtree(spill, ignore_errors=True)


def _spill(buckets: list[list[pa.Table]], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for bucket, parts in enumerate(buckets):
        if parts:
            piece = folder / f"{bucket:x}-{len(list(folder.glob(f'{bucket:x}-*'))):05d}.arrow"
            with pa.OSFile(str(piece), "wb") as sink, pa.ipc.new_file(sink, parts[0].schema) as writer:
                for part in parts:
                    writer.write_table(part)
            parts.clear()


def _spilled(folder: Path, bucket: int) -> Iterator[pa.Table]:
    for piece in sorted(folder.glob(f"{bucket:x}-*.arrow")):
        with pa.OSFile(str(piece), "rb") as source, pa.ipc.open_file(source) as reader:
            yield reader.read_all()
