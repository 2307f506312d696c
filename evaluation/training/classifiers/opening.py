"""From a dataset or a published benchmark to what a classifier is trained on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from synthcode.errors import InputError
from synthcode.evaluation.classification.clones.dataset_clones import ClonePairs, DatasetClones, read_clones
from synthcode.evaluation.classification.dataset_labels import FAILS, PASSES, labels_digest, read_labels
from synthcode.evaluation.classification.published.benchmark import (
    LabelledRows,
    PairRows,
    PublishedBenchmark,
    PublishedPairs,
)
from synthcode.evaluation.classification.published.registry import read_published, task_of
from synthcode.evaluation.training.classifiers.examples import Examples, ExampleSequence
from synthcode.evaluation.training.pairs.leaks import refuse_leaks
from synthcode.evaluation.training.pairs.tables import batches_of, has_split, read_split
from synthcode.evaluation.training.settings import TrainingSettings
from synthcode.identity import digest
from synthcode.storage.published import CLONES_NAME, NEGATIVES_NAME, PublishedDataset, find_dataset
from synthcode.vocabulary import Split

CLONE_LABELS = ("other", "clone")


@dataclass(frozen=True)
class ExampleCounts:
    """How much there is to train on."""

    programs: Mapping[str, int]
    """Language -> its programs in the training data; a language that is not known is empty."""
    examples: Mapping[str, int]
    """Label -> its inputs in the training data."""
    validation: int
    """Inputs of validation."""


@dataclass(frozen=True)
class LabelledData:
    """What a classifier is trained on."""

    settings: TrainingSettings
    labels: tuple[str, ...]
    """What the heads tell apart; of clones, the second label is that of clones."""
    train: Examples
    validation: Examples | None
    """None if the data have no validation split."""
    counts: ExampleCounts
    digest: str
    """Of all that was read."""
    warnings: tuple[str, ...]

    @property
    def examples(self) -> ExampleSequence:
        """The inputs of the whole run, a batch after another."""
        optimiser = self.settings.optimiser
        return ExampleSequence(self.train, optimiser.steps * optimiser.batch_size, self.settings.random_seed)

    def texts(self) -> Iterator[str]:
        """Yield the programs of the training data, as a tokenizer is trained on them."""
        return (self.train.texts[place] for place in np.unique(self.train.inputs).tolist())


def open_examples(dataset: Path, settings: TrainingSettings) -> LabelledData:
    """Read pairs of clones of a dataset, or a published benchmark of clones or classification.

    Parameters
    ----------
    dataset
        A run directory, its dataset, or what ``data.original`` names.
    settings
        ``task`` and ``data`` say what is read.

    Raises
    ------
    InputError
        If it is not there or broken, has no pairs or no labels, one label only, or no train split.
    """
    if settings.data.original is not None:
        return _of_published(dataset, settings, settings.data.original)
    published = find_dataset(dataset)
    return _of_dataset(published, settings) if settings.task == "clones" else _of_tested(published, settings)


def _of_dataset(published: PublishedDataset, settings: TrainingSettings) -> LabelledData:
    variant = settings.data.variant
    has_validation = any(table.num_rows for table in batches_of(published, CLONES_NAME, "validation", ["label"]))
    splits: list[Split] = ["train", "validation"] if has_validation else ["train"]
    clones = read_clones(published, splits, [variant])
    refuse_leaks(published, read_split(published, "train", variant))
    train, validation = clones.parts["train"], clones.parts.get("validation")
    texts = clones.texts[variant]
    failing = [split for split in splits if has_split(published, NEGATIVES_NAME, split)]
    return _data(
        settings,
        CLONE_LABELS,
        _of_pairs(texts, train.rows),
        None if validation is None else _of_pairs(texts, validation.rows),
        _languages(clones, train),
        digest(
            published.digest(splits, ["programs", CLONES_NAME]),
            *(published.digest([split], [NEGATIVES_NAME]) for split in failing),
        ),
        clones.warnings,
    )


def _of_tested(published: PublishedDataset, settings: TrainingSettings) -> LabelledData:
    """Return the translations that pass their tests, and those that fail them."""
    variant = settings.data.variant
    splits: tuple[Split, ...] = ("train", "validation")
    found = read_labels(published, [variant], splits=splits)
    refuse_leaks(published, read_split(published, "train", variant))
    rows = {split: _of_labels(part, (PASSES, FAILS)) for split, part in found.labels.parts.items()}
    languages = found.languages[: len(rows["train"].labels)]
    read = labels_digest(published, splits)
    return _data(settings, (PASSES, FAILS), rows["train"], rows["validation"], languages, read, found.warnings)


def _of_published(path: Path, settings: TrainingSettings, name: str) -> LabelledData:
    columns = named_columns(settings.data.columns)
    benchmark = read_published(name, str(path), task_of(name, settings.task), columns)
    train, validation, labels = _parts(path, benchmark)
    language = [benchmark.language] * len(np.unique(train.inputs))
    return _data(settings, labels, train, validation, language, benchmark.digest, benchmark.warnings)


def _parts(path: Path, benchmark: PublishedBenchmark) -> tuple[Examples, Examples | None, tuple[str, ...]]:
    """Return the inputs of train and of validation, and the labels."""
    if "train" not in benchmark.parts:
        there = ", ".join(benchmark.parts)
        raise InputError(f"{path} has no train split; it has {there}", "give all files of the benchmark")
    if isinstance(benchmark, PublishedPairs):
        pairs = {split: _of_pairs(benchmark.texts, rows) for split, rows in benchmark.parts.items()}
        return pairs["train"], pairs.get("validation"), CLONE_LABELS
    if benchmark.scoring == "problems":
        raise InputError(
            f"{path}: programs of a problem retrieve each other, and no pair of them has a label to train on",
            "train for retrieval, or give pairs: a table with code_a, code_b and label",
        )
    labels = tuple(sorted(set(benchmark.parts["train"].labels)))
    rows = {split: _of_labels(part, labels) for split, part in benchmark.parts.items()}
    return rows["train"], rows.get("validation"), labels


def _of_labels(rows: LabelledRows, labels: Sequence[str]) -> Examples:
    """Return programs as inputs, but for those whose label training never shows: no head can give it."""
    number = {label: place for place, label in enumerate(labels)}
    known = [place for place, label in enumerate(rows.labels) if label in number]
    found = np.array([number[rows.labels[place]] for place in known], dtype=np.int64)
    return Examples(rows.texts, np.array(known, dtype=np.int64).reshape(-1, 1), found)


def _data(
    settings: TrainingSettings,
    labels: tuple[str, ...],
    train: Examples,
    validation: Examples | None,
    languages: Sequence[str],
    digest_: str,
    warnings: Sequence[str],
) -> LabelledData:
    counted = np.bincount(train.labels, minlength=len(labels)).tolist()
    counts = ExampleCounts(
        programs=dict(Counter(languages)),
        examples=dict(zip(labels, counted, strict=True)),
        validation=0 if validation is None else len(validation.labels),
    )
    return LabelledData(settings, labels, train, validation, counts, digest_, tuple(warnings))


def named_columns(columns: Sequence[str]) -> dict[str, str]:
    """Return ``OURS=THEIRS`` as a mapping.

    Raises
    ------
    InputError
        If one has no ``=``.
    """
    for column in columns:
        if "=" not in column:
            raise InputError(f"data.columns: {column!r} has no '='", "write OURS=THEIRS, as in code=func")
    return dict(column.split("=", 1) for column in columns)


def _languages(clones: DatasetClones, pairs: ClonePairs) -> list[str]:
    places = np.unique(np.concatenate([pairs.rows.a, pairs.rows.b]))
    return [clones.languages[place] for place in places.tolist()]


def _of_pairs(texts: Sequence[str], rows: PairRows) -> Examples:
    return Examples(texts, np.stack([rows.a, rows.b], axis=1), rows.label.astype(np.int64))
