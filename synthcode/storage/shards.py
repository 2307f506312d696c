"""Tables as folders of Parquet shards whose bytes depend on their rows only."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from synthcode import redaction
from synthcode.bounded import limits
from synthcode.bounded.parquet import ParquetRows
from synthcode.bounded.vouching import vouch_for
from synthcode.errors import InputError
from synthcode.storage.atomic import TEMPORARY, sync, writing
from synthcode.storage.secrets_in_tables import without_secrets

ROWS_PER_GROUP = 8_192
ROWS_PER_SHARD = 65_536
MAX_GROUP_BYTES = 128 * 2**20
"""Of a row group in memory, unless one row has more: the Hub's viewer refuses row groups of more than 300 MB."""

REDO = "run the stage that wrote it again with --force; no completion is requested again"
"""What to do about a damaged table of a run."""


class ShardWriter:
    """Writes rows of one schema as numbered Parquet shards, which appear when all are complete.

    Row groups and shards are cut by row count, never by how the rows arrive, so that the same rows
    give the same bytes whatever the batches were; a group of more than ``MAX_GROUP_BYTES`` is halved until none is.
    Shards are written to a temporary folder and moved into place by ``commit``, each durable before it is moved;
    leaving the ``with`` block without it removes them.

    Parameters
    ----------
    folder
        Where the shards go; made where missing. Other files in it stay.
    schema
        Of every table written.
    prefix
        Shards are called ``PREFIX-00000.parquet``; with ``numbered`` ``PREFIX-00000-of-00003.parquet``,
        the Hub's form. Earlier shards of that prefix are replaced.
    """

    def __init__(self, folder: Path, schema: pa.Schema, prefix: str = "part", *, numbered: bool = False) -> None:
        self.schema = schema
        self.rows = 0
        self._folder, self._prefix, self._numbered = folder, prefix, numbered
        self._temporary = folder / f"{TEMPORARY}{prefix}"
        self._pending: list[pa.Table] = []
        self._pending_rows = 0
        self._shards: list[Path] = []
        self._writer: pq.ParquetWriter | None = None
        self._rows_in_shard = 0
        self._redactor = redaction.current()

    def __enter__(self) -> Self:
        shutil.rmtree(self._temporary, ignore_errors=True)
        self._temporary.mkdir(parents=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._close_shard()
        except OSError:
            if error is None:
                raise
        finally:
            shutil.rmtree(self._temporary, ignore_errors=True)

    def write(self, table: pa.Table) -> None:
        """Add rows, without secrets; columns are put into the schema's order and types."""
        if table.num_rows == 0:
            return
        table = without_secrets(table.select(self.schema.names).cast(self.schema), self._redactor)
        self._pending.append(table)
        self._pending_rows += table.num_rows
        self.rows += table.num_rows
        if self._pending_rows >= ROWS_PER_GROUP:
            self._flush(whole_groups_only=True)

    def commit(self) -> list[Path]:
        """Write what is left, move the shards into place, and return their paths. No rows give one empty shard."""
        self._flush(whole_groups_only=False)
        if not self._shards:
            self._open_shard()
        self._close_shard()
        for old in self._folder.glob(f"{self._prefix}-[0-9]*.parquet"):
            old.unlink()
        ending = f"-of-{len(self._shards):05d}" if self._numbered else ""
        final = []
        for index, shard in enumerate(self._shards):
            place = self._folder / f"{self._prefix}-{index:05d}{ending}.parquet"
            os.replace(shard, place)
            vouch_for(place)
            final.append(place)
        sync(self._folder)
        return final

    def _flush(self, *, whole_groups_only: bool) -> None:
        rows = pa.concat_tables(self._pending) if self._pending else self.schema.empty_table()
        end = rows.num_rows - rows.num_rows % ROWS_PER_GROUP if whole_groups_only else rows.num_rows
        for start in range(0, end, ROWS_PER_GROUP):
            self._write_group(rows.slice(start, min(ROWS_PER_GROUP, end - start)).combine_chunks())
        rest = rows.slice(end)
        self._pending, self._pending_rows = ([rest] if rest.num_rows else []), rest.num_rows

    def _write_group(self, group: pa.Table) -> None:
        if self._writer is None:
            self._open_shard()
        assert self._writer is not None
        for part in in_small_groups(group):
            self._writer.write_table(part, row_group_size=ROWS_PER_GROUP)
        self._rows_in_shard += group.num_rows
        if self._rows_in_shard >= ROWS_PER_SHARD:
            self._close_shard()

    def _open_shard(self) -> None:
        path = self._temporary / f"{len(self._shards):05d}.parquet"
        self._shards.append(path)
        # With the page index, the Hub's viewer reads a few rows without the rest of their group.
        self._writer = pq.ParquetWriter(path, self.schema, compression="zstd", write_page_index=True)
        self._rows_in_shard = 0

    def _close_shard(self) -> None:
        if self._writer is not None:
            writer, self._writer = self._writer, None
            writer.close()
            sync(self._shards[-1])


def in_small_groups(group: pa.Table) -> Iterator[pa.Table]:
    """Yield the rows of a group in groups of at most ``MAX_GROUP_BYTES``, each of one row at least."""
    if group.num_rows < 2 or group.nbytes <= MAX_GROUP_BYTES:
        yield group
        return
    half = group.num_rows // 2
    for part in (group.slice(0, half), group.slice(half)):
        yield from in_small_groups(part)


def shards_of(folder: Path, prefix: str = "part") -> list[Path]:
    """Return the shards of a table in order; an empty list if there are none."""
    return sorted(folder.glob(f"{prefix}-[0-9]*.parquet"))


def read_batches(
    shards: Sequence[Path], columns: Sequence[str] | None = None, rows: int = ROWS_PER_GROUP, *, fix: str = REDO
) -> Iterator[pa.Table]:
    """Read shards one after another, at most ``rows`` rows at a time.

    Raises
    ------
    InputError
        If a shard is damaged; ``fix`` says what to do about it.
    """
    for shard in shards:
        yield from _tables(shard, columns, rows, fix)


def read_file(path: Path, columns: Sequence[str] | None = None, *, fix: str = REDO) -> pa.Table:
    """Read a table that is one file, whole.

    Raises
    ------
    InputError
        If it is damaged; ``fix`` says what to do about it.
    """
    schema = table_schema(path, fix)
    if columns is not None:
        schema = pa.schema([schema.field(name) for name in columns if name in schema.names], schema.metadata)
    return pa.concat_tables([schema.empty_table(), *_bounded_tables(path, columns, fix)])


def table_schema(path: Path, fix: str = REDO) -> pa.Schema:
    """Return the columns of a table that is one file.

    Raises
    ------
    InputError
        If it is damaged; ``fix`` says what to do about it.
    """
    return ParquetRows(path, fix, "is damaged").schema()


def _bounded_tables(path: Path, columns: Sequence[str] | None, fix: str) -> Iterator[pa.Table]:
    """Read a file whole, unless it unpacks to more than any table of ours does."""
    most = max(limits.TABLE, limits.TABLE_RATIO * path.stat().st_size)
    size = 0
    for table in _tables(path, columns, ROWS_PER_SHARD, fix):
        size += table.nbytes
        if size > most:
            raise InputError(f"{path} unpacks to more than {most:,} bytes: it is damaged or hostile", fix)
        yield table


def _tables(path: Path, columns: Sequence[str] | None, rows: int, fix: str) -> Iterator[pa.Table]:
    for found in ParquetRows(path, fix, "is damaged").batches(columns, rows):
        if found.batch is None:
            raise InputError(f"{path} is damaged: row {found.first:,} is larger than {limits.ROW:,} bytes", fix)
        yield pa.Table.from_batches([found.batch])


def write_table(path: Path, table: pa.Table) -> Path:
    """Write one table as one file, durably, replacing what was there only when it is complete."""
    with writing(path) as stream:
        pq.write_table(table.combine_chunks(), stream, compression="zstd", row_group_size=ROWS_PER_GROUP)
    vouch_for(path)
    return path
