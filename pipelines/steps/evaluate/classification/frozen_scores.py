"""Bringing the scores of an encoder's frozen vectors up to date."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from synthcode.evaluation.classification.items.item_scores import of_exit, write_item_scores
from synthcode.evaluation.classification.program_inputs import ProgramInputs
from synthcode.evaluation.classification.similarity import Similarities, VectorSimilarities, WordSimilarities
from synthcode.evaluation.classification.stored_scores import overall
from synthcode.evaluation.encoder import ONLY_EXIT, LexicalScorer
from synthcode.evaluation.interop.mteb_results import model_name
from synthcode.evaluation.output.baseline import BASELINE
from synthcode.evaluation.output.frozen_baseline import SCOPE, FrozenBaseline, find_frozen_baseline
from synthcode.evaluation.output.frozen_scores import score_rows, write_frozen_scores
from synthcode.evaluation.plots.figures import can_draw
from synthcode.evaluation.results.coverage import few_problems
from synthcode.evaluation.results_json import (
    Facts,
    Speed,
    damaged_files,
    encoding_speed,
    kind_of,
    peak_memory,
    read_facts,
    withdraw_facts,
    write_facts,
)
from synthcode.evaluation.retrieval.benchmark import Benchmark
from synthcode.evaluation.retrieval.combination import single_encoder
from synthcode.extras import install_line
from synthcode.identity import digest
from synthcode.pipelines.steps.evaluate.classification.frozen_task import FrozenTask, Rows, ScoredTask
from synthcode.pipelines.steps.evaluate.encoding import encode, watched
from synthcode.pipelines.steps.evaluate.evaluation import exit_costs, look_at_earlier, versions
from synthcode.pipelines.steps.evaluate.evaluation_input import Evaluation
from synthcode.pipelines.steps.evaluate.ranks.encoder_ranks import with_store
from synthcode.pipelines.steps.evaluate.results_folder import named_after
from synthcode.sanitize import short_path
from synthcode.storage.lock import hold


@dataclass(frozen=True)
class FrozenEvaluation:
    """Who is to be scored on what."""

    task: FrozenTask
    evaluation: Evaluation
    """Encoder, folders and settings. Its own benchmark is ``without_cells``."""


def without_cells(name: str, digest: str, split: str) -> Benchmark:
    """Return what the folders and fingerprints of results need to know of pairs or of a published benchmark."""
    return Benchmark(name, digest, split, {}, {})


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

    def score(evaluation: Evaluation, baseline: FrozenBaseline | None) -> Rows:
        return _score(frozen.task, evaluation, baseline)

    return scores_if_stale(frozen.task, frozen.evaluation, score, force=force, may_replace=may_replace)


Score = Callable[[Evaluation, FrozenBaseline | None], Rows]
"""Scores, and writes the results."""


def scores_if_stale(task: ScoredTask, evaluation: Evaluation, score: Score, *, force: bool, may_replace: bool) -> Rows:
    """Return the scores that a folder holds if they are current, and otherwise those that ``score`` writes there."""
    with hold(evaluation.folder):
        look_at_earlier(evaluation, may_replace=may_replace)
        evaluation = with_store(evaluation)
        baseline = _baseline(task, evaluation)
        known = read_facts(evaluation.folder)
        is_current = known is not None and known.fingerprint == _fingerprint(evaluation, baseline)
        if known and is_current and not (force or evaluation.fresh or damaged_files(evaluation.folder, known)):
            evaluation.reporter.message(f"evaluate: unchanged, nothing to do ({evaluation.folder})")
            return known.scores
        return score(evaluation, baseline)


def _baseline(task: ScoredTask, evaluation: Evaluation) -> FrozenBaseline | None:
    """Return the scores that are drawn as lines: the named ones, or BM25's if they lie next to these."""
    folder, settings = evaluation.folder, evaluation.settings
    scope = {name: settings[name] for name in settings if name in SCOPE}
    whole = [scope, {name: settings[name] for name in settings if name in (*SCOPE, "variant")}]
    usual = [place for one in whole if (place := named_after(folder.with_name(BASELINE), one)) != folder]
    return find_frozen_baseline(evaluation.baseline, usual, task.name, evaluation.benchmark.digest, settings)


