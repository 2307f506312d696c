"""Ranking with an encoder: texts that have no vectors are encoded, then every cell is ranked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from synthcode.errors import ServerError
from synthcode.evaluation.encoder import Encoder, LexicalScorer
from synthcode.evaluation.model_probe import Probe, agree, drop_vectors, find_store, probe_model, probe_scorer
from synthcode.evaluation.results_json import (
    Speed,
    encoding_speed,
    peak_memory,
)
from synthcode.evaluation.retrieval.ranks import labelled, sorted_ranks
from synthcode.evaluation.vector_checks import VectorCheck
from synthcode.pipelines.runs.interrupt import StopRequest
from synthcode.pipelines.steps.evaluate.evaluation_input import Evaluation, report_left_out
from synthcode.storage.lock import hold

if TYPE_CHECKING:
    from synthcode.evaluation.embedding_store import EmbeddingStore, Tally
    from synthcode.evaluation.retrieval.scoring import Encodable


def rank(evaluation: Evaluation) -> pa.Table:
    """Return the ranks (schema ``RANKS``) without writing results; vectors go to the store."""
    report_left_out(evaluation)
    parts, _ = rank_parts(with_store(evaluation))
    return sorted_ranks([labelled(part, evaluation.label) for part in parts])


def with_store(evaluation: Evaluation) -> Evaluation:
    """Probe the model, or the scorer, and find its vectors; say so if the stored ones are another model's."""
    encoder = evaluation.encoder
    if isinstance(encoder, LexicalScorer):
        return replace(evaluation, word_scores=probe_scorer(encoder))
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
            device = _search_device(evaluation.device)
            parts = list(score_vectors(benchmark, inputs, encoder, store, advance, device, evaluation.executor))
    return parts, encoding_speed(tally)


def encode(evaluation: Evaluation, encoder: Encoder, inputs: Encodable) -> tuple[EmbeddingStore, Tally]:
    """Encode what the encoder's store lacks; return the store, and what encoding took. The caller holds the store."""
    from synthcode.evaluation.embedding_store import EmbeddingStore
    from synthcode.evaluation.retrieval.scoring import encode_missing

    store = EmbeddingStore(evaluation.store, encoder, evaluation.identity)
    for path in store.dropped:
        evaluation.reporter.message(f"evaluate: {path} was damaged: its texts are encoded again")
    check = VectorCheck(encoder.name, {exit_: probe.shape[1] for exit_, probe in _probe(evaluation).items()})
    with evaluation.reporter.progress("encoding", len(inputs.all_keys())) as bar:
        earlier = set(store.files)
        tally = encode_missing(inputs, encoder, store, watched(bar.advance, evaluation.stop), check)
        if new := set(store.files) - earlier:
            _refuse_changed_model(evaluation, encoder, new)
    return store, tally


def _refuse_changed_model(evaluation: Evaluation, encoder: Encoder, new: Iterable[Path]) -> None:
    """Probe the model again; remove the vectors of this run if it is another one than at the start."""
    if agree(_probe(evaluation), probe_model(encoder)):
        return
    for file in new:
        file.unlink()
    raise ServerError(
        f"the model of {evaluation.label} changed while its texts were encoded: the vectors of this run were removed",
        "see whether several models, or several servers, answer by that name; then run the same command again",
    )


def _probe(evaluation: Evaluation) -> Probe:
    return {} if evaluation.vectors is None else evaluation.vectors.probe


def _search_device(device: str) -> str:
    if device != "auto" or find_spec("torch") is None:
        return "cpu" if device == "auto" else device
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def watched(advance: Callable[[int], None], stop: StopRequest) -> Callable[[int], None]:
    """Return what advances a bar, and raises if a stop was requested."""

    def advance_or_stop(count: int) -> None:
        advance(count)
        stop.raise_if_set()

    return advance_or_stop
