"""Rows put together for workers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from synthcode.seeds.raw import RawSeed

BATCH_ROWS = 256
BATCH_CHARS = 8_000_000
"""Text in a batch: several batches are held at a time, whatever the size of their rows."""


def batched(rows: Iterable[RawSeed]) -> Iterator[list[RawSeed]]:
    """Cut rows into batches of at most ``BATCH_ROWS``, and of ``BATCH_CHARS`` unless a single row is larger."""
    batch: list[RawSeed] = []
    chars = 0
    for row in rows:
        batch.append(row)
        chars += len(row.code or "") + len(row.text or "") + sum(map(len, row.tests.values()))
        if len(batch) == BATCH_ROWS or chars > BATCH_CHARS:
            yield batch
            batch, chars = [], 0
    if batch:
        yield batch
