"""The tested translations of a dataset, read to be scored."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from synthcode.errors import InputError
from synthcode.evaluation.classification.dataset_labels import labels_digest, read_labels
from synthcode.evaluation.interop.hub_datasets import dataset_folder
from synthcode.evaluation.retrieval.benchmark import Benchmark
from synthcode.pipelines.steps.evaluate.classification.frozen_scores import without_cells
from synthcode.pipelines.steps.evaluate.classification.frozen_task import LabelsTask
from synthcode.storage.published import find_dataset
from synthcode.vocabulary import SCORED_VARIANTS, SPLITS, Split, Variant


class LabelsInput(NamedTuple):
    """What is scored, and what results say of it."""

    task: LabelsTask
    benchmark: Benchmark
    """Its name and digest."""
    settings: dict[str, str]
    """Those that decide which programs are scored, where they differ from the defaults."""


def read_labels_input(
    dataset: Path, split: Split, variants: Sequence[Variant], languages: Sequence[str]
) -> LabelsInput:
    """Read the tested translations of all splits.

    Parameters
    ----------
    dataset
        A run directory, a dataset's folder, or its name on the Hub.
    split
        What is scored: test.
    variants, languages
        As ``read_labels`` takes them.

    Raises
    ------
    InputError
        If no translation fails its tests, or another split is to be scored.
    """
    if split != "test":
        raise InputError(
            f"--task classification scores the test split, not {split}: the other splits train and choose the probe",
            "leave --split out, or score that split by another task in a command of its own",
        )
    published = find_dataset(dataset_folder(dataset, *SPLITS))
    task = LabelsTask(read_labels(published, variants, languages), variants)
    settings = {
        "task": task.name,
        "languages": ",".join(languages),
        "variant": ",".join(sorted(variants)) if set(variants) != set(SCORED_VARIANTS) else "",
    }
    given = {name: value for name, value in settings.items() if value}
    return LabelsInput(task, without_cells(str(dataset), labels_digest(published), split), given)
