"""Which settings mean something for which task: a setting that would change nothing is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synthcode.errors import InputError
from synthcode.evaluation.training.settings import TrainingSettings
from synthcode.strict_settings import to_tree
from synthcode.vocabulary import TrainingTask

ITEMS: Mapping[TrainingTask, str] = {"retrieval": "pairs", "clones": "pairs", "classification": "programs"}
"""Task -> what a batch is made of."""

_PAIRS = "pairs are drawn for retrieval only"
_VECTORS = "it compares vectors, and a classifier is trained by the label of each input"
OF_RETRIEVAL: Mapping[str, str] = {
    "heads": "a projection is of vectors; heads of classification are added by themselves",
    "data.text_share": _PAIRS,
    "data.renamed_share": _PAIRS,
    "data.hard_negatives": "'build --clones' chooses the pairs of clones, hard ones included",
    "data.holdout": "leaving out near-duplicates is built for retrieval only",
    "loss.objective": _VECTORS,
    "loss.temperature": _VECTORS,
    "loss.learned_temperature": _VECTORS,
    "loss.distillation": _VECTORS,
    "loss.teacher": _VECTORS,
    "loss.distillation_temperature": _VECTORS,
    "loss.dims": _VECTORS,
    "optimiser.chunk_size": "without negatives from the batch, a smaller batch_size saves the same memory",
    "run.validation_queries": "validation has no queries; validation_examples bounds it",
}
"""Setting that means something for retrieval only -> why."""
OF_CLASSIFICATION: Mapping[str, str] = {
    "pair_heads": "heads of clones are trained by task clones",
    "data.original": "a published benchmark has labels, and no texts with their programs",
    "data.columns": "they are of a published benchmark",
    "run.validation_examples": "validation_queries bounds the validation of vectors",
}
"""Setting that means something for clones and classification only -> why."""
OF_CLONES: Mapping[str, str] = {"pair_heads": "an input is one program, which is compared with nothing"}
"""Setting that means something for clones only -> why."""
OF_DATASETS: Mapping[str, str] = {
    "data.variant": "a published benchmark is trained on as it was published",
    "pretrain": "it reads the programs of a dataset in this project's form",
}
"""Setting that a published benchmark has no use for -> why."""


def refuse_misplaced(settings: TrainingSettings, origin: str) -> None:
    """Refuse settings that would change nothing.

    Raises
    ------
    InputError
        Naming the first of them.
    """
    tree, usual = to_tree(settings), to_tree(TrainingSettings())
    for key, why in _unused(settings).items():
        if _at(tree, key) != _at(usual, key):
            where = f"task {settings.task}" if key not in OF_DATASETS else f"data from {settings.data.original}"
            raise InputError(f"{origin}: {key} means nothing for {where}: {why}", "leave it out, or name another task")


def used_tree(settings: TrainingSettings) -> dict[str, Any]:
    """Return settings as a tree, without those that the task has no use for."""
    tree: dict[str, Any] = to_tree(settings)
    for key in _unused(settings):
        *above, last = key.split(".")
        (tree[above[0]] if above else tree).pop(last)
    return tree


def _unused(settings: TrainingSettings) -> dict[str, str]:
    if settings.task == "retrieval":
        return dict(OF_CLASSIFICATION)
    of_pairs = OF_CLONES if settings.task == "classification" else {}
    return {**OF_RETRIEVAL, **of_pairs, **(OF_DATASETS if settings.data.original is not None else {})}


def _at(tree: Mapping[str, Any], key: str) -> Any:
    found: Any = tree
    for part in key.split("."):
        found = found[part]
    return found
