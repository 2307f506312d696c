"""Rows of Parquet in bounded memory, from files that may end the process that decodes them.

Arrow's decoder trusts offsets of footers and pages: a changed byte can make it read where nothing is. Files of unknown
content are therefore decoded in another process. Those that this process wrote, or has compared with a recorded digest,
are decoded here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

import pyarrow as pa

from synthcode.bounded.files import refuse_special
from synthcode.bounded.parquet_decoding import ParquetDecoder, Rows
from synthcode.bounded.vouching import is_vouched_for
from synthcode.errors import InputError
from synthcode.execution.isolation import isolated
from synthcode.execution.worker import WorkerLostError

Item = TypeVar("Item")


class ParquetRows:
    """The rows of a Parquet file.

    Parameters
    ----------
    path
        The file.
    again
        What a user does about a file that cannot be read.
    problem
        What is said of such a file.

    Raises
    ------
    InputError
        From every method, if the file is damaged, is not Parquet, ends the process that decodes it, or cannot be read
        within the bounds of :mod:`synthcode.bounded.limits`.
    """

    def __init__(
        self, path: Path, again: str = "fetch or write the file again", problem: str = "cannot be read as Parquet"
    ) -> None:
        self._path, self._again, self._problem = path, again, problem
        self._decoder = ParquetDecoder(path, again, problem)

    def schema(self) -> pa.Schema:
        """Return the names and types of the columns."""
        if is_vouched_for(self._path):
            return self._decoder.schema()
        (packed,) = self._isolated(partial(_schema, self._decoder))
        return pa.ipc.read_schema(packed)

    def number_of_rows(self) -> int:
        """Return how many rows the footer says that there are."""
        if is_vouched_for(self._path):
            return self._decoder.number_of_rows()
        (number,) = self._isolated(partial(_number_of_rows, self._decoder))
        return number

    def batches(self, columns: Sequence[str] | None, rows: int) -> Iterator[Rows]:
        """Yield all rows in order, at most ``rows`` at a time and no more than ``limits.BATCH`` bytes.

        Parameters
        ----------
        columns
            Names of those that are read, in this order; None reads all. Names that the file lacks are left out.
        rows
            The most rows at a time.
        """
        if is_vouched_for(self._path):
            yield from self._decoder.batches(columns, rows)
            return
        for packed in self._isolated(partial(_batches, self._decoder, columns, rows)):
            yield Rows(packed.first, packed.size, None if packed.content is None else _unpacked(packed.content))

    def _isolated(self, source: Callable[[], Iterable[Item]]) -> Iterator[Item]:
        refuse_special(self._path)
        try:
            yield from isolated(source)
        except WorkerLostError as loss:
            what = f"the process that decoded it ended ({loss})"
            raise InputError(f"{self._path} {self._problem}: {what}", self._again) from loss


class _Packed(NamedTuple):
    """Rows on their way from one process to another."""

    first: int
    size: int
    content: pa.Buffer | None
    """As a stream of Arrow's IPC format, which holds no more than the rows."""


def _schema(decoder: ParquetDecoder) -> Iterator[pa.Buffer]:
    yield decoder.schema().serialize()


def _number_of_rows(decoder: ParquetDecoder) -> Iterator[int]:
    yield decoder.number_of_rows()


def _batches(decoder: ParquetDecoder, columns: Sequence[str] | None, rows: int) -> Iterator[_Packed]:
    for found in decoder.batches(columns, rows):
        yield _Packed(found.first, found.size, None if found.batch is None else _content(found.batch))


def _content(batch: pa.RecordBatch) -> pa.Buffer:
    batch.validate()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return sink.getvalue()


def _unpacked(content: pa.Buffer) -> pa.RecordBatch:
    with pa.ipc.open_stream(content) as reader:
        batch = reader.read_next_batch()
    batch.validate()
    return batch
