"""Scores of the model that is being trained, on the validation split."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from itertools import product
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import numpy as np

from synthcode.evaluation.encoder import Encoded, Encoder, Role, Side
from synthcode.evaluation.retrieval.benchmark import Benchmark, Judgements, Ranks
from synthcode.evaluation.retrieval.datasets import load_benchmark
from synthcode.evaluation.retrieval.measures import MEASURES, QueryRanks
from synthcode.evaluation.retrieval.search.ranking import vector_ranks
from synthcode.evaluation.vector_checks import VectorCheck
from synthcode.execution.threads import ThreadExecutor
from synthcode.storage.published import find_dataset
from synthcode.vocabulary import MAIN_METRIC, SCORED_VARIANTS, TEXT, Variant

SPLIT = "validation"


class ScoreKey(NamedTuple):
    """What a mean over pairs of languages is of."""

    exit: int
    task: str
    variant: str


Scores = Mapping[ScoreKey, float]


def load_validation(dataset: Path, most_problems: int, report: Callable[[str], None]) -> Benchmark | None:
    """Return what is scored while training; None, and a message, if the dataset has no validation split."""
    published = find_dataset(dataset)
    if SPLIT in published.splits("qrels"):
        benchmark = load_benchmark(dataset, SPLIT, most_problems=most_problems)
        if benchmark.cells:
            return benchmark
    report(f"train: {dataset} has no validation split, or an empty one: no exit is scored while training")
    return None


def score_exits(
    encoder: Encoder, benchmark: Benchmark, variants: Sequence[Variant] = SCORED_VARIANTS
) -> dict[ScoreKey, float]:
    """Return MRR@10 of every exit, task and variant: the mean over pairs of languages.

    Raises
    ------
    InputError
        If a vector cannot be scored.
    """
    vectors = _Vectors(encoder, benchmark)
    values: dict[ScoreKey, list[float]] = {}
    with closing(ThreadExecutor()) as threads:
        for variant, (cell, judged) in product(variants, benchmark.cells.items()):
            asked = vectors.of(variant, cell.query_language, "query")
            found = vectors.of(variant, cell.corpus_language, "document")
            for exit_ in encoder.exits:
                queries, documents = asked.vectors[exit_][judged.queries], found.vectors[exit_]
                ranks = vector_ranks(queries, documents, judged, executor=threads)
                values.setdefault(ScoreKey(exit_, cell.task, variant), []).append(_mean_score(judged, ranks))
    return {key: fmean(cells) for key, cells in sorted(values.items())}


def mean_over_exits(scores: Scores) -> float:
    """Return the mean over exits of the mean over tasks and variants."""
    return fmean(scores.values())


def _mean_score(judged: Judgements, ranks: Ranks) -> float:
    best = np.minimum.reduceat(ranks, judged.starts[:-1])  # MRR looks at the first answer only
    one_each = QueryRanks(np.arange(len(best) + 1, dtype=np.int64), best)
    return float(MEASURES[MAIN_METRIC](one_each).mean())


class _Vectors:
    """The vectors of a benchmark's texts, each text once for each role that the encoder tells apart."""

    def __init__(self, encoder: Encoder, benchmark: Benchmark) -> None:
        self._encoder, self._benchmark = encoder, benchmark
        self._check = VectorCheck(encoder.name)
        self._known: dict[tuple[str, str, Role], Encoded] = {}

    def of(self, variant: Variant, language: str, side: Side) -> Encoded:
        """Return the vectors of all texts of a language."""
        role = Role(side, "text" if language == TEXT else "code", language).seen_by(self._encoder)
        key = ("" if language == TEXT else variant, language, role)
        if key not in self._known:
            texts = self._benchmark.texts[language].columns[variant]
            self._known[key] = self._check(self._encoder.encode(texts, role), texts)
        return self._known[key]
