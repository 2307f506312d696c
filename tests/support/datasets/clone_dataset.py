"""A dataset with programs and pairs of clones, written without running the stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from synthcode.schemas.tables import CLONES, DATASET_PROGRAMS, NEGATIVES
from synthcode.storage.published import CLONES_NAME, NEGATIVES_NAME
from synthcode.storage.shards import ShardWriter

Pair = tuple[str, str, int, str]
"""Both programs, label, difficulty."""
SPLITS = {"train": range(16), "validation": range(20, 28), "test": range(30, 38)}
"""The numbers of the programs in each split."""
CODE = {
    f"s-{number}-{language}": f"{language} {number} body" for number in range(40) for language in ("java", "python")
}
"""A program of each number in each of two languages."""


def write_clone_dataset(folder: Path, parts: Mapping[str, Sequence[Pair]], code: Mapping[str, str]) -> Path:
    """Write the programs of every split and their pairs.

    A program is called ``NAME-NUMBER-LANGUAGE``, as in ``s-3-java``; what stands before the language is its seed and
    its cluster. Python programs are the seeds' own, those of Java compile, those of Go are tested. One that fails its
    tests ends in an exclamation mark.
    """
    for split, pairs in parts.items():
        names = sorted({name for pair in pairs for name in pair[:2] if name in code})
        sound = [program_row(name, code[name]) for name in names if "!" not in name]
        failing = [
            program_row(name, code[name]) | {"reason": "test_failed", "split": split} for name in names if "!" in name
        ]
        write_rows(folder / "data" / "programs", split, DATASET_PROGRAMS, sound)
        write_rows(folder / "data" / CLONES_NAME, split, CLONES, [_pair(*pair) for pair in pairs])
        if failing:
            write_rows(folder / "data" / NEGATIVES_NAME, split, NEGATIVES, failing)
    return folder


def program_row(name: str, code: str) -> dict[str, Any]:
    """Return a row of ``programs``."""
    language = name.removesuffix("!").rsplit("-", 1)[1]
    origin = "seed" if language == "python" else "translation"
    levels = {"java": "compiled", "go": "tested"}
    return {
        **{"program_id": name, "seed_id": name.rsplit("-", 1)[0], "language": language, "origin": origin},
        **{"code": code, "code_stripped": code, "code_anonymous": code.replace("name", "f"), "document_id": name},
        "verification": levels.get(language),
    }


def _pair(first: str, second: str, label: int, difficulty: str) -> dict[str, Any]:
    a, b = (name.removesuffix("!").rsplit("-", 1) for name in (first, second))
    return {
        **{"program_a": first, "program_b": second, "language_a": a[1], "language_b": b[1], "label": label},
        **{"difficulty": difficulty, "cluster_id_a": a[0], "cluster_id_b": b[0]},
    }


def write_rows(folder: Path, split: str, schema: pa.Schema, rows: list[dict[str, Any]]) -> None:
    """Write the only shard of a split."""
    with ShardWriter(folder, schema, split, numbered=True) as writer:
        writer.write(pa.Table.from_pylist(rows, schema=schema))
        writer.commit()


def numbered_pairs(numbers: range) -> list[Pair]:
    """Return one clone for each number, and one pair of programs with neighbouring numbers that are not clones."""
    clones: list[Pair] = [(f"s-{number}-java", f"s-{number}-python", 1, "verified") for number in numbers]
    others: list[Pair] = [(f"s-{number}-java", f"s-{number + 1}-python", 0, "random") for number in numbers[:-1]]
    return clones + others
