"""Scoring an encoder's frozen vectors on a published benchmark of clones or classification."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from synthcode.errors import InputError
from synthcode.evaluation.classification.published.benchmark import PublishedBenchmark, PublishedLabels
from synthcode.evaluation.classification.published.programs import ProgramInputs
from synthcode.evaluation.classification.published.scoring import programs_of, score
from synthcode.evaluation.classification.similarity import VectorSimilarities, WordSimilarities
from synthcode.evaluation.encoder import ONLY_EXIT, Encoder, LexicalScorer
from synthcode.evaluation.interop.mteb_results import model_name
from synthcode.evaluation.output.frozen_scores import VARIANT, ExitScores, score_rows, write_frozen_scores
from synthcode.evaluation.results_json import (
    Facts,
    Speed,
    damaged_files,
    encoding_speed,
    peak_memory,
    read_facts,
    withdraw_facts,
    write_facts,
)
from synthcode.evaluation.retrieval.benchmark import Benchmark
from synthcode.pipelines.steps.evaluate.encoder_ranks import encode, watched, with_store
from synthcode.pipelines.steps.evaluate.evaluation import exit_costs, look_at_earlier, versions
from synthcode.pipelines.steps.evaluate.evaluation_input import Evaluation
from synthcode.storage.lock import hold

Rows = Sequence[Mapping[str, Any]]
"""What ``score_rows`` gives."""


@dataclass(frozen=True)
class FrozenEvaluation:
    """A published benchmark, and who is to be scored on it."""

    benchmark: PublishedBenchmark
    task: str
    evaluation: Evaluation
    """Encoder, folders and settings. Its own benchmark is ``without_cells``: it has a name and a digest only."""


def without_cells(benchmark: PublishedBenchmark, name: str) -> Benchmark:
    """Return what the folders and fingerprints of results need to know of a published benchmark."""
    return Benchmark(name, benchmark.digest, "test", {}, {})


def score_frozen_if_stale(frozen: FrozenEvaluation, *, force: bool = False, may_replace: bool = False) -> Rows:
    """Score unless the results are what scoring would make; return the scores.

    Parameters
    ----------
    frozen
        What is scored, and where results go.
    force
        Score again although nothing has changed.
    may_replace
        Replace results of other settings.

    Raises
    ------
    InputError
        If the folder holds results of other settings that may not be replaced, or nothing can be scored.
    """

    def scored(evaluation: Evaluation) -> Rows:
        return _score(replace(frozen, evaluation=evaluation))

    return scores_if_stale(frozen.evaluation, scored, force=force, may_replace=may_replace)


def scores_if_stale(
    evaluation: Evaluation, score: Callable[[Evaluation], Rows], *, force: bool, may_replace: bool
) -> Rows:
    """Return the scores that a folder holds if they are current, and otherwise those that ``score`` writes there."""
    with hold(evaluation.folder):
        look_at_earlier(evaluation, may_replace=may_replace)
        evaluation = with_store(evaluation)
        known = read_facts(evaluation.folder)
        is_current = known is not None and known.fingerprint == evaluation.fingerprint(None)
        if known and is_current and not (force or evaluation.fresh or damaged_files(evaluation.folder, known)):
            evaluation.reporter.message(f"evaluate: unchanged, nothing to do ({evaluation.folder})")
            return known.scores
        return score(evaluation)


def _score(frozen: FrozenEvaluation) -> Rows:
    evaluation = frozen.evaluation
    scored, speed = _score_exits(frozen)
    rows = score_rows(frozen.task, scored)
    if not rows:
        raise InputError(
            f"{evaluation.benchmark.name}: no problem of test has two programs, so nothing can be scored",
            "give a benchmark with several programs of each problem",
        )
    costs = exit_costs(evaluation)
    evaluation.stop.raise_if_set()
    facts = frozen_facts(evaluation, speed, rows, frozen.benchmark.warnings, (VARIANT,))
    withdraw_facts(evaluation.folder)
    write_frozen_scores(evaluation.folder, facts, frozen.benchmark.language or "unknown", costs, rows)
    write_facts(evaluation.folder, facts)
    return rows


def frozen_facts(
    evaluation: Evaluation, speed: Speed, rows: Rows, warnings: Sequence[str], variants: tuple[str, ...]
) -> Facts:
    """Return what ``results.json`` says of scores."""
    return Facts(
        fingerprint=evaluation.fingerprint(None),
        encoder=evaluation.label,
        model=model_name(evaluation.encoder.name),
        identity=evaluation.identity,
        exits=evaluation.exits,
        dataset=evaluation.benchmark.name,
        dataset_digest=evaluation.benchmark.digest,
        split=evaluation.benchmark.split,
        variants=variants,
        settings=dict(evaluation.settings),
        versions=versions(),
        speed=speed,
        resamples=evaluation.resamples,
        scores=rows,
        warnings=warnings,
    )


def _score_exits(frozen: FrozenEvaluation) -> tuple[list[ExitScores], Speed]:
    evaluation, programs = frozen.evaluation, programs_of(frozen.benchmark)
    encoder = evaluation.encoder
    if not isinstance(encoder, LexicalScorer):
        return _score_vectors(frozen, encoder, programs)
    with evaluation.reporter.progress("scoring", 1) as bar:
        found = score(frozen.benchmark, WordSimilarities(encoder, programs), evaluation.resamples)
        watched(bar.advance, evaluation.stop)(1)
    if isinstance(frozen.benchmark, PublishedLabels) and frozen.benchmark.scoring == "labels":
        evaluation.reporter.message(f"evaluate: {evaluation.label} has no vectors: k nearest neighbours only, no probe")
    return [ExitScores(ONLY_EXIT, *found)], {"peak_memory_bytes": peak_memory()}


def _score_vectors(frozen: FrozenEvaluation, encoder: Encoder, programs: list[str]) -> tuple[list[ExitScores], Speed]:
    evaluation = frozen.evaluation
    inputs = ProgramInputs(programs, frozen.benchmark.language, encoder)
    with hold(evaluation.store / encoder.identity):
        store, tally = encode(evaluation, encoder, inputs)
        scored = []
        with evaluation.reporter.progress("scoring", len(encoder.exits)) as bar:
            advance = watched(bar.advance, evaluation.stop)
            for exit_ in encoder.exits:
                similarities = VectorSimilarities(inputs.vectors(store, exit_))
                scored.append(ExitScores(exit_, *score(frozen.benchmark, similarities, evaluation.resamples)))
                advance(1)
    return scored, encoding_speed(tally)
