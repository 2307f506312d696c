"""Texts as arrays, as kernels read them, threads receive them and buffers store them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


class Texts(NamedTuple):
    """Texts as concatenated UTF-8."""

    utf8: U8
    borders: I64
    """Shape (n_texts + 1,): text ``i`` is ``utf8[borders[i]:borders[i + 1]]``; the first is 0."""

    @classmethod
    def of(cls, texts: pa.LargeStringArray) -> Texts:
        """Return Arrow's texts, not copied; none of them may be null."""
        _, borders, data = texts.buffers()
        own = np.frombuffer(borders, dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
        utf8 = np.frombuffer(data or b"", dtype=np.uint8)[own[0] : own[-1]]
        return cls(utf8, own - own[0])

    @property
    def size(self) -> int:
        """Number of texts."""
        return self.borders.size - 1

    def slice(self, first: int, last: int) -> Texts:
        """Return texts ``first`` to ``last - 1``, not copied."""
        borders = self.borders[first : last + 1]
        return Texts(self.utf8[borders[0] : borders[-1]], borders - borders[0])

    def take(self, places: I64) -> Texts:
        """Return the texts at these places."""
        starts, ends = self.borders[places], self.borders[places + 1]
        view = self.utf8.data
        joined = b"".join([view[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)])
        return Texts(np.frombuffer(joined, dtype=np.uint8), offsets(ends - starts))

    def as_arrow(self) -> pa.LargeStringArray:
        """Return the texts as Arrow's, not copied."""
        return pa.LargeStringArray.from_buffers(self.size, pa.py_buffer(self.borders), pa.py_buffer(self.utf8))


def offsets(sizes: I64) -> I64:
    """Return the offset of each of several concatenated runs, and the end of the last one."""
    return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(sizes)))
