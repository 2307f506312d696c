"""Devign as CodeXGLUE publishes it: functions in C, with a label for those that a security fix changed.

Zhou et al. 2019 (NeurIPS) labelled the functions; CodeXGLUE (Lu et al. 2021) split them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from synthcode.errors import InputError
from synthcode.evaluation.classification.published import cells
from synthcode.evaluation.classification.published.benchmark import LabelledRows, PublishedLabels
from synthcode.evaluation.classification.published.faults.label_faults import (
    label_faults,
    refuse_one_label,
    size_faults,
)
from synthcode.evaluation.classification.published.labels import labelled, labelled_rows, read_split_tables
from synthcode.evaluation.classification.published.rows import Field, read_fields, renamed, values_of
from synthcode.evaluation.classification.published.sources import find_file, required, text_lines
from synthcode.seeds.rows.files import DataFile
from synthcode.seeds.rows.json_array import read_objects
from synthcode.vocabulary import SPLITS, Split

NAME = "devign"
LANGUAGE = "c"
SIZES: dict[Split, int] = {"train": 21_854, "validation": 2_732, "test": 2_732}
"""Functions, as CodeXGLUE's README has them."""
KNOWN_FAULTS = (
    "20 to 71 % of the vulnerability labels of real-world datasets, Devign among them, are inaccurate"
    " (Croft, Babar and Kholoosi, ICSE 2023, arXiv 2301.05456)",
)

_FIELDS = {
    "id": Field(("idx", "id"), cells.name_cell),
    "code": Field(("func",), cells.text_cell),
    "label": Field(("target",), cells.binary_cell),
    "project": Field(("project",), cells.name_cell, is_optional=True),
    "commit": Field(("commit_id",), cells.name_cell, is_optional=True),
}
_GROUP = "project commit"
_LISTS: dict[Split, str] = {"train": "train", "validation": "valid", "test": "test"}


def read(root: Path, columns: Mapping[str, str]) -> PublishedLabels:
    """Read the tables of the splits, the Hub's Parquet, or ``function.json`` with a list of positions for each split.

    Raises
    ------
    InputError
        If a file is missing or broken, a position is not in ``function.json``, or a split has one label only.
    """
    fields = renamed(_FIELDS, columns)
    whole = find_file(root, "function", (".json", ".jsonl"))
    lists = {split: file for split, name in _LISTS.items() if (file := find_file(root, name, (".txt",))) is not None}
    has_tables = find_file(root, "test", (".jsonl", ".csv", ".parquet")) is not None
    if whole is None and lists and not has_tables:
        raise InputError(
            f"{root} has lists of positions, but no function.json, which holds the functions",
            "fetch function.json as well",
        )
    if whole is not None and lists and not has_tables:
        parts, faults = _read_lists(whole, lists, {**fields, "id": fields["id"]._replace(is_optional=True)})
    else:
        parts, faults = read_split_tables(root, fields, _GROUP), []
    required(parts, SPLITS, str(root))
    for split, rows in parts.items():
        refuse_one_label(str(root), split, rows)
    faults += size_faults({split: len(rows.ids) for split, rows in parts.items()}, SIZES, "functions")
    return PublishedLabels(NAME, LANGUAGE, "labels", parts, [*KNOWN_FAULTS, *faults, *label_faults(parts, LANGUAGE)])


def _read_lists(
    whole: DataFile, lists: Mapping[Split, DataFile], fields: Mapping[str, Field]
) -> tuple[dict[Split, LabelledRows], list[str]]:
    """Return the functions of each list, by their positions in the file of all; and what is wrong with the lists."""
    functions = [{**row, "id": str(position)} for position, row in enumerate(_functions(whole, fields))]
    parts: dict[Split, LabelledRows] = {}
    faults = []
    for split, file in lists.items():
        positions = _positions(file, len(functions), whole)
        if repeated := len(positions) - len(set(positions)):
            faults.append(f"{repeated:,} positions of {split} repeat another one, and are scored once")
        chosen = (labelled(functions[position], _GROUP) for position in sorted(set(positions)))
        parts[split] = labelled_rows(str(whole.path), chosen)
    return parts, faults


def _functions(whole: DataFile, fields: Mapping[str, Field]) -> Iterator[dict[str, str]]:
    if ".jsonl" in whole.name:
        return read_fields([whole], fields)
    return values_of(str(whole.path), read_objects(whole), fields)


def _positions(file: DataFile, functions: int, whole: DataFile) -> list[int]:
    words = [line.strip() for line in text_lines(file)]
    words = [word for word in words if word]
    if bad := [word for word in words if not (word.isascii() and word.isdigit())]:
        raise InputError(
            f"{file.path}: {len(bad):,} of {len(words):,} lines are not positions; the first is {bad[0][:40]!r}",
            "correct or remove these lines, or fetch the file again",
        )
    positions = [int(word[:18]) for word in words]
    if missing := [position for position in positions if position >= functions]:
        raise InputError(
            f"{file.path}: {len(missing):,} of {len(positions):,} positions are not among the {functions:,} functions"
            f" of {whole.name}; the first is {missing[0]:,}",
            "fetch function.json again, whole",
        )
    return positions