def _score(task: FrozenTask, evaluation: Evaluation, baseline: FrozenBaseline | None) -> Rows:
    rows: list[dict[str, Any]] = []
    speeds: list[Speed] = []
    items: list[pa.Table] = []
    with evaluation.reporter.progress("scoring", len(task.variants) * len(evaluation.exits)) as bar:
        advance = watched(bar.advance, evaluation.stop)
        for variant in task.variants:
            for exit_, similarities in _similarities(task, evaluation, variant, speeds):
                scored = task.score(similarities, evaluation.resamples)
                rows += score_rows(task.name, variant, exit_, scored)
                items.append(of_exit(scored.items, evaluation.label, exit_, task.name, variant))
                advance(1)
    write_scores(task, evaluation, speeds[0], rows, items, baseline)
    return rows


def write_scores(
    task: ScoredTask,
    evaluation: Evaluation,
    speed: Speed,
    rows: Rows,
    items: Sequence[pa.Table],
    baseline: FrozenBaseline | None,
) -> None:
    """Measure costs, and write a results folder."""
    costs = exit_costs(evaluation)
    evaluation.stop.raise_if_set()
    facts = replace(_facts(task, evaluation, speed, rows), fingerprint=_fingerprint(evaluation, baseline))
    withdraw_facts(evaluation.folder)
    write_item_scores(evaluation.folder, items)
    write_frozen_scores(evaluation.folder, facts, task.language, costs, rows, task.sections(facts, rows), baseline)
    if costs and not can_draw():
        evaluation.reporter.message(f"evaluate: no plots, because matplotlib is not installed ({install_line('eval')})")
    write_facts(evaluation.folder, facts)


def _similarities(
    task: FrozenTask, evaluation: Evaluation, variant: str, speeds: list[Speed]
) -> Iterator[tuple[int, Similarities]]:
    """Yield exits, each with the similarities of programs; add what encoding took to ``speeds``."""
    encoder, programs = single_encoder(evaluation.encoder), task.programs(variant)
    if isinstance(encoder, LexicalScorer):
        speeds.append({"peak_memory_bytes": peak_memory()})
        if task.lost_without_vectors:
            evaluation.reporter.message(f"evaluate: {evaluation.label} has no vectors: {task.lost_without_vectors}")
        yield ONLY_EXIT, WordSimilarities(encoder, programs.texts)
        return
    inputs = ProgramInputs(programs.texts, programs.languages, encoder)
    with hold(evaluation.store / encoder.identity):
        store, tally = encode(evaluation, encoder, inputs)
        speeds.append(encoding_speed(tally))
        for exit_ in encoder.exits:
            yield exit_, VectorSimilarities(inputs.vectors(store, exit_))


def _fingerprint(evaluation: Evaluation, baseline: FrozenBaseline | None) -> str:
    """Return a digest of all that the results depend on; those of earlier versions have another."""
    return digest("items, oracles without intervals", evaluation.fingerprint(baseline))


def _facts(task: ScoredTask, evaluation: Evaluation, speed: Speed, rows: Rows) -> Facts:
    """Return what ``results.json`` says of scores, but for the fingerprint."""
    problems = min(row["groups"] for row in overall(rows))
    return Facts(
        fingerprint="",
        encoder=evaluation.label,
        model=model_name(evaluation.encoder.name),
        identity=evaluation.identity,
        exits=evaluation.exits,
        dataset=short_path(evaluation.benchmark.name),
        dataset_digest=evaluation.benchmark.digest,
        split=evaluation.benchmark.split,
        variants=tuple(task.variants),
        settings=dict(evaluation.settings),
        versions=versions(),
        speed=speed,
        resamples=evaluation.resamples,
        scores=rows,
        warnings=[*task.warnings, *few_problems(problems)],
        dims=evaluation.dims_by_exit,
        kind=kind_of(evaluation.encoder.name),
    )
