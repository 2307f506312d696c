"""Any table of programs with a label each, or of pairs of programs, with the columns that ``--column`` names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from synthcode.errors import InputError
from synthcode.evaluation.classification.published import cells
from synthcode.evaluation.classification.published.benchmark import LabelledRows, PublishedLabels, PublishedPairs
from synthcode.evaluation.classification.published.faults.label_faults import (
    label_faults,
    problem_faults,
    refuse_one_label,
    unknown_labels,
)
from synthcode.evaluation.classification.published.labels import labelled, labelled_rows
from synthcode.evaluation.classification.published.pairs import NamedPairs, Programs, pairs_of
from synthcode.evaluation.classification.published.rows import Field, has_column, read_fields, renamed
from synthcode.evaluation.classification.published.sources import required, split_of
from synthcode.identity import digest
from synthcode.seeds.rows.columns import split_name
from synthcode.seeds.rows.files import DataFile, data_files
from synthcode.vocabulary import SPLITS, Split

NAME = "table"
VALIDATION_SHARE = 10
"""One of so many groups of train validates, if a table has no validation split."""

_SPLIT = Field(("split",), cells.name_cell, is_optional=True)
_LABELLED = {
    "code": Field(("code",), cells.text_cell),
    "label": Field(("label",), cells.name_cell),
    "group": Field(("group",), cells.name_cell, is_optional=True),
    "split": _SPLIT,
}
_PAIRS = {
    "code_a": Field(("code_a",), cells.text_cell),
    "code_b": Field(("code_b",), cells.text_cell),
    "label": Field(("label",), cells.binary_cell),
    "split": _SPLIT,
}
Rows = Mapping[Split, Sequence[Mapping[str, str]]]


def read_clones(root: Path, columns: Mapping[str, str]) -> PublishedPairs | PublishedLabels:
    """Read pairs of programs (``code_a``, ``code_b``, ``label``), or programs whose label names their problem.

    Raises
    ------
    InputError
        If a column is missing, a row cannot be used, or a split has one label only.
    """
    files = data_files(str(root))
    if not (set(columns) & {"code_a", "code_b"} or has_column(files[0], _PAIRS["code_a"])):
        return _problems(root, _read(root, files, renamed(_LABELLED, columns)))
    return _pairs(root, _read(root, files, renamed(_PAIRS, columns)))


def read_labels(root: Path, columns: Mapping[str, str]) -> PublishedLabels:
    """Read programs with a label each, to be told apart by a classifier.

    Raises
    ------
    InputError
        If a column or split is missing, a row cannot be used, or a split has one label only.
    """
    rows = _read(root, data_files(str(root)), renamed(_LABELLED, columns))
    required(rows, ("train", "test"), str(root))
    parts = _labelled(root, rows)
    faults = []
    if "validation" not in parts:
        parts |= _held_out(parts["train"])
        if len(set(parts["validation"].labels)) < 2:
            raise InputError(
                f"{root} has no validation split, and too few groups in train to hold one out",
                "add a file whose name says validation, or --column split=THEIRS with validation rows",
            )
        held_out = len(parts["validation"].ids)
        faults.append(f"there is no validation split: {held_out:,} programs of train validate, and train no classifier")
    for split, labelled_part in parts.items():
        refuse_one_label(str(root), split, labelled_part)
    faults += [*unknown_labels(parts), *label_faults(parts)]
    return PublishedLabels(NAME, "", "labels", parts, faults)


def _problems(root: Path, rows: Rows) -> PublishedLabels:
    required(rows, ("test",), str(root))
    parts = _labelled(root, rows)
    refuse_one_label(str(root), "test", parts["test"])
    by_problem = {split: rows._replace(groups=rows.labels) for split, rows in parts.items()}
    return PublishedLabels(NAME, "", "problems", by_problem, [*problem_faults(parts), *label_faults(parts)])


def _pairs(root: Path, rows: Rows) -> PublishedPairs:
    programs = Programs(str(root))
    named: dict[Split, NamedPairs] = {}
    for split, pairs in rows.items():
        a, b, labels = named[split] = NamedPairs([], [], [])
        for pair in pairs:
            for ids, code in ((a, pair["code_a"]), (b, pair["code_b"])):
                ids.append(digest(code))
                programs.add(ids[-1], code)
            labels.append(int(pair["label"]))
    faults = []
    if "validation" not in named and "train" in named:
        named["validation"] = named.pop("train")
        faults.append("there is no validation split: the threshold is chosen on train")
    return pairs_of(NAME, "", str(root), programs.texts(), named, faults)


def _labelled(root: Path, rows: Rows) -> dict[Split, LabelledRows]:
    return {split: labelled_rows(str(root), (labelled(row, "group") for row in part)) for split, part in rows.items()}


def _held_out(train: LabelledRows) -> dict[Split, LabelledRows]:
    """Return train in two parts, cut by the digests of groups, so that no group is in both."""
    validates = [int(digest(group), 16) % VALIDATION_SHARE == 0 for group in train.groups]
    rows = list(zip(zip(*train, strict=True), validates, strict=True))
    return {
        "train": labelled_rows("", (row for row, is_held in rows if not is_held)),
        "validation": labelled_rows("", (row for row, is_held in rows if is_held)),
    }


def _read(root: Path, files: Sequence[DataFile], fields: Mapping[str, Field]) -> dict[Split, list[dict[str, str]]]:
    """Return the rows of each split: of the column that says it, or else of the file whose name does."""
    found: dict[Split, list[dict[str, str]]] = {}
    for file in files:
        of_file = split_of(file.name)
        for number, row in enumerate(read_fields([file], fields)):
            split = _split_of_row(file, row["split"]) if row["split"] else of_file
            if split is None and len(files) > 1:
                raise InputError(
                    f"{file.path} does not say its split", "name it train, valid or test, or give --column split=THEIRS"
                )
            found.setdefault(split or "test", []).append({**row, "id": f"{file.name}:{number:09d}"})
    return {split: found[split] for split in SPLITS if split in found}


def _split_of_row(file: DataFile, value: str) -> Split:
    split = split_name(value)
    if split not in SPLITS:
        raise InputError(f"{file.path} has an unknown split {value[:40]!r}", f"splits are {', '.join(SPLITS)}")
    return split
