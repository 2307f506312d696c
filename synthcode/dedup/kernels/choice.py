"""The loops over shingles: of whole arrays for a few programs, compiled for many. Both compute the same, bit by bit.

To compile them takes a processor about seven seconds once, and to load what is compiled most of a second in every
process: more than a few hundred programs take without.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np

from synthcode.dedup.kernels import arrays
from synthcode.dedup.texts import F64, I64, U8, U32

if TYPE_CHECKING:
    from types import ModuleType

BYTES_UNCOMPILED = 1 << 23
"""Bytes of text and signatures that a process reads, in all, before it compiles the loops: about two seconds' work."""
_PAIR = 512
"""Bytes that could have been read while a pair is set up."""


class _Kernels:
    """Chooses by the work that the process has done: a search in many small tables is a large one."""

    def __init__(self) -> None:
        self._read = 0

    def are_compiled_for(self, size: int) -> bool:
        return self._read + size > BYTES_UNCOMPILED

    @property
    def are_loaded(self) -> bool:
        return "synthcode.dedup.kernels.compiled" in sys.modules

    def for_work(self, size: int) -> ModuleType:
        self._read += size
        if self._read <= BYTES_UNCOMPILED:
            return arrays
        from synthcode.dedup.kernels import compiled  # numba takes half a second

        return compiled


_KERNELS = _Kernels()


def will_compile(size: int) -> bool:
    """Return whether the loops are compiled, or loaded from where they were kept, for ``size`` more bytes of text."""
    return _KERNELS.are_compiled_for(size) and not _KERNELS.are_loaded


def sketch_texts(utf8: U8, borders: I64, ngram: int, random_seed: int, signatures: U8, sizes: I64) -> None:
    """Write the signature of each text, and how many shingles it has; where it has none, its signature is 0."""
    utf8, borders = _readable(utf8), _writable(borders)
    _KERNELS.for_work(utf8.size).sketch_texts(utf8, borders, ngram, random_seed, signatures, sizes)


def hash_bands(signatures: U8, rows: int, keys: U32) -> None:
    """Hash each band of each signature into ``keys``, shape (bands, n_signatures)."""
    _KERNELS.for_work(signatures.size).hash_bands(signatures, rows, keys)


def count_agreement(signatures: U8, left: I64, right: I64) -> I64:
    """Count the slots in which signatures ``left[i]`` and ``right[i]`` agree."""
    kernels = _KERNELS.for_work(left.size * signatures.shape[1])
    agreement: I64 = kernels.count_agreement(_readable(signatures), left, right)
    return agreement


def jaccard_similarities(utf8: U8, borders: I64, left: I64, right: I64, ngram: int) -> F64:
    """Return the Jaccard similarity of the shingle sets of each pair of texts; 0 where neither has a shingle."""
    # Of these pairs only: the borders are those of all texts.
    length = sum(int((borders[texts + 1] - borders[texts]).sum()) for texts in (left, right))
    work = length + _PAIR * left.size
    kernels = _KERNELS.for_work(work)
    left, right = _writable(left), _writable(right)
    similarities: F64 = kernels.jaccard_similarities(_readable(utf8), _writable(borders), left, right, ngram)
    return similarities


def _readable(data: U8) -> U8:
    """Return bytes as an array that cannot be written: the loops are compiled again for one that can."""
    data = data.view()
    data.flags.writeable = False
    return data


def _writable(numbers: I64) -> I64:
    """Return numbers as an array that can be written, copied if they came from another process."""
    return np.require(numbers, requirements="W")
