"""POJ-104 as CodeXGLUE publishes it: programs of 104 problems, which retrieve each other within a split.

The programs are those of Mou et al. 2016 (AAAI). CodeXGLUE (Lu et al. 2021) gives problems 1-64 to training, 65-80 to
validation and 81-104 to test, and scores MAP@R.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from synthcode.evaluation.classification.published import cells
from synthcode.evaluation.classification.published.benchmark import PublishedLabels
from synthcode.evaluation.classification.published.faults.label_faults import (
    label_faults,
    problem_faults,
    refuse_one_label,
    size_faults,
)
from synthcode.evaluation.classification.published.labels import read_split_tables
from synthcode.evaluation.classification.published.rows import Field, renamed
from synthcode.evaluation.classification.published.sources import is_own_export, required
from synthcode.vocabulary import Split

NAME = "poj104"
LANGUAGE = "cpp"
"""C and C++: rows do not say which."""
PROGRAMS: dict[Split, int] = {"train": 32_000, "validation": 8_000, "test": 12_000}
PROBLEMS: dict[Split, int] = {"train": 64, "validation": 16, "test": 24}
"""As CodeXGLUE's README has them. The Hub's card counts 32,500 and 8,500 programs of 65 and 17 problems."""

_FIELDS = {
    "id": Field(("index", "id"), cells.name_cell),
    "code": Field(("code",), cells.text_cell),
    "label": Field(("label",), cells.name_cell),
}


def read(root: Path, columns: Mapping[str, str]) -> PublishedLabels:
    """Read ``train.jsonl``, ``valid.jsonl`` and ``test.jsonl``, or the Hub's Parquet.

    Raises
    ------
    InputError
        If a file is missing or broken, or test holds one problem only.
    """
    parts = read_split_tables(root, renamed(_FIELDS, columns), "label")
    required(parts, ("test",), str(root))
    refuse_one_label(str(root), "test", parts["test"])
    faults = [*problem_faults(parts), *label_faults(parts, LANGUAGE)]
    if is_own_export(root, NAME):
        return PublishedLabels(NAME, "", "problems", parts, faults)
    programs = {split: len(rows.ids) for split, rows in parts.items()}
    problems = {split: len(set(rows.labels)) for split, rows in parts.items()}
    sizes = [*size_faults(programs, PROGRAMS, "programs"), *size_faults(problems, PROBLEMS, "problems")]
    return PublishedLabels(NAME, LANGUAGE, "problems", parts, [*sizes, *faults])
