"""BigCloneBench as CodeXGLUE publishes it, in its files or as Parquet of the Hub.

CodeXGLUE (Lu et al. 2021, NeurIPS Datasets and Benchmarks) took the pairs from Wang et al. 2020 (SANER), who drew them
from BigCloneBench (Svajlenko et al. 2014, ICSME).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from synthcode.errors import InputError
from synthcode.evaluation.classification.published import cells
from synthcode.evaluation.classification.published.benchmark import PublishedPairs
from synthcode.evaluation.classification.published.faults.label_faults import size_faults
from synthcode.evaluation.classification.published.pairs import NamedPairs, Programs, pairs_of
from synthcode.evaluation.classification.published.rows import Field, read_fields, renamed
from synthcode.evaluation.classification.published.sources import (
    find_file,
    is_own_export,
    required,
    split_tables,
    text_lines,
)
from synthcode.seeds.rows.files import DataFile
from synthcode.vocabulary import Split

NAME = "bigclonebench"
LANGUAGE = "java"
SIZES: dict[Split, int] = {"train": 901_028, "validation": 415_416, "test": 415_416}
"""Pairs, as CodeXGLUE's README has them."""
KNOWN_FAULTS = (
    "of 406 weak Type-3 and Type-4 pairs that were sampled from BigCloneBench, 93 % are mislabelled; 95 % of its data"
    " are such pairs (Krinke and Ragkhitwetsagul, arXiv 2505.04311)",
)

_FUNCTIONS = {"id": Field(("idx",), cells.name_cell), "code": Field(("func",), cells.text_cell)}
_PAIRS = {
    "id_a": Field(("id1",), cells.name_cell),
    "id_b": Field(("id2",), cells.name_cell),
    "code_a": Field(("func1",), cells.text_cell),
    "code_b": Field(("func2",), cells.text_cell),
    "label": Field(("label",), cells.binary_cell),
}
_FILE_NAMES: dict[Split, str] = {"train": "train", "validation": "valid", "test": "test"}


def read(root: Path, columns: Mapping[str, str]) -> PublishedPairs:
    """Read ``data.jsonl`` with ``train.txt``, ``valid.txt`` and ``test.txt``, or tables of both texts of each pair.

    What is known of BigCloneBench is not said of an export in its layout.

    Parameters
    ----------
    root
        The folder.
    columns
        Our names of columns -> the tables'.

    Raises
    ------
    InputError
        If a file is missing or broken, a pair names a missing program, or a split has one label only.
    """
    functions = find_file(root, "data", (".jsonl",))
    if functions is None and any(find_file(root, name, (".txt", ".tsv")) for name in _FILE_NAMES.values()):
        raise InputError(
            f"{root} has lists of pairs, but no data.jsonl, which holds the programs", "fetch data.jsonl as well"
        )
    if functions is None:
        texts, named = _read_tables(root, columns)
    else:
        texts = _read_functions(functions, columns)
        named = {split: _read_pairs(file) for split, file in _pair_files(root).items()}
    if is_own_export(root, NAME):
        return pairs_of(NAME, "", str(root), texts, named)
    sizes = {split: len(pairs.labels) for split, pairs in named.items()}
    faults = [*KNOWN_FAULTS, *size_faults(sizes, SIZES, "pairs")]
    return pairs_of(NAME, LANGUAGE, str(root), texts, named, faults)


def _read_functions(file: DataFile, columns: Mapping[str, str]) -> dict[str, str]:
    programs = Programs(str(file.path))
    for row in read_fields([file], renamed(_FUNCTIONS, columns)):
        programs.add(row["id"], row["code"])
    return programs.texts()


def _pair_files(root: Path) -> dict[Split, DataFile]:
    found = {split: find_file(root, name, (".txt", ".tsv")) for split, name in _FILE_NAMES.items()}
    files = {split: file for split, file in found.items() if file is not None}
    required(files, ("validation", "test"), str(root))
    return files


def _read_pairs(file: DataFile) -> NamedPairs:
    """Read lines of two ids and a label, separated by tabs."""
    a, b, labels = found = NamedPairs([], [], [])
    bad, first = 0, ""
    for number, line in enumerate(text_lines(file), 1):
        words = line.split()
        if len(words) == 3 and words[2] in ("0", "1"):
            a.append(words[0])
            b.append(words[1])
            labels.append(int(words[2]))
        elif words:
            bad, first = bad + 1, first or f"line {number:,}: {' '.join(words)[:60]!r}"
    if bad:
        raise InputError(
            f"{file.path}: {bad:,} lines are not two ids and a label 0 or 1; the first is {first}",
            "correct or remove these lines, or fetch the file again",
        )
    return found


def _read_tables(root: Path, columns: Mapping[str, str]) -> tuple[dict[str, str], dict[Split, NamedPairs]]:
    programs = Programs(str(root))
    named: dict[Split, NamedPairs] = {}
    fields = renamed(_PAIRS, columns)
    for split, files in split_tables(root, str(root)).items():
        a, b, labels = named[split] = NamedPairs([], [], [])
        for row in read_fields(files, fields):
            programs.add(row["id_a"], row["code_a"])
            programs.add(row["id_b"], row["code_b"])
            a.append(row["id_a"])
            b.append(row["id_b"])
            labels.append(int(row["label"]))
    return programs.texts(), named
