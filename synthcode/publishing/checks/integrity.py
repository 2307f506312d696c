"""Whether what a dataset's tables say of each other is true: splits share nothing, judgements name what there is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt

from synthcode.bounded import limits
from synthcode.bounded.parquet import ParquetRows
from synthcode.errors import InputError, first_line
from synthcode.publishing.checks.validation import AGAIN, Shards

ROWS = 65_536
"""Rows in memory at a time."""

Hashes = npt.NDArray[np.int64]
"""Sorted: eight bytes an id, however long it is. That two of a billion ids share one has a chance of 3 %."""

SEPARATE = (("triplets", "seed_id"), ("programs", "seed_id"), ("texts", "seed_id"), ("triplets", "cluster_id"))
"""Columns whose values may be in only one split."""


Row = tuple[str, ...]


def check_disjoint_splits(shards: Shards) -> None:
    """Prove that no seed and no cluster is in two splits.

    Raises
    ------
    InputError
        Naming the file, row, column and value that is in another split too.
    """
    splits = sorted({split for _, split in shards})
    for config, column in SEPARATE:
        files = {split: shards[config, split] for split in splits if (config, split) in shards}
        known = {split: _hashes(_rows(files[split], column)) for split in files}
        for one, other in combinations(files, 2):
            shared = np.intersect1d(known[one], known[other], assume_unique=True)
            if shared.size:
                _refuse_shared(column, one, files[one], files[other], set(shared.tolist()))


def _refuse_shared(column: str, split: str, one: Sequence[Path], other: Sequence[Path], shared: set[int]) -> None:
    suspects = {row for row in _rows(one, column) if hash(row) in shared}
    for file, first, rows in _batches(other, [column]):
        for number, row in enumerate(rows, first):
            if row in suspects:
                raise InputError(f"{file}: row {number:,}: {column} {row[0]!r} is in split {split!r} too", AGAIN)


def check_judgements(shards: Shards) -> None:
    """Prove that every query and every document that ``qrels`` names is in its split, in the language that it says.

    Raises
    ------
    InputError
        Naming the file, row, column and id.
    """
    for split in sorted({split for config, split in shards if config == "qrels"}):
        texts = (("text", seed) for (seed,) in _rows(shards["texts", split], "seed_id"))
        programs = _rows(shards["programs", split], "language", "program_id", "document_id")
        documents = ((language, program) for language, program, document in programs if program == document)
        known = _hashes(chain(texts, documents))
        for side in ("query", "corpus"):
            _refuse_unknown(shards["qrels", split], side, known)


def _refuse_unknown(files: Sequence[Path], side: str, known: Hashes) -> None:
    for file, first, rows in _batches(files, [f"{side}_language", f"{side}_id"]):
        hashes = np.fromiter(map(hash, rows), np.int64, len(rows))
        unknown = np.flatnonzero(~_are_among(hashes, known))
        if unknown.size:
            language, name = rows[unknown[0]]
            what = "text" if language == "text" else f"document in {language!r}"
            where = f"{file}: row {first + int(unknown[0]):,}"
            raise InputError(f"{where}: {side}_id {name!r} is not a {what} of its split", AGAIN)


def _are_among(hashes: Hashes, known: Hashes) -> npt.NDArray[np.bool_]:
    """Return, for each hash, whether it is known; np.isin would sort all that is known again for every batch."""
    if known.size == 0:
        return np.zeros(hashes.size, np.bool_)
    place = np.searchsorted(known, hashes)
    found: npt.NDArray[np.bool_] = np.take(known, place, mode="clip") == hashes
    return found


def _hashes(rows: Iterable[Row]) -> Hashes:
    return np.unique(np.fromiter(map(hash, rows), np.int64))


def _rows(files: Sequence[Path], *columns: str) -> Iterator[Row]:
    return chain.from_iterable(rows for _, _, rows in _batches(files, list(columns)))


def _batches(files: Sequence[Path], columns: list[str]) -> Iterator[tuple[Path, int, list[Row]]]:
    """Yield file, number of the first row (from 1) and rows, a batch at a time."""
    for file in files:
        first = 1
        for found in ParquetRows(file, AGAIN, "cannot be read").batches(columns, ROWS):
            if found.batch is None:
                raise InputError(f"{file}: row {found.first:,} is larger than {limits.ROW:,} bytes", AGAIN)
            try:
                rows = list(zip(*(found.batch.column(name).to_pylist() for name in columns), strict=True))
            except (KeyError, UnicodeDecodeError) as problem:
                raise InputError(f"{file} cannot be read: {first_line(problem)}", AGAIN) from problem
            yield file, first, rows
            first += len(rows)
