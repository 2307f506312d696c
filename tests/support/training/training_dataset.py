"""Datasets to train on that tests make: a few problems, each with a text and programs in some languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from synthcode.schemas.tables import DATASET_PROGRAMS, NEGATIVES, TEXTS, TRIPLETS
from tests.support.datasets.small_dataset import write_split


@dataclass(frozen=True)
class Problem:
    """A seed with what the dataset has of it."""

    seed: str
    text: str | None
    codes: Mapping[str, str]
    """Language -> its program."""
    cluster: str | None = None
    """Its split group: only seeds with one have a row in the triplets."""
    anonymous: Mapping[str, str] = field(default_factory=dict)
    """Language -> the program with the entry point renamed, if it differs from the program."""


def problem(number: int, languages: Iterable[str], cluster: str | None = None) -> Problem:
    """Return a problem that shares nothing with one of another number."""
    codes = {language: f"{language} program {number}" for language in languages}
    return Problem(f"s{number:04}", f"Solve problem {number}.", codes, cluster)


def write_problems(folder: Path, problems: Iterable[Problem], split: str = "train") -> Path:
    """Write a split of a dataset; other splits that are there stay."""
    programs, texts, triplets = [], [], []
    for one in problems:
        for language, code in one.codes.items():
            program = f"{one.seed}-{language}"
            anonymous = one.anonymous.get(language, code)
            row = {"program_id": program, "seed_id": one.seed, "language": language, "origin": "seed"}
            codes = {"code": f"{code} # comment", "code_stripped": code, "code_anonymous": anonymous}
            programs.append({**row, **codes, "document_id": program})
        if one.text is not None:
            texts.append({"seed_id": one.seed, "text": one.text})
        if one.cluster is not None:
            required = {name: "" for name in TRIPLETS.names if not TRIPLETS.field(name).nullable}
            triplets.append({**required, "seed_id": one.seed, "cluster_id": one.cluster})
    write_split(folder, "programs", split, pa.Table.from_pylist(programs, DATASET_PROGRAMS))
    if texts:
        write_split(folder, "texts", split, pa.Table.from_pylist(texts, TEXTS))
    if triplets:
        write_split(folder, "triplets", split, pa.Table.from_pylist(triplets, TRIPLETS))
    return folder


def write_failed(folder: Path, failed: Iterable[tuple[str, str, str]], split: str = "train") -> None:
    """Write failed translations: ``seed_id``, language and program of each."""
    rows = [
        {
            **{"program_id": f"failed-{number}", "seed_id": seed, "language": language, "reason": "test_failed"},
            **dict.fromkeys(("code", "code_stripped", "code_anonymous"), code),
            "split": split,
        }
        for number, (seed, language, code) in enumerate(failed)
    ]
    write_split(folder, "negatives", split, pa.Table.from_pylist(rows, NEGATIVES))
