"""The pairs of clones of a dataset, read to be scored."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from synthcode.evaluation.classification.clones.dataset_clones import read_clones
from synthcode.evaluation.interop.hub_datasets import dataset_folder
from synthcode.evaluation.retrieval.benchmark import Benchmark
from synthcode.pipelines.steps.evaluate.classification.frozen_scores import without_cells
from synthcode.pipelines.steps.evaluate.classification.frozen_task import ClonesTask
from synthcode.storage.published import CLONES_NAME, NEGATIVES_NAME, find_dataset
from synthcode.storage.shards import shards_of
from synthcode.vocabulary import SCORED_VARIANTS, Level, Split, Variant


class ClonesInput(NamedTuple):
    """What is scored, and what results say of it."""

    task: ClonesTask
    benchmark: Benchmark
    """Its name and digest."""
    settings: dict[str, str]
    """Those that decide which pairs are scored, where they differ from the defaults."""


def read_clones_input(
    dataset: Path, split: Split, variants: Sequence[Variant], require: Level | None, languages: Sequence[str]
) -> ClonesInput:
    """Read the pairs of a split and those of validation, which chooses the threshold.

    Parameters
    ----------
    dataset
        A run directory, a dataset's folder, or its name on the Hub.
    split, variants
        What is scored.
    require, languages
        As ``read_clones`` takes them.

    Raises
    ------
    InputError
        If the dataset has no pairs, or they cannot be scored.
    """
    splits: tuple[Split, ...] = tuple(dict.fromkeys(("validation", split)))
    published = find_dataset(dataset_folder(dataset, *splits))
    task = ClonesTask(read_clones(published, splits, variants, require, languages), split, variants)
    settings = {
        "task": task.name,
        "languages": ",".join(languages),
        "require": require or "",
        "split": split if split != "test" else "",
        "variant": ",".join(sorted(variants)) if set(variants) != set(SCORED_VARIANTS) else "",
    }
    failing = all(shards_of(published.folder / "data" / NEGATIVES_NAME, name) for name in splits)
    digest = published.digest(splits, ("programs", CLONES_NAME, *((NEGATIVES_NAME,) if failing else ())))
    given = {name: value for name, value in settings.items() if value}
    return ClonesInput(task, without_cells(str(dataset), digest, split), given)
