"""What the vectors of an encoder are scored on without training it: pairs of clones, or a published benchmark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from synthcode.errors import InputError
from synthcode.evaluation.classification.clones.clone_scores import ALL, score_clones
from synthcode.evaluation.classification.clones.dataset_clones import DatasetClones
from synthcode.evaluation.classification.dataset_labels import DatasetLabels
from synthcode.evaluation.classification.measures.scored import Scored
from synthcode.evaluation.classification.published.benchmark import PublishedBenchmark, PublishedLabels
from synthcode.evaluation.classification.published.scoring import programs_of, score
from synthcode.evaluation.classification.similarity import Similarities
from synthcode.evaluation.output.clone_tables import clone_sections
from synthcode.evaluation.output.label_tables import label_sections
from synthcode.evaluation.output.published_tables import published_sections
from synthcode.evaluation.results_json import Facts
from synthcode.vocabulary import Split, Variant

NO_PROBE = "k nearest neighbours only, no probe"
RAW = "raw"
"""The variant of published programs: they are scored as they are."""

Rows = Sequence[Mapping[str, Any]]
"""Scores as ``results.json`` holds them."""


class Programs(NamedTuple):
    """What is encoded."""

    texts: Sequence[str]
    languages: Sequence[str]
    """Of each program; empty if it is not known."""


class ScoredTask(Protocol):
    """What a results folder holds the scores of."""

    @property
    def name(self) -> str:
        """``clones`` or ``classification``, with an ending if heads were fine-tuned for it."""

    @property
    def variants(self) -> Sequence[str]:
        """Of the code."""

    @property
    def language(self) -> str:
        """Of scores that name no languages."""

    @property
    def warnings(self) -> Sequence[str]:
        """What is wrong with the pairs or labels."""

    def sections(self, facts: Facts, rows: Rows) -> list[str]:
        """Return the scores as the first sections of ``tables.md``."""


class FrozenTask(ScoredTask, Protocol):
    """Programs, and how their vectors are scored."""

    @property
    def lost_without_vectors(self) -> str:
        """What a scorer without vectors is not scored on; empty if that is nothing."""

    def programs(self, variant: str) -> Programs:
        """Return the programs of a variant."""

    def score(self, similarities: Similarities, resamples: int) -> Scored:
        """Score the programs by how similar they are.

        Raises
        ------
        InputError
            If nothing can be scored.
        """


@dataclass(frozen=True)
class ClonesTask:
    """The pairs of clones of a dataset."""

    clones: DatasetClones
    split: Split
    variants: Sequence[Variant]
    name: str = "clones"
    language: str = ALL
    lost_without_vectors: str = ""

    @property
    def warnings(self) -> Sequence[str]:
        """What is wrong with the pairs."""
        return self.clones.warnings

    def programs(self, variant: str) -> Programs:
        """Return the programs of a variant."""
        return Programs({str(name): texts for name, texts in self.clones.texts.items()}[variant], self.clones.languages)

    def score(self, similarities: Similarities, resamples: int) -> Scored:
        """Score the pairs of the split."""
        return score_clones(self.clones, self.split, similarities, resamples)

    def sections(self, facts: Facts, rows: Rows) -> list[str]:
        """Return the scores of each variant."""
        return clone_sections(facts, rows)


@dataclass(frozen=True)
class LabelsTask:
    """Which translations of a dataset fail their tests."""

    programs_and_labels: DatasetLabels
    variants: Sequence[Variant]
    name: str = "classification"
    language: str = ALL
    lost_without_vectors: str = NO_PROBE

    @property
    def warnings(self) -> Sequence[str]:
        """What is wrong with the programs."""
        return self.programs_and_labels.warnings

    def programs(self, variant: str) -> Programs:
        """Return the programs of a variant."""
        texts = {str(name): texts for name, texts in self.programs_and_labels.texts.items()}[variant]
        return Programs(texts, self.programs_and_labels.languages)

    def score(self, similarities: Similarities, resamples: int) -> Scored:
        """Score the test programs."""
        return score(self.programs_and_labels.labels, similarities, resamples)

    def sections(self, facts: Facts, rows: Rows) -> list[str]:
        """Return the scores of each variant."""
        return label_sections(facts, rows)


@dataclass(frozen=True)
class PublishedTask:
    """A published benchmark of clones or classification."""

    benchmark: PublishedBenchmark
    name: str
    variants: Sequence[str] = (RAW,)

    @property
    def language(self) -> str:
        """Of the programs."""
        return self.benchmark.language or "unknown"

    @property
    def warnings(self) -> Sequence[str]:
        """What is known to be wrong with the benchmark, and what was found on reading."""
        return self.benchmark.warnings

    @property
    def lost_without_vectors(self) -> str:
        """The probe needs vectors."""
        benchmark = self.benchmark
        is_probed = isinstance(benchmark, PublishedLabels) and benchmark.scoring == "labels"
        return NO_PROBE if is_probed else ""

    def programs(self, variant: str) -> Programs:
        """Return the programs of all splits."""
        texts = programs_of(self.benchmark)
        return Programs(texts, [self.benchmark.language] * len(texts))

    def score(self, similarities: Similarities, resamples: int) -> Scored:
        """Score the test programs."""
        scored = score(self.benchmark, similarities, resamples)
        if not scored.scores:
            raise InputError(
                f"{self.benchmark.name}: no problem of test has two programs, so nothing can be scored",
                "give a benchmark with several programs of each problem",
            )
        return scored

    def sections(self, facts: Facts, rows: Rows) -> list[str]:
        """Return the scores, and what they mean."""
        return published_sections(facts, rows)
