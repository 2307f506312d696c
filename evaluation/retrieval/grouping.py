"""Rows of a sorted table that have the same keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def sorted_groups(table: pa.Table, keys: Sequence[str]) -> Iterator[tuple[dict[str, Any], int, pa.Table]]:
    """Yield the keys' values, the first row and the rows of each group of a table that is sorted by its keys."""
    if table.num_rows == 0:
        return
    differs = np.zeros(table.num_rows, dtype=np.bool_)
    differs[0] = True
    for key in keys:
        column = table[key].combine_chunks()
        differs[1:] |= np.asarray(pc.not_equal(column[1:], column[:-1]))
    starts = np.flatnonzero(differs)
    values = table.select(list(keys)).take(pa.array(starts)).to_pylist()
    for row, start, end in zip(values, starts, [*starts[1:], table.num_rows], strict=True):
        yield row, int(start), table.slice(start, end - start)
