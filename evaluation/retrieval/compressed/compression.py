"""How vectors are made smaller: how many dimensions are kept, and in which numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from synthcode.errors import InputError
from synthcode.vocabulary import PRECISIONS, Precision


class Compression(NamedTuple):
    """A width and a precision."""

    dims: int
    """The first so many dimensions are kept."""
    precision: Precision

    @property
    def bytes_per_vector(self) -> int:
        """The bytes that one vector takes in an index."""
        return {"float32": 4 * self.dims, "int8": self.dims, "binary": -(-self.dims // 8)}[self.precision]

    def __str__(self) -> str:
        """Return its name in tables: ``128 int8``."""
        return f"{self.dims} {self.precision}"


def compressions(name: str, width: int, dims: Sequence[int], precisions: Sequence[Precision]) -> list[Compression]:
    """Return every combination, the widest and most precise first.

    Parameters
    ----------
    name
        The encoder's, for errors.
    width
        Of its vectors.
    dims
        How many dimensions to keep; empty keeps all.
    precisions
        Empty keeps float32.

    Raises
    ------
    InputError
        If a number of dimensions exceeds the width.
    """
    if too_many := [number for number in dims if number > width]:
        raise InputError(
            f"--dims {too_many[0]}: the vectors of {name} have {width} dimensions", f"give at most {width} dimensions"
        )
    kept = sorted(set(dims) or {width}, reverse=True)
    return [Compression(number, one) for number in kept for one in PRECISIONS if one in (precisions or PRECISIONS[:1])]
