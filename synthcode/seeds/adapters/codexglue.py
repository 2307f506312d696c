"""Programs of CodeXGLUE's benchmarks of clones and defects, in its files or as the Hub's Parquet.

They have no descriptions: they are read to be held against the programs of a run (``dedup --against``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from synthcode.errors import InputError
from synthcode.seeds.adapters.adapter import Adapter
from synthcode.seeds.config import SeedsConfig
from synthcode.seeds.raw import RawSeed
from synthcode.seeds.rows.files import DataFile, data_files, existing, file_digests
from synthcode.seeds.rows.formats import columns_of, read_rows
from synthcode.seeds.rows.json_array import read_objects
from synthcode.seeds.rows.row import Row

_ARRAY = "function.json"
"""Devign's functions, before CodeXGLUE's script cuts them into splits."""


class _Benchmark(NamedTuple):
    name: str
    language: str
    programs: tuple[tuple[tuple[str, ...], str], ...]
    """Of each program of a row: what the column of its id may be called, and the column of its code."""

    def read(self, config: SeedsConfig) -> Iterator[RawSeed]:
        """Yield every program once, those that are in many pairs as well.

        Raises
        ------
        InputError
            If no file has a program, or one is broken.
        """
        seen: set[tuple[str, object]] = set()
        is_there = False
        for file in _files(config.path):
            for row in self._rows(file):
                is_there = True
                for seed in self._seeds(row, config):
                    key = (seed.source_id, seed.code)
                    if seed.problem is not None or key not in seen:
                        seen.add(key)
                        yield seed
        if not is_there:
            columns = " or ".join(repr(code) for _, code in self.programs)
            raise InputError(
                f"{config.path} has no table with a column {columns}", f"give the folder that {self.name} is in"
            )

    def _rows(self, file: DataFile) -> Iterator[Row]:
        if file.name.rpartition("/")[2] == _ARRAY:
            return read_objects(file)
        present = columns_of(file)
        if not any(code in present for _, code in self.programs):
            return iter(())  # CodeXGLUE's predictions and answers lie next to its data
        return read_rows(file, {name for ids, code in self.programs for name in (*ids, code)})

    def _seeds(self, row: Row, config: SeedsConfig) -> Iterator[RawSeed]:
        source, language = config.source or self.name, config.language or self.language
        if row.problem is not None:
            yield RawSeed(source, row.place, problem=row.problem)
            return
        for ids, code in self.programs:
            if code in row.cells:
                name = next((row.cells[id_] for id_ in ids if row.cells.get(id_) is not None), row.place)
                name = name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)
                cell = row.cells[code]
                yield RawSeed(source, name, language, code=cell if isinstance(cell, str | bytes) else None)


def inputs(config: SeedsConfig) -> dict[str, str]:
    """Return the SHA-256 of every file that is read, by its name."""
    return file_digests(_files(config.path))


def _files(path: str) -> list[DataFile]:
    """Return the tables below a folder, or Devign's array if there are none."""
    root = existing(path)
    arrays = [DataFile(place, root / place) for place in (_ARRAY, f"dataset/{_ARRAY}") if (root / place).is_file()]
    return arrays or data_files(path)


BIGCLONEBENCH = Adapter(
    _Benchmark("bigclonebench", "java", ((("idx",), "func"), (("id1",), "func1"), (("id2",), "func2"))).read, inputs
)
POJ104 = Adapter(_Benchmark("poj104", "cpp", ((("index", "id"), "code"),)).read, inputs)
DEVIGN = Adapter(_Benchmark("devign", "c", ((("idx", "id"), "func"),)).read, inputs)
