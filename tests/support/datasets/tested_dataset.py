"""A dataset of translations that were tested, written without running the stages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from synthcode.schemas.tables import DATASET_PROGRAMS, NEGATIVES
from synthcode.storage.published import NEGATIVES_NAME
from tests.support.datasets.clone_dataset import program_row, write_rows

PROBLEMS = {"train": range(40), "validation": range(50, 62), "test": range(70, 90)}
"""The numbers of the problems in each split."""


def write_tested_dataset(folder: Path, parts: Mapping[str, Mapping[str, str]]) -> Path:
    """Write programs by split and name, as ``write_clone_dataset`` names them: ``s-3-go!`` fails its tests."""
    for split, code in parts.items():
        sound = [program_row(name, text) for name, text in sorted(code.items()) if "!" not in name]
        failing = [
            program_row(name, text) | {"reason": "test_failed", "split": split}
            for name, text in sorted(code.items())
            if "!" in name
        ]
        write_rows(folder / "data" / "programs", split, DATASET_PROGRAMS, sound)
        if failing:
            write_rows(folder / "data" / NEGATIVES_NAME, split, NEGATIVES, failing)
    return folder


def passing_and_failing() -> dict[str, dict[str, str]]:
    """Return, by split, a seed's program, one that passes its tests and, of every second problem, one that fails."""
    return {
        split: {
            name: text
            for number in numbers
            for name, text in {
                f"s-{number}-python": f"def name{number}(x): return x + {number}",
                f"s-{number}-go": f"func name{number}(x int) int {{ return x + {number} }}",
                **({} if number % 2 else {f"s-{number}-go!": f"func name{number}(x int) int {{ panic({number}) }}"}),
            }.items()
        }
        for split, numbers in PROBLEMS.items()
    }
