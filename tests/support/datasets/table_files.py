"""Files of rows that tests write, and what reading them gives."""

from __future__ import annotations

from pathlib import Path

from synthcode.seeds.rows.files import DataFile
from synthcode.seeds.rows.formats import read_rows
from synthcode.seeds.rows.row import Row


def written(folder: Path, name: str, content: bytes | str) -> DataFile:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return DataFile(name, path)


def read(file: DataFile, columns: str = "abc") -> list[Row]:
    return list(read_rows(file, list(columns)))


def outcome(rows: list[Row]) -> list[object]:
    return [row.problem.reason if row.problem else dict(row.cells) for row in rows]
