"""Which keys more than one program has, found without holding all programs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.dataset.retrieval import EQUALITY_KEYS

U64 = npt.NDArray[np.uint64]

_DIGITS = 16
"""Of each key, the hexadecimal digits that are in memory."""
_ROWS_AT_ONCE = 8_192


class RepeatedKeys:
    """Takes the keys of programs (schema ``EQUALITY_KEYS``), and finds those that occur more than once.

    Memory holds 8 bytes a program; the rows are in a file, which leaving the ``with`` block removes.

    Parameters
    ----------
    file
        Where rows are written; its folder is made where missing.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._parts: list[U64] = []
        self._sink: pa.RecordBatchFileWriter | None = None

    def __enter__(self) -> Self:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._sink = pa.ipc.new_file(str(self._file), EQUALITY_KEYS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._sink is not None:
            with suppress(OSError):  # the contents are no longer needed
                self._sink.close()
        self._file.unlink(missing_ok=True)

    def add(self, keys: pa.Table) -> None:
        """Add rows of schema ``EQUALITY_KEYS``."""
        assert self._sink is not None
        rows = keys.cast(EQUALITY_KEYS).combine_chunks()
        self._sink.write_table(rows, _ROWS_AT_ONCE)
        self._parts.append(_first_digits(rows["equality"]))

    def repeated(self) -> pa.Table:
        """Return the rows whose key another program has, in the order in which they came; no more may be added."""
        assert self._sink is not None
        self._sink.close()
        self._sink = None
        numbers = np.sort(np.concatenate([np.empty(0, np.uint64), *self._parts]))
        self._parts.clear()
        suspects = np.unique(numbers[1:][numbers[1:] == numbers[:-1]])
        rows = pa.concat_tables([EQUALITY_KEYS.empty_table(), *self._rows_among(suspects)])
        counts = rows.group_by("equality").aggregate([("program_id", "count")])
        several = counts.filter(pc.greater(counts["program_id_count"], 1))["equality"].combine_chunks()
        return rows.filter(pc.is_in(rows["equality"], value_set=several))

    def _rows_among(self, suspects: U64) -> Iterator[pa.Table]:
        with pa.OSFile(str(self._file), "rb") as source, pa.ipc.open_file(source) as reader:
            for number in range(reader.num_record_batches):
                rows = pa.Table.from_batches([reader.get_batch(number)])
                chosen = np.isin(_first_digits(rows["equality"]), suspects)
                if chosen.any():
                    yield rows.filter(pa.array(chosen))


def _first_digits(keys: pa.ChunkedArray) -> U64:
    """Return the number that the first digits of each key are."""
    text = "".join(pc.utf8_slice_codeunits(keys, 0, _DIGITS).to_pylist())
    return np.frombuffer(bytes.fromhex(text), dtype=np.uint64)
