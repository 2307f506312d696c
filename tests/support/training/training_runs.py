"""Small datasets, small encoders and whole training commands on them."""

from __future__ import annotations

import os
from pathlib import Path

from synthcode.pipelines.main import run_cli
from tests.support.datasets.small_dataset import JUDGED, PROGRAMS, TEXT_ROWS, rows, write_split
from tests.support.training.training_dataset import problem, write_problems

LANGUAGES = ("python", "java", "go")


def write_training_dataset(folder: Path, problems: int = 24) -> Path:
    """Write a train split, and a validation split of other problems."""
    from synthcode.schemas.tables import DATASET_PROGRAMS, QRELS, TEXTS

    write_problems(folder, (problem(number, LANGUAGES, f"c{number}") for number in range(problems)))
    for config, schema, values in (
        ("programs", DATASET_PROGRAMS, PROGRAMS),
        ("texts", TEXTS, TEXT_ROWS),
        ("qrels", QRELS, JUDGED),
    ):
        written = rows(schema, values)
        write_split(folder, config, "validation", written)
        if config == "qrels":
            write_split(folder, config, "train", written.slice(0, 0))
    return folder


def checkpoints(folder: Path) -> set[Path]:
    """Return the files that say a checkpoint is complete; another process may be removing some of them."""
    found: set[Path] = set()
    for place, _, names in os.walk(folder):  # which, unlike a glob, takes folders that vanish meanwhile
        found |= {Path(place) / name for name in names if name == "complete.json"}
    return found


SMALL = ("--steps", "8", "--batch-size", "6", "--save-every", "2", "--validate-every", "4", "--learning-rate", "0.01")


def train(*arguments: str | Path) -> int:
    """Run ``synthcode train`` in this process; return its exit code."""
    return run_cli(["train", *map(str, arguments)])
