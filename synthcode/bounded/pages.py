"""What the pages of a Parquet column say of themselves, without unpacking them.

A footer may say anything of sizes; a decoder allocates what the page headers say. Those are read here: Thrift's compact
protocol, as far as ``PageHeader`` of parquet-format uses it. pyarrow does not show them.
"""

from __future__ import annotations

from typing import IO, Any, NamedTuple

from synthcode.bounded import limits

DATA, INDEX, DICTIONARY, DATA_V2 = 0, 1, 2, 3
DICTIONARY_CODED = (2, 8)
"""PLAIN_DICTIONARY and RLE_DICTIONARY."""
DELTA_BYTE_ARRAY = 7
_FIRST_READ = 4_096
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)
_LEVELS = 8


class Page(NamedTuple):
    """One page of a column."""

    kind: int
    size: int
    """Bytes, unpacked."""
    values: int
    """Values in it, nulls included; 0 for an index page."""
    encoding: int
    place: int
    """Where its content begins in the file."""
    packed: int
    """Bytes of its content in the file."""


def read_pages(stream: IO[bytes], start: int, length: int) -> list[Page]:
    """Return the pages of a column chunk.

    Parameters
    ----------
    stream
        The file.
    start, length
        Where the chunk is in it, in bytes.

    Raises
    ------
    ValueError
        If a header cannot be read.
    """
    pages, place, end = [], start, start + length
    while place < end:
        header, size = _read_header(stream, place, min(end - place, limits.PAGE_HEADER))
        page = _page(header, place + size)
        pages.append(page)
        place = page.place + page.packed
    return pages


def _page(header: dict[int, Any], place: int) -> Page:
    kind = _number(header, 1)
    inner = header.get({DATA: 5, DICTIONARY: 7, DATA_V2: 8}.get(kind, 0), {})
    if not isinstance(inner, dict):
        raise ValueError("a page header is damaged")
    values, encoding = _number(inner, 1, 0), _number(inner, 4 if kind == DATA_V2 else 2, 0)
    return Page(kind, _number(header, 2), values, encoding, place, _number(header, 3))


def _number(fields: dict[int, Any], key: int, absent: int | None = None) -> int:
    value = fields.get(key, absent)
    if not isinstance(value, int) or value < 0:
        raise ValueError("a page header is damaged")
    return value


def _read_header(stream: IO[bytes], place: int, most: int) -> tuple[dict[int, Any], int]:
    size = min(_FIRST_READ, most)
    while True:
        stream.seek(place)
        reader = _Compact(stream.read(size))
        try:
            return reader.struct(_LEVELS), reader.place
        except IndexError:  # the header goes on
            if size >= most:
                raise ValueError("a page header does not end") from None
            size = min(size * 16, most)


class _Compact:
    """Thrift's compact protocol: integers and nested structs are kept, the rest is skipped."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.place = 0

    def struct(self, levels: int) -> dict[int, Any]:
        if levels == 0:
            raise ValueError("a page header is nested too deeply")
        fields: dict[int, Any] = {}
        field = 0
        while head := self._byte():
            field = field + (head >> 4) if head >> 4 else self._zigzag()
            fields[field] = self._value(head & 0x0F, levels)
        return fields

    def _value(self, kind: int, levels: int) -> Any:
        if kind in (_TRUE, _FALSE):
            return None
        if kind in (_I16, _I32, _I64):
            return self._zigzag()
        if kind == _STRUCT:
            return self.struct(levels - 1)
        if kind == _BINARY:
            return self._skip(self._varint())
        if kind in (_BYTE, _DOUBLE):
            return self._skip(1 if kind == _BYTE else 8)
        raise ValueError("a page header holds what none has")  # lists, sets and maps

    def _skip(self, size: int) -> None:
        self.place += size
        if self.place > len(self._data):
            raise IndexError

    def _byte(self) -> int:
        value = self._data[self.place]
        self.place += 1
        return value

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value
            if shift > 63:
                raise ValueError("a page header holds a number that is too long")

    def _zigzag(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)
