"""Labelled programs, as they were read, become the rows of a split."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from synthcode.evaluation.classification.published.benchmark import LabelledRows
from synthcode.evaluation.classification.published.pairs import refuse_large
from synthcode.evaluation.classification.published.rows import Fields, read_fields
from synthcode.evaluation.classification.published.sources import split_tables
from synthcode.vocabulary import Split

LabelledProgram = tuple[str, str, str, str]
"""Id, text, label, group."""


def labelled_rows(where: str, programs: Iterable[LabelledProgram]) -> LabelledRows:
    """Return programs in the order of their ids, whatever order they came in.

    Raises
    ------
    InputError
        If they do not fit into memory together.
    """
    chars = 0
    rows = []
    for program in programs:
        chars += len(program[1])
        refuse_large(where, chars)
        rows.append(program)
    columns = [list(column) for column in zip(*sorted(rows), strict=True)] or [[], [], [], []]
    return LabelledRows(*columns)


def read_split_tables(root: Path, fields: Fields, group: str) -> dict[Split, LabelledRows]:
    """Read the tables of each split.

    Parameters
    ----------
    root
        The folder.
    fields
        ``id``, ``code``, ``label``, and what else is read.
    group
        The names of the fields that make a program's group, separated by blanks.

    Raises
    ------
    InputError
        If a table lacks a column, or a row cannot be used.
    """
    return {
        split: labelled_rows(str(root), (labelled(row, group) for row in read_fields(files, fields)))
        for split, files in split_tables(root, str(root)).items()
    }


def labelled(row: Mapping[str, str], group: str) -> LabelledProgram:
    """Return a row as a program; without a group it is one of its own."""
    parts = [row[name] for name in group.split()]
    return row["id"], row["code"], row["label"], "/".join(parts) if all(parts) else f"{row['id']}\0{row['code']}"
