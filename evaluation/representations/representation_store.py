"""Representations on disk, in one SQLite file for each model, so that no text is encoded twice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from synthcode.evaluation.representations.representer import Representation
from synthcode.evaluation.sqlite_files import SqliteFile

NAME = "representations.sqlite"
_APPLICATION = 0x73796E74  # "synt"
_SCHEMA = """
CREATE TABLE representations (text BLOB PRIMARY KEY, numbers BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE work (texts INTEGER NOT NULL, seconds REAL NOT NULL);
"""
_LOOKED_UP = 500
"""Texts at a time."""


class RepresentationStore(SqliteFile):
    """The representations of one model.

    Parameters
    ----------
    folder
        Where its file lies; the caller holds it.
    width
        Numbers in each row of a representation.

    Raises
    ------
    InputError
        If the file is damaged, or something else.
    StorageError
        If it cannot be read or written.
    """

    def __init__(self, folder: Path, width: int) -> None:
        super().__init__(folder / NAME, _APPLICATION, _SCHEMA, "its texts are encoded again")
        self._width = width

    def known(self, keys: Sequence[bytes]) -> set[bytes]:
        """Return which texts have a representation."""
        return {key for (key,) in self._rows("text", keys)}

    def read(self, keys: Sequence[bytes]) -> dict[bytes, Representation]:
        """Return representations, each once."""
        return {
            key: np.frombuffer(numbers, dtype="<f4").reshape(-1, self._width)
            for key, numbers in self._rows("text, numbers", keys)
        }

    def add(self, keys: Sequence[bytes], representations: Sequence[Representation], seconds: float) -> None:
        """Store representations; they are on the disk when this returns."""
        rows = [(key, one.astype("<f4").tobytes()) for key, one in zip(keys, representations, strict=True)]
        with self.transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO representations VALUES (?, ?)", rows)
            connection.execute("INSERT INTO work VALUES (?, ?)", (len(rows), seconds))

    def drop(self) -> None:
        """Remove all representations: every text is encoded again."""
        with self.transaction() as connection:
            connection.execute("DELETE FROM representations")
            connection.execute("DELETE FROM work")

    def effort(self) -> tuple[int, float]:
        """Return how many texts were encoded, in all runs, and the seconds that it took."""
        with self.connection() as connection:
            texts, seconds = connection.execute("SELECT SUM(texts), SUM(seconds) FROM work").fetchone()
        return int(texts or 0), float(seconds or 0.0)

    def _rows(self, columns: str, keys: Sequence[bytes]) -> list[tuple[bytes, ...]]:
        rows: list[tuple[bytes, ...]] = []
        with self.connection() as connection:
            for start in range(0, len(keys), _LOOKED_UP):
                some = keys[start : start + _LOOKED_UP]
                marks = ",".join("?" * len(some))
                rows += connection.execute(f"SELECT {columns} FROM representations WHERE text IN ({marks})", some)
        return rows
