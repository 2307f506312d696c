"""Whether a dataset is fit to be published: its files are checked, whatever wrote them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pyarrow as pa

from synthcode.bounded import limits
from synthcode.bounded.files import read_text
from synthcode.bounded.parquet import ParquetRows
from synthcode.errors import InputError, first_line
from synthcode.publishing.card.yaml.front_matter_merge import read_front_matter, split_card
from synthcode.publishing.checks.row_counts import rows_on_card
from synthcode.publishing.dataset_files import CARD_NAME, DATA, LocalFile

AGAIN = "make the dataset again: 'synthcode build RUN --force'"

Shards = Mapping[tuple[str, str], list[Path]]
"""The files of each configuration's splits, in order."""


def find_shards(folder: Path, rows: Mapping[str, Mapping[str, int]]) -> Shards:
    """Return the files of every configuration and split.

    Parameters
    ----------
    folder
        The dataset.
    rows
        Configuration -> split -> rows that it should have.

    Raises
    ------
    InputError
        If a split has no files.
    """
    shards = {
        (config, split): sorted((folder / DATA / config).glob(f"{split}-*.parquet"))
        for config, splits in rows.items()
        for split in splits
    }
    for (config, split), files in shards.items():
        if not files:
            raise InputError(f"{folder} has no files of split {split!r} of {config!r}", AGAIN)
    return shards


def check_rows(rows: Mapping[str, Mapping[str, int]]) -> None:
    """Refuse a dataset of which a configuration has no rows: ``datasets`` could not load it.

    Parameters
    ----------
    rows
        Configuration -> split -> rows.

    Raises
    ------
    InputError
        Naming the configuration.
    """
    for config, splits in rows.items():
        if not sum(splits.values()):
            raise InputError(
                f"the dataset has no rows of {config!r}: there is nothing to load",
                "look at 'synthcode status RUN' for what became of every row",
            )


def check_tables(shards: Shards, schemas: Mapping[str, pa.Schema], rows: Mapping[str, Mapping[str, int]]) -> None:
    """Hold schemas and numbers of rows against what they should be, from the files' footers.

    Raises
    ------
    InputError
        Naming the file and the column, or the split and the numbers.
    """
    for (config, split), files in shards.items():
        found = 0
        for file in files:
            parquet = ParquetRows(file, AGAIN, "cannot be read")
            _refuse_other_schema(file, parquet.schema(), schemas[config])
            found += parquet.number_of_rows()
        if found != rows[config][split]:
            listed = rows[config][split]
            raise InputError(f"{file.parent}: {split} has {found:,} rows, the manifest says {listed:,}", AGAIN)


def _refuse_other_schema(file: Path, found: pa.Schema, expected: pa.Schema) -> None:
    if found.names != expected.names:
        differing = [name for name in expected.names if name not in found.names] or found.names
        raise InputError(f"{file}: columns are not those of the schema; look at {differing[0]!r}", AGAIN)
    for field in expected:
        other = found.field(field.name)
        if not other.equals(field):
            raise InputError(f"{file}: column {field.name!r} is {_type_name(other)}, not {_type_name(field)}", AGAIN)


def _type_name(field: pa.Field) -> str:
    return f"{field.type}{'' if field.nullable else ' not null'}"


def check_card(folder: Path, files: list[LocalFile], shards: Shards, rows: Mapping[str, Mapping[str, int]]) -> str:
    """Hold the card's configurations against the files; return the card.

    Raises
    ------
    InputError
        If it is missing, its front matter cannot be read, a pattern matches no file, a table is in no split or in more
        than one, a split without rows is named (``datasets`` loads nothing of such a configuration), or
        ``dataset_info`` counts other rows than there are.
    """
    path = folder / CARD_NAME
    try:
        text = read_text(path, limits.CARD)
    except OSError as problem:
        raise InputError(f"{path} cannot be read: {first_line(problem)}", AGAIN) from problem
    named: dict[str, tuple[str, str]] = {}
    for config, splits in rows_on_card(text).items():
        for split, counted in splits.items():
            if config in rows and rows[config].get(split) != counted:
                raise InputError(
                    f"{path}: dataset_info has {counted:,} rows in {split!r} of {config!r}, the tables "
                    f"{rows[config].get(split, 0):,}",
                    AGAIN,
                )
    for config, split, pattern in _patterns(read_front_matter(split_card(text)[0], str(path)), path):
        matched = [file.path for file in files if fnmatchcase(file.path, pattern)]
        if not matched:
            raise InputError(f"{path}: {config!r}, split {split!r}: no file is like {pattern!r}", AGAIN)
        for name in matched:
            if named.setdefault(name, (config, split)) != (config, split):
                raise InputError(f"{path}: {name} is in {' / '.join(named[name])} and in {config} / {split}", AGAIN)
    for expected, tables in shards.items():
        config, split = expected
        for table in tables:
            found = named.get(table.relative_to(folder).as_posix())
            if rows[config][split] and found != expected:
                raise InputError(f"{path}: {table} is not named as split {split!r} of {config!r}", AGAIN)
            if not rows[config][split] and found is not None:
                raise InputError(f"{path}: split {split!r} of {config!r} has no rows; datasets cannot load it", AGAIN)
    return text


def _patterns(front: Mapping[str, Any], path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield configuration, split and pattern of what the front matter names."""
    try:
        for config in front["configs"]:
            for entry in config["data_files"]:
                paths = entry["path"] if isinstance(entry["path"], list) else [entry["path"]]
                yield from ((str(config["config_name"]), str(entry["split"]), str(pattern)) for pattern in paths)
    except (KeyError, TypeError, AttributeError) as problem:
        raise InputError(f"{path}: 'configs' of the front matter cannot be read: {problem!r}", AGAIN) from problem


def check_origin(folder: Path, files: list[LocalFile], written: Mapping[str, str]) -> None:
    """Hold every table against the digest that the manifest has of it.

    Parameters
    ----------
    folder
        The dataset.
    files
        All files in it.
    written
        SHA-256 of what ``build`` wrote, by path relative to the dataset.

    Raises
    ------
    InputError
        If a table has changed since, is missing, or was not written by ``build``.
    """
    tables = {file.path: file for file in files if file.path.startswith(f"{DATA}/")}
    for path, digest in written.items():
        if path.startswith(f"{DATA}/") and path not in tables:
            raise InputError(f"{folder / path} is missing", AGAIN)
        if path in tables and tables.pop(path).sha256 != digest:
            raise InputError(f"{folder / path} is not what 'synthcode build' wrote", AGAIN)
    if tables:
        raise InputError(f"{folder / min(tables)} was not written by 'synthcode build'", "move it out of the dataset")
