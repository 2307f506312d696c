"""Pairs of a translation that fails its tests and another program of its seed."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.dataset.clones.negatives import Rows
from synthcode.dedup.texts import I64


def failed_pairs(rows: Rows) -> I64:
    """Pair every failing translation with the programs of its seed that do not fail: (pairs, 2), ascending."""
    sound = np.flatnonzero(~rows.failing)
    sound = sound[np.argsort(rows.seed[sound], kind="stable")]
    failing = np.flatnonzero(rows.failing)
    start = np.searchsorted(rows.seed[sound], rows.seed[failing], side="left")
    count = np.searchsorted(rows.seed[sound], rows.seed[failing], side="right") - start
    shift = np.repeat(start - (np.cumsum(count) - count), count)
    partners = sound[np.arange(int(count.sum())) + shift]
    return np.sort(np.stack([np.repeat(failing, count), partners], axis=1), axis=1)


def without_equal(failing: pa.Table, programs: Iterable[pa.Table]) -> pa.Table:
    """Leave out failing translations that equal a program of their seed and language once both are anonymous.

    They fail because of a name only, for instance that of the entry point.

    Parameters
    ----------
    failing
        ``seed_id``, ``language``, ``code_anonymous`` and other columns.
    programs
        ``seed_id``, ``language`` and ``code_anonymous``.
    """
    keys = _keys(failing)
    equal = np.zeros(failing.num_rows, dtype=bool)
    for batch in programs:
        equal |= pc.is_in(keys, value_set=_keys(batch)).to_numpy(zero_copy_only=False)
    return failing.filter(pa.array(~equal))


def _keys(programs: pa.Table) -> pa.Array:
    texts = [programs[name].cast(pa.large_string()) for name in ("seed_id", "language", "code_anonymous")]
    return pc.binary_join_element_wise(*texts, pa.scalar("\n", pa.large_string())).combine_chunks()
