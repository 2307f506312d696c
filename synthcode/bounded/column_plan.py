"""How many rows of a Parquet column may be decoded at a time."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import IO, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from synthcode.bounded import limits
from synthcode.bounded.pages import DATA, DATA_V2, DELTA_BYTE_ARRAY, DICTIONARY, DICTIONARY_CODED, Page, read_pages

_VALUE_BYTES = 16
"""What the decoder holds of a value however small it is: number, levels, offset."""
_LENGTH = struct.Struct("<I")
_CODECS = {"LZ4": "lz4_raw"}
"""Parquet's name -> Arrow's."""


class ColumnPlan(NamedTuple):
    """How a column of a row group is read."""

    rows: int
    """At a time."""
    dictionaries: Sequence[str] = ()
    """Columns whose values stay in their dictionary, for some of its entries are too large to be unpacked."""


class TooLargeError(ValueError):
    """A column that cannot be read within the bounds."""


def column_plan(file: pq.ParquetFile, stream: IO[bytes], group: int, number: int, rows: int) -> ColumnPlan:
    """Return how a column of a row group is read.

    Parameters
    ----------
    file, stream
        The file, for its footer and for its bytes.
    group, number
        Of the row group and the column.
    rows
        The most rows at a time.

    Raises
    ------
    TooLargeError
        If no number of rows is small enough.
    ValueError
        If the pages are damaged.
    """
    leaf, chunk = file.schema.column(number), file.metadata.row_group(group).column(number)
    start = chunk.data_page_offset
    if chunk.dictionary_page_offset is not None and 0 < chunk.dictionary_page_offset < start:
        start = chunk.dictionary_page_offset
    pages = read_pages(stream, start, chunk.total_compressed_size)
    _refuse_large(pages)
    is_text = leaf.physical_type == "BYTE_ARRAY"
    entry = _largest_entry(stream, chunk, pages, rows) if is_text else max(leaf.length or 0, _VALUE_BYTES)
    if leaf.max_repetition_level:
        return _nested_plan(leaf.path, pages, entry, is_text, _Shape(rows, chunk))
    return _flat_plan(leaf.path, pages, entry, is_text, rows)


class _Shape(NamedTuple):
    rows: int
    chunk: pq.ColumnChunkMetaData


def _flat_plan(path: str, pages: Sequence[Page], entry: int, is_text: bool, rows: int) -> ColumnPlan:
    coded = _values(pages, coded=True)
    if coded and entry > limits.ROW:
        return _large_entries_plan(path, pages, entry, is_text, rows)
    if coded:
        rows = min(rows, max(1, limits.BATCH // max(entry, _VALUE_BYTES)))
    while rows > 1 and _densest(pages, rows) > limits.BATCH:
        rows //= 2
    return ColumnPlan(rows)


def _large_entries_plan(path: str, pages: Sequence[Page], entry: int, is_text: bool, rows: int) -> ColumnPlan:
    """Some entries of the dictionary are above the bound of a row: those rows are rejected without being unpacked."""
    if is_text and _fits_dictionary(pages):
        return ColumnPlan(rows, [path])
    if _values(pages, coded=True) * entry > limits.DICTIONARY_EXPANSION:
        raise TooLargeError(f"unpacks an entry of {entry:,} bytes too often")
    return ColumnPlan(max(1, min(rows, limits.BATCH // entry)))


def _nested_plan(path: str, pages: Sequence[Page], entry: int, is_text: bool, shape: _Shape) -> ColumnPlan:
    """One row of a nested column may hold all of its values: no number of rows bounds them."""
    values = sum(page.values for page in pages if page.kind in (DATA, DATA_V2))
    if values > limits.PAGE_VALUES:
        raise TooLargeError(f"holds {values:,} values, more than {limits.PAGE_VALUES:,} in one row group")
    size = sum(page.size for page in pages)
    if size + _values(pages, coded=True) * entry <= 4 * limits.BATCH:
        return ColumnPlan(shape.rows)
    if is_text and _fits_dictionary(pages):
        return ColumnPlan(shape.rows, [path])
    if size > limits.PAGE_RATIO * max(shape.chunk.total_compressed_size, 1) or entry > limits.ROW:
        raise TooLargeError(f"unpacks to {size:,} bytes")
    of_a_row = max(1, (size + _values(pages, coded=True) * entry) // max(shape.chunk.num_values, 1))
    return ColumnPlan(max(1, min(shape.rows, limits.BATCH // (4 * of_a_row))))


def _fits_dictionary(pages: Sequence[Page]) -> bool:
    """Return whether reading a column as a dictionary, which holds each of its values once, is bounded."""
    return sum(page.size for page in pages) <= limits.DICTIONARY_COPY and all(
        page.encoding != DELTA_BYTE_ARRAY for page in pages
    )


def _refuse_large(pages: Sequence[Page]) -> None:
    for page in pages:
        if page.size > max(limits.PAGE, limits.PAGE_RATIO * page.packed):
            raise TooLargeError(f"has a page that unpacks to {page.size:,} bytes, more than {limits.PAGE:,}")
        if page.values > limits.PAGE_VALUES:
            raise TooLargeError(f"has a page of {page.values:,} values, more than {limits.PAGE_VALUES:,}")


def _largest_entry(stream: IO[bytes], chunk: pq.ColumnChunkMetaData, pages: Sequence[Page], rows: int) -> int:
    """Return the size of the largest value that pages hold by reference: to a dictionary, or to the value before."""
    entry = max((page.size for page in pages if page.encoding == DELTA_BYTE_ARRAY), default=0)
    for page in pages:
        if page.kind == DICTIONARY:
            # The page's size is that of all entries: they are looked at only where that could matter.
            entry = max(entry, page.size if page.size * rows <= limits.BATCH else _longest(stream, chunk, page))
    return entry


def _longest(stream: IO[bytes], chunk: pq.ColumnChunkMetaData, page: Page) -> int:
    """Return the size of the longest entry of a dictionary: each is its length in four bytes, and its bytes."""
    stream.seek(page.place)
    packed = stream.read(page.packed)
    try:
        entries = pa.py_buffer(packed)
        if chunk.compression != "UNCOMPRESSED":
            entries = pa.decompress(packed, page.size, codec=_CODECS.get(chunk.compression, chunk.compression).lower())
        longest = place = 0
        unpack = _LENGTH.unpack_from
        for _ in range(page.values):
            length = unpack(entries, place)[0]
            place += 4 + length
            if length > longest:  # quicker than max, in the one loop over values that there is
                longest = length
    except (pa.ArrowException, ValueError, struct.error):
        return page.size
    return min(longest, page.size)


def _values(pages: Sequence[Page], *, coded: bool) -> int:
    """Return how many values there are in pages that hold them by reference, or as they are."""
    by_reference = (*DICTIONARY_CODED, DELTA_BYTE_ARRAY)
    return sum(
        page.values for page in pages if page.kind in (DATA, DATA_V2) and (page.encoding in by_reference) == coded
    )


def _densest(pages: Sequence[Page], rows: int) -> int:
    """Return what the rows that take most come to: all pages that some number of rows in sequence can touch."""
    data = [page for page in pages if page.kind in (DATA, DATA_V2)]
    most = size = values = start = 0
    for end, page in enumerate(data):
        size, values = size + page.size, values + page.values
        # Rows that begin with the last value of the first page reach the page before this one's end.
        while start < end and values - data[start].values - page.values + 2 > rows:
            size, values = size - data[start].size, values - data[start].values
            start += 1
        most = max(most, size)
    return most
