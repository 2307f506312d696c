"""Ranking with an encoder: texts that have no vectors are encoded, then every cell is ranked."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from synthcode.evaluation.device import search_device
from synthcode.evaluation.encoder import Classifier, Encoder, LexicalScorer
from synthcode.evaluation.model_probe import drop_vectors, find_store, probe_scorer
from synthcode.evaluation.results_json import (
    Speed,
    encoding_speed,
    peak_memory,
)
from synthcode.evaluation.retrieval.combination import Combination
from synthcode.evaluation.retrieval.ranks import labelled, sorted_ranks
from synthcode.pipelines.steps.evaluate.encoding import encode, watched
from synthcode.pipelines.steps.evaluate.evaluation_input import Evaluation, report_left_out
from synthcode.pipelines.steps.evaluate.ranks.combined_ranks import combination_parts, parts_digest, rank_combination
from synthcode.storage.lock import hold


def rank(evaluation: Evaluation) -> pa.Table:
    """Return the ranks (schema ``RANKS``) without writing results; vectors go to the store."""
    report_left_out(evaluation)
    parts, _ = rank_parts(with_store(evaluation))
    return sorted_ranks([labelled(part, evaluation.label) for part in parts])


def with_store(evaluation: Evaluation) -> Evaluation:
    """Probe the model, or the scorer, and find its vectors; say so if the stored ones are another model's."""
    encoder = evaluation.encoder
    if isinstance(encoder, Combination):
        parts = tuple(part if part.vectors else with_store(part) for part in combination_parts(evaluation, encoder))
        return replace(evaluation, parts=parts, word_scores=parts_digest(evaluation, encoder, parts))
    if isinstance(encoder, LexicalScorer):
        return replace(evaluation, word_scores=probe_scorer(encoder))
    if isinstance(encoder, Classifier):
        return evaluation  # it gives no vectors
    with hold(evaluation.store / encoder.identity):
        found = find_store(evaluation.store, encoder)
        if evaluation.fresh:
            drop_vectors(evaluation.store / found.identity)
    if found.is_new:
        changed = "was changed since its vectors were stored: they are kept, but not used"
        evaluation.reporter.message(f"evaluate: the model of {evaluation.label} {changed}")
    if found.is_unproven and not evaluation.fresh:
        evaluation.reporter.message(
            "evaluate: stored vectors are of an earlier version; --fresh encodes all texts again"
        )
    return replace(evaluation, vectors=found)


def rank_parts(evaluation: Evaluation, label: str = "ranking") -> tuple[list[pa.Table], Speed]:
    """Return the ranks (schema ``RANKS``) of every cell, exit and variant, and what encoding took.

    Parameters
    ----------
    evaluation
        With its store.
    label
        What the progress of ranking is called.
    """
    from synthcode.evaluation.retrieval.scoring import cells_to_score, score_words

    if isinstance(evaluation.encoder, Combination):
        return rank_combination(evaluation, evaluation.encoder, label), {"peak_memory_bytes": peak_memory()}
    if not isinstance(evaluation.encoder, LexicalScorer):
        return _rank_vectors(evaluation, evaluation.encoder, label)
    total = cells_to_score(evaluation.benchmark, 1, len(evaluation.variants))
    with evaluation.reporter.progress(label, total) as bar:
        advance = watched(bar.advance, evaluation.stop)
        parts = list(score_words(evaluation.benchmark, evaluation.encoder, evaluation.variants, advance))
    return parts, {"peak_memory_bytes": peak_memory()}


def _rank_vectors(evaluation: Evaluation, encoder: Encoder, label: str) -> tuple[list[pa.Table], Speed]:
    from synthcode.evaluation.retrieval.scoring import Inputs, cells_to_score, score_vectors

    benchmark = evaluation.benchmark
    inputs = Inputs(benchmark, encoder, evaluation.variants)
    with hold(evaluation.store / encoder.identity):
        store, tally = encode(evaluation, encoder, inputs)
        total = cells_to_score(benchmark, len(encoder.exits), len(evaluation.variants))
        with evaluation.reporter.progress(label, total) as bar:
            advance = watched(bar.advance, evaluation.stop)
            device = search_device(evaluation.device)
            parts = list(score_vectors(benchmark, inputs, encoder, store, advance, device, evaluation.executor))
    return parts, encoding_speed(tally)
