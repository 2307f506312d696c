"""Scoring an encoder's frozen vectors on the pairs of clones of a dataset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from synthcode.evaluation.classification.clone_scores import score_clones
from synthcode.evaluation.classification.dataset_clones import DatasetClones
from synthcode.evaluation.classification.published.programs import ProgramInputs
from synthcode.evaluation.classification.similarity import Similarities, VectorSimilarities, WordSimilarities
from synthcode.evaluation.embedding_store import EmbeddingStore, Tally
from synthcode.evaluation.encoder import ONLY_EXIT, Encoder, LexicalScorer, Vectors
from synthcode.evaluation.output.clone_scores import clone_rows, write_clone_scores
from synthcode.evaluation.results_json import Speed, encoding_speed, peak_memory, withdraw_facts, write_facts
from synthcode.pipelines.steps.evaluate.encoder_ranks import encode, watched
from synthcode.pipelines.steps.evaluate.evaluation import exit_costs
from synthcode.pipelines.steps.evaluate.evaluation_input import Evaluation
from synthcode.pipelines.steps.evaluate.frozen_scores import Rows, frozen_facts, scores_if_stale
from synthcode.storage.lock import hold
from synthcode.vocabulary import Split, Variant


@dataclass(frozen=True)
class CloneEvaluation:
    """Pairs of clones, and who is to be scored on them."""

    clones: DatasetClones
    split: Split
    evaluation: Evaluation
    """Encoder, folders, variants and settings."""


def score_clones_if_stale(chosen: CloneEvaluation, *, force: bool = False, may_replace: bool = False) -> Rows:
    """Score unless the results are what scoring would make; return the scores.

    Raises
    ------
    InputError
        If the folder holds results of other settings that may not be replaced.
    """
    return scores_if_stale(
        chosen.evaluation, lambda evaluation: _score(chosen, evaluation), force=force, may_replace=may_replace
    )


def _score(chosen: CloneEvaluation, evaluation: Evaluation) -> Rows:
    rows: list[dict[str, Any]] = []
    speeds: list[Speed] = []
    total = len(evaluation.variants) * len(evaluation.exits)
    with evaluation.reporter.progress("scoring", total) as bar:
        advance = watched(bar.advance, evaluation.stop)
        for variant in evaluation.variants:
            for exit_, similarities in _similarities(chosen.clones, evaluation, variant, speeds):
                found, thresholds = score_clones(chosen.clones, chosen.split, similarities, evaluation.resamples)
                rows += clone_rows(exit_, variant, found, thresholds)
                advance(1)
    costs = exit_costs(evaluation)
    evaluation.stop.raise_if_set()
    facts = frozen_facts(evaluation, speeds[0], rows, chosen.clones.warnings, tuple(evaluation.variants))
    withdraw_facts(evaluation.folder)
    write_clone_scores(evaluation.folder, facts, costs, rows)
    write_facts(evaluation.folder, facts)
    return rows


def _similarities(
    clones: DatasetClones, evaluation: Evaluation, variant: Variant, speeds: list[Speed]
) -> Iterator[tuple[int, Similarities]]:
    """Yield exits, each with the similarities of programs; add what encoding took to ``speeds``."""
    encoder, texts = evaluation.encoder, clones.texts[variant]
    if isinstance(encoder, LexicalScorer):
        speeds.append({"peak_memory_bytes": peak_memory()})
        yield ONLY_EXIT, WordSimilarities(encoder, texts)
        return
    with hold(evaluation.store / encoder.identity):
        inputs, store, tally = _encoded(clones, evaluation, encoder, variant)
        speeds.append(encoding_speed(tally))
        for exit_ in encoder.exits:
            yield exit_, VectorSimilarities(_vectors(inputs, store, exit_, len(texts)))


_Inputs = list[tuple[np.ndarray, ProgramInputs]]
"""The places of the programs of each language, and what is encoded of them."""


def _encoded(
    clones: DatasetClones, evaluation: Evaluation, encoder: Encoder, variant: Variant
) -> tuple[_Inputs, EmbeddingStore, Tally]:
    languages, texts = np.array(clones.languages), clones.texts[variant]
    inputs = []
    for language in np.unique(languages).tolist():
        places = np.flatnonzero(languages == language)
        inputs.append((places, ProgramInputs([texts[place] for place in places.tolist()], language, encoder)))
    for _, programs in inputs:
        store, tally = encode(evaluation, encoder, programs)
    return inputs, store, tally


def _vectors(inputs: _Inputs, store: EmbeddingStore, exit_: int, programs: int) -> Vectors:
    vectors: Vectors | None = None
    for places, of_language in inputs:
        found = of_language.vectors(store, exit_)
        if vectors is None:
            vectors = np.empty((programs, found.shape[1]), dtype=np.float32)
        vectors[places] = found
    assert vectors is not None
    return vectors
