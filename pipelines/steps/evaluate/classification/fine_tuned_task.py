"""What fine-tuned heads are scored on: pairs of clones, or a published benchmark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from synthcode.errors import InputError
from synthcode.evaluation.classification.clones.clone_scores import ALL, score_clones
from synthcode.evaluation.classification.clones.dataset_clones import DatasetClones
from synthcode.evaluation.classification.dataset_labels import DatasetLabels
from synthcode.evaluation.classification.measures.scored import Scored
from synthcode.evaluation.classification.measures.weighted_items import I64, log_odds
from synthcode.evaluation.classification.published.benchmark import (
    PairRows,
    PublishedBenchmark,
    PublishedLabels,
    PublishedPairs,
)
from synthcode.evaluation.classification.published.scoring import score_answers, score_pairs
from synthcode.evaluation.classification.similarity import HeadSimilarities
from synthcode.evaluation.encoder import Classifier, Vectors
from synthcode.evaluation.output.fine_tuned_tables import fine_tuned_sections
from synthcode.evaluation.results_json import Facts
from synthcode.pipelines.steps.evaluate.classification.frozen_task import RAW, Rows, ScoredTask
from synthcode.vocabulary import Split, Variant

ENDING = "_fine_tuned"
"""Of the names of tasks: a score of a head is never one of frozen vectors."""


class HeadInputs(NamedTuple):
    """What heads are asked about."""

    texts: Sequence[str]
    places: I64
    """Of the programs of each input, (inputs, 1) or (inputs, 2)."""


class FineTunedTask(ScoredTask, Protocol):
    """Inputs, and how the answers of heads are scored."""

    def inputs(self, variant: str) -> HeadInputs:
        """Return the inputs of a variant."""

    def score(self, logits: Vectors, resamples: int) -> Scored:
        """Score what one exit says of all inputs, (inputs, labels)."""


@dataclass(frozen=True)
class FineTunedClones:
    """The pairs of clones of a dataset."""

    clones: DatasetClones
    split: Split
    variants: Sequence[Variant]
    name: str = f"clones{ENDING}"
    language: str = ALL

    @property
    def warnings(self) -> Sequence[str]:
        """What is wrong with the pairs."""
        return self.clones.warnings

    def inputs(self, variant: str) -> HeadInputs:
        """Return the pairs of validation and of the split."""
        texts = {str(name): texts for name, texts in self.clones.texts.items()}[variant]
        return HeadInputs(texts, self._pairs)

    def score(self, logits: Vectors, resamples: int) -> Scored:
        """Score the pairs of the split."""
        similarities = HeadSimilarities(self._pairs[:, 0], self._pairs[:, 1], log_odds(logits))
        return score_clones(self.clones, self.split, similarities, resamples)

    def sections(self, facts: Facts, rows: Rows) -> list[str]:
        """Return the scores of each variant."""
        return fine_tuned_sections(facts, rows)

    @property
    def _pairs(self) -> I64:
        return _stacked([part.rows for part in self.clones.parts.values()])


@dataclass(frozen=True)
class FineTunedPairs:
    """A published benchmark of pairs."""

    benchmark: PublishedPairs
    variants: Sequence[str] = (RAW,)
    name: str = f"clones{ENDING}"

    @property
    def language(self) -> str:
        """Of the programs."""
        return self.benchmark.language or "unknown"

    @property
    def warnings(self) -> Sequence[str]:
        """What is known to be wrong with the benchmark, and what was found on reading."""
        return self.benchmark.warnings

    def inputs(self, variant: str) -> HeadInputs:
        """Return the pairs of validation and test."""
        return HeadInputs(self.benchmark.texts, self._pairs)

    def score(self, logits: Vectors, resamples: int) -> Scored:
        """Score the test pairs."""
        similarities = HeadSimilarities(self._pairs[:, 0], self._pairs[:, 1], log_odds(logits))
        return score_pairs(self.benchmark, similarities, resamples)

    def sections(self, facts: Facts, rows: Rows) -> list[str]:
        """Return the scores, and what they mean."""
        return fine_tuned_sections(facts, rows)

    @property
    def _pairs(self) -> I64:
        return _stacked([self.benchmark.parts["validation"], self.benchmark.parts["test"]])


@dataclass(frozen=True)
class FineTunedLabels:
    """Programs with a label each: of a published benchmark, or the tested translations of a dataset."""

    benchmark: PublishedLabels
    labels: tuple[str, ...]
    """Of the heads."""
    variants: Sequence[str] = (RAW,)
    texts: Mapping[str, Sequence[str]] | None = None
    """The test programs of a dataset, by variant. Default: those of the benchmark."""
    name: str = f"classification{ENDING}"

    @property
    def language(self) -> str:
        """Of the programs."""
        return ALL if self.texts is not None else self.benchmark.language or "unknown"

    @property
    def warnings(self) -> Sequence[str]:
        """What is known to be wrong with the benchmark, and which labels the heads do not know."""
        rows = self.benchmark.parts["test"]
        unknown = sum(label not in self.labels for label in rows.labels)
        said = f"{unknown:,} of {len(rows.labels):,} programs of test have a label that the heads do not know"
        return [*self.benchmark.warnings, *([said] if unknown else [])]

    def inputs(self, variant: str) -> HeadInputs:
        """Return the test programs."""
        texts = self.benchmark.parts["test"].texts if self.texts is None else self.texts[variant]
        return HeadInputs(texts, np.arange(len(texts)).reshape(-1, 1))

    def score(self, logits: Vectors, resamples: int) -> Scored:
        """Score the test programs."""
        return score_answers(self.benchmark.parts["test"], self.labels, logits, resamples)

    def sections(self, facts: Facts, rows: Rows) -> list[str]:
        """Return the scores, and what they mean."""
        return fine_tuned_sections(facts, rows)


def fine_tuned_task(
    classifier: Classifier, benchmark: PublishedBenchmark, task: str
) -> FineTunedPairs | FineTunedLabels:
    """Return a published benchmark as heads are asked about it.

    Raises
    ------
    InputError
        If the heads were trained for another task or know none of the labels, or its programs have none.
    """
    refuse_other_task(classifier, task)
    if isinstance(benchmark, PublishedPairs):
        return FineTunedPairs(benchmark)
    return FineTunedLabels(benchmark, _known_labels(classifier, benchmark))


def fine_tuned_labels(classifier: Classifier, programs: DatasetLabels, variants: Sequence[Variant]) -> FineTunedLabels:
    """Return the tested translations of a dataset as heads are asked about them.

    Raises
    ------
    InputError
        If the heads were trained for another task, or know none of the labels.
    """
    refuse_other_task(classifier, "classification")
    labels = _known_labels(classifier, programs.labels)
    number = len(programs.labels.parts["test"].ids)
    texts = {str(variant): programs.texts[variant][-number:] for variant in variants}  # the last split
    return FineTunedLabels(programs.labels, labels, variants, texts)


def _known_labels(classifier: Classifier, benchmark: PublishedLabels) -> tuple[str, ...]:
    """Return the labels of heads that know some of those of a benchmark."""
    found = set(benchmark.parts["test"].labels)
    if benchmark.scoring == "problems":
        raise InputError(
            f"{benchmark.name}: programs of a problem retrieve each other, and no head says which they are",
            "score vectors on it: exits:MODEL or mose:MODEL",
        )
    if not found & set(classifier.labels):
        few = ", ".join(label[:20] for label in sorted(found)[:3])
        known = ", ".join(label[:20] for label in classifier.labels[:3])
        raise InputError(
            f"{classifier.name} knows none of the labels of {benchmark.name} ({few})",
            f"score what it was trained on; it knows {known}",
        )
    return classifier.labels


def refuse_other_task(classifier: Classifier, task: str) -> None:
    """Refuse heads that were trained for another task.

    Raises
    ------
    InputError
        If they were.
    """
    if classifier.task != task:
        raise InputError(
            f"{classifier.name} was trained for {classifier.task}, and cannot be scored by {task}",
            f"give --task {classifier.task}",
        )


def _stacked(parts: Sequence[PairRows]) -> I64:
    """Return each pair of some splits once, (pairs, 2)."""
    pairs = np.concatenate([np.stack([rows.a, rows.b], axis=1) for rows in parts])
    return np.unique(pairs, axis=0)
