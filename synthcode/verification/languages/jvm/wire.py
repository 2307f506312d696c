"""What goes to the drivers in Java and what comes back, in bytes: numbers are big-endian, texts have their length."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from synthcode.verification.cases.case import Value


class Compiled(NamedTuple):
    """What a compiler made of a program."""

    classes: Mapping[str, bytes]
    """Name -> class file; nothing if it was refused."""
    message: str
    """The compiler's first message, if it was refused."""


def encoded_text(text: str) -> bytes:
    """Return a text as drivers read it."""
    return encoded_bytes(text.encode("utf-8", "replace"))


def encoded_bytes(data: bytes) -> bytes:
    """Return bytes as drivers read them."""
    return struct.pack(">i", len(data)) + data


def encoded_cases(cases: Mapping[int, Sequence[Value]]) -> bytes:
    """Return the arguments of cases, by place, for ``Call.all``. Expected results are not among them."""
    parts = [struct.pack(">i", len(cases))]
    for place, arguments in cases.items():
        parts.append(struct.pack(">ii", place, len(arguments)))
        parts += map(_encoded_value, arguments)
    return b"".join(parts)


def encoded_program(main: str, entry_point: str, cases: bytes, classes: Mapping[str, bytes]) -> bytes:
    """Return a compiled program for ``Program.read``."""
    parts = [encoded_text(main), encoded_text(entry_point), encoded_bytes(cases), struct.pack(">i", len(classes))]
    for name, data in classes.items():
        parts += (encoded_text(name), encoded_bytes(data))
    return b"".join(parts)


def compiled_programs(output: bytes) -> list[Compiled]:
    """Return what a driver that compiles has written: fewer than all programs if it ended early."""
    reader = _Reader(output)
    found = []
    try:
        while reader.has_more():
            reader.integer()
            message = reader.text()
            classes = {reader.text(): reader.content() for _ in range(reader.integer())}
            found.append(Compiled(classes, message))
    except EOFError:
        pass
    return found


def driver_lines(output: bytes, nonces: Sequence[str]) -> dict[str, list[str]]:
    """Return the lines that begin with each nonce, without it, in order."""
    found: dict[str, list[str]] = {nonce: [] for nonce in nonces}
    for line in output.decode("utf-8", "replace").split("\n"):
        nonce, _, text = line.partition(" ")
        if nonce in found:
            found[nonce].append(text)
    return found


_TAGS: Mapping[type, bytes] = {list: b"l", tuple: b"u", set: b"e", frozenset: b"e", dict: b"m"}


def _encoded_value(value: Value) -> bytes:
    if value is None:
        return b"n"
    if isinstance(value, bool):
        return b"t" if value else b"f"
    if isinstance(value, int):
        return b"i" + encoded_text(str(value))
    if isinstance(value, float):
        return b"d" + struct.pack(">d", value)
    if isinstance(value, str):
        return b"s" + encoded_text(value)
    return _TAGS[type(value)] + struct.pack(">i", len(value)) + b"".join(map(_encoded_value, _items(value)))


def _items(value: Value) -> Iterator[Value]:
    return (part for pair in value.items() for part in pair) if isinstance(value, dict) else iter(value)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def has_more(self) -> bool:
        return self._place < len(self._data)

    def integer(self) -> int:
        return int(struct.unpack(">i", self._take(4))[0])

    def content(self) -> bytes:
        return self._take(self.integer())

    def text(self) -> str:
        return self.content().decode("utf-8", "replace")

    def _take(self, count: int) -> bytes:
        found = self._data[self._place : self._place + count]
        if count < 0 or len(found) < count:
            raise EOFError
        self._place += count
        return found
