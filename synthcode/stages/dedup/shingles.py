"""Character shingles of programs, hashed a run of documents at a time.

A character is a Unicode code point. A shingle is a run of ``ngram`` neighbouring characters of one document,
known by a 64-bit hash: that two different shingles of a pair of documents share one has a chance below 1e-12
for documents of a thousand characters, so sets of hashes stand for sets of shingles.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
Number = TypeVar("Number", bound=np.generic)

RUN_BYTES = 1 << 15
"""Bytes of text that are hashed together: few enough that the arrays stay in a processor's cache."""

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


class Shingles(NamedTuple):
    """The shingles of some documents, one document after another."""

    hashes: U64
    """Shape (n_shingles,)."""
    offsets: I64
    """Shape (n_documents + 1,): document ``i`` owns ``hashes[offsets[i]:offsets[i + 1]]``."""


def hashed_shingles(texts: pa.LargeStringArray, ngram: int) -> Iterator[Shingles]:
    """Hash the shingles of each text, in the order of the text, repeats included.

    Yields
    ------
    Shingles
        Those of the next few documents. A text shorter than ``ngram`` has none.
    """
    utf8, borders = text_bytes(texts)
    first = 0
    while first < len(texts):
        last = int(np.searchsorted(borders, borders[first] + RUN_BYTES, side="right")) - 1
        last = max(last, first + 1)
        run = utf8[borders[first] : borders[last]]
        yield _windows(*_code_points(run, borders[first : last + 1] - borders[first]), ngram)
        first = last


def text_bytes(texts: pa.LargeStringArray) -> tuple[npt.NDArray[np.uint8], I64]:
    """Return the UTF-8 of texts, not copied, and where in it each of them begins and the last one ends."""
    _, offsets, data = texts.buffers()
    borders = np.frombuffer(offsets, dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    utf8 = np.frombuffer(data or b"", dtype=np.uint8)[borders[0] : borders[-1]]
    return utf8, borders - borders[0]


def shingle_sets(texts: pa.LargeStringArray, ngram: int) -> Shingles:
    """Return the distinct shingles of each text, their hashes in ascending order."""
    hashes: list[U64] = []
    sizes: list[I64] = []
    for run in hashed_shingles(texts, ngram):
        bounds = run.offsets.tolist()
        for start, end in pairwise(bounds):
            run.hashes[start:end].sort()
        changes = np.ones(run.hashes.size + 1, dtype=bool)
        np.not_equal(run.hashes[1:], run.hashes[:-1], out=changes[1:-1])
        changes[run.offsets] = True
        distinct = np.flatnonzero(changes[:-1])
        hashes.append(run.hashes.take(distinct))
        sizes.append(np.diff(np.searchsorted(distinct, run.offsets)))
    return Shingles(_joined(hashes, np.uint64), _offsets(_joined(sizes, np.int64)))


def _code_points(utf8: npt.NDArray[np.uint8], borders: I64) -> tuple[npt.NDArray[np.integer], I64]:
    """Decode documents: their code points, and where each of them begins and the last one ends."""
    if not (utf8 > 0x7F).any():
        return utf8, borders
    # Every byte but a continuation byte (10xxxxxx) begins a character.
    characters_before = np.concatenate(([0], np.cumsum((utf8 & 0xC0) != 0x80)))
    points = np.frombuffer(utf8.tobytes().decode("utf-8").encode("utf-32-le"), dtype=np.uint32)
    return points, characters_before[borders]


def _windows(points: npt.NDArray[np.integer], borders: I64, ngram: int) -> Shingles:
    """Hash every window of ``ngram`` code points that lies within one document: a polynomial modulo 2^64."""
    sizes = np.maximum(np.diff(borders) - (ngram - 1), 0)
    count = max(points.size - (ngram - 1), 0)
    wide = points.astype(np.uint64)
    hashes = wide[:count].copy()
    for place in range(1, ngram):
        hashes *= _MULTIPLIER
        hashes += wide[place : place + count]
    starts = borders[:-1].tolist()
    within = [hashes[start : start + size] for start, size in zip(starts, sizes.tolist(), strict=True)]
    return Shingles(_joined(within, np.uint64), _offsets(sizes))


def _offsets(sizes: I64) -> I64:
    return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(sizes)))


def _joined(parts: list[npt.NDArray[Number]], dtype: type[Number]) -> npt.NDArray[Number]:
    return np.concatenate(parts) if parts else np.empty(0, dtype=dtype)
