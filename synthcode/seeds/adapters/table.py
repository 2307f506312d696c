"""Seeds in tables: JSON Lines, CSV or Parquet with any columns."""

from __future__ import annotations

from collections.abc import Iterator

from synthcode.errors import InputError
from synthcode.seeds.adapters.adapter import Adapter
from synthcode.seeds.config import SeedsConfig
from synthcode.seeds.raw import RawSeed
from synthcode.seeds.rows.columns import is_wanted, match_columns, seed_from
from synthcode.seeds.rows.files import DataFile, damage_first, data_files, file_digests
from synthcode.seeds.rows.formats import columns_of, read_rows
from synthcode.seeds.rows.misread import misread


def inputs(config: SeedsConfig) -> dict[str, str]:
    """Return the SHA-256 of every file that is read, by its name."""
    return file_digests(data_files(config.path))


def read(config: SeedsConfig) -> Iterator[RawSeed]:
    """Yield the rows of a table, or of every table in a folder.

    Raises
    ------
    InputError
        If there is no table, a file is broken, or a column lacks.
    """
    for file in data_files(config.path):
        yield from _read_file(file, config)


def _read_file(file: DataFile, config: SeedsConfig) -> Iterator[RawSeed]:
    present = columns_of(file)
    with damage_first(file):
        try:
            columns = match_columns(present, config, file.name) if present else {}
        except InputError as problem:
            raise misread(file, present) or problem from None
    for row in read_rows(file, {*columns.values(), *config.keep_columns}):
        seed = seed_from(row, columns, config, config.source or "table")
        if is_wanted(seed, config):
            yield seed


ADAPTER = Adapter(read, inputs)
