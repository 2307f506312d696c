"""Bringing a results folder up to date: encode what is missing, rank, write what papers print."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, NamedTuple

from synthcode.evaluation.encoder import Costed, LexicalScorer
from synthcode.evaluation.interop.mteb_results import model_name
from synthcode.evaluation.output.baseline import Baseline, find_baseline
from synthcode.evaluation.output.results_folder import AllRanks, write_files
from synthcode.evaluation.plots.figures import can_draw
from synthcode.evaluation.results.comparison import Estimate, Macro
from synthcode.evaluation.results.coverage import Covered, coverage, warnings_of
from synthcode.evaluation.results.score_entries import read_score_entries, score_entry
from synthcode.evaluation.results_json import (
    FACTS_NAME,
    Facts,
    Speed,
    damaged_files,
    kind_of,
    read_facts,
    withdraw_facts,
    write_facts,
)
from synthcode.evaluation.retrieval.combination import Combination
from synthcode.evaluation.retrieval.ranks import labelled, read_ranks, sorted_ranks, write_ranks
from synthcode.extras import install_line
from synthcode.pipelines.steps.evaluate.evaluation_input import Evaluation, report_left_out
from synthcode.pipelines.steps.evaluate.ranks.compressed_ranks import (
    compressed_search,
    planned_compressions,
    write_compressed_ranks,
)
from synthcode.pipelines.steps.evaluate.ranks.encoder_ranks import rank_parts, with_store
from synthcode.pipelines.steps.evaluate.ranks.graded_ranks import graded_ranks, write_graded_ranks
from synthcode.pipelines.steps.evaluate.ranks.level_ranks import level_ranks, write_level_ranks
from synthcode.pipelines.steps.evaluate.results_folder import different_settings, refuse_other_settings
from synthcode.sanitize import short_path
from synthcode.schemas.results import RANKS_NAME
from synthcode.storage.lock import hold

if TYPE_CHECKING:
    import pyarrow as pa

    from synthcode.evaluation.cost import ExitCost

PACKAGES = ("synthcode", "numpy", "torch", "transformers", "sentence-transformers", "bm25s")
"""Whose versions results name, where they are installed."""


class Scores(NamedTuple):
    """The means of an evaluation over pairs of languages, and what they rest on."""

    macros: Mapping[Macro, Estimate]
    covered: Covered
    notes: Sequence[str] = ()
    """Of a combination: paragraphs and tables of Markdown."""


class _Ranked(NamedTuple):
    """Ranks, and what is said of them."""

    parts: list[pa.Table]
    speed: Speed
    notes: Sequence[str]


def evaluate_if_stale(evaluation: Evaluation, *, force: bool = False, may_replace: bool = False) -> Scores:
    """Score unless the results are what scoring would make; return the means.

    Parameters
    ----------
    evaluation
        What is scored, and where results go.
    force
        Score again although nothing has changed.
    may_replace
        Replace results of other settings.

    Raises
    ------
    InputError
        If the folder holds results of other settings that may not be replaced.
    """
    report_left_out(evaluation)
    with hold(evaluation.folder):
        look_at_earlier(evaluation, may_replace=may_replace)
        evaluation = with_store(evaluation)
        planned_compressions(evaluation)  # refuses too many dimensions before anything is encoded
        baseline = find_baseline(evaluation.baseline, evaluation.folder, evaluation.benchmark, evaluation.variants)
        known = None if force or evaluation.fresh else _known_scores(evaluation, evaluation.fingerprint(baseline))
        if known is None:
            ranks = None if force or evaluation.fresh else _known_ranks(evaluation)
            return _score(evaluation, baseline, ranks)
        evaluation.reporter.message(f"evaluate: unchanged, nothing to do ({evaluation.folder})")
        return known


def look_at_earlier(evaluation: Evaluation, *, may_replace: bool) -> None:
    """Refuse to replace results of other settings, or say that they are replaced."""
    known, content = read_facts(evaluation.folder), evaluation.benchmark.digest
    if known is None:
        return
    if not may_replace:
        refuse_other_settings(evaluation.folder, known, content, evaluation.settings)
    elif different := different_settings(known, content, evaluation.settings):
        evaluation.reporter.message(
            f"evaluate: replacing results of other settings in {evaluation.folder}: {different}"
        )


def _known_scores(evaluation: Evaluation, fingerprint: str) -> Scores | None:
    """Return the means of complete results with that fingerprint; None if they are missing or damaged."""
    folder = evaluation.folder
    known = read_facts(folder)
    if known is None and (folder / FACTS_NAME).is_file():
        evaluation.reporter.message(f"evaluate: {folder / FACTS_NAME} is damaged, or of another version: scoring again")
    if known is None or known.fingerprint != fingerprint:
        return None
    for name in damaged_files(folder, known):
        evaluation.reporter.message(f"evaluate: {folder / name} is damaged or was changed: scoring again")
        return None
    try:
        means = read_score_entries(evaluation.label, known.scores)
        return Scores(*means, known.notes) if known.scores else None
    except ValueError:
        return None


def _known_ranks(evaluation: Evaluation) -> _Ranked | None:
    """Return the ranks of earlier results if only label, resamples, baseline or costs differ, and say so."""
    folder = evaluation.folder
    known = read_facts(folder)
    if known is None or known.ranks_fingerprint != evaluation.ranks_fingerprint:
        return None
    if RANKS_NAME in damaged_files(folder, known):
        return None
    changes = _presentation_changes(known, evaluation)
    written = f"tables and plots are written again{changes}"
    evaluation.reporter.message(f"evaluate: the ranks in {folder} are kept; {written}")
    return _Ranked([read_ranks(folder)], known.speed, known.notes)


def _presentation_changes(known: Facts, evaluation: Evaluation) -> str:
    """Return the label and the resamples if they differ from those of earlier results, as the end of a sentence."""
    changes = []
    if known.encoder != evaluation.label:
        changes.append(f"label {evaluation.label} (was {known.encoder})")
    if known.resamples not in (None, evaluation.resamples):
        changes.append(f"resamples {evaluation.resamples:,} (were {known.resamples:,})")
    return "".join(f", {change}" for change in changes).replace(", ", ": ", 1)


def _score(evaluation: Evaluation, baseline: Baseline | None, known_ranks: _Ranked | None) -> Scores:
    parts, speed, notes = known_ranks or _ranked(evaluation)
    evaluation.stop.raise_if_set()
    by_level = level_ranks(evaluation, may_keep=known_ranks is not None)
    evaluation.stop.raise_if_set()
    graded = graded_ranks(evaluation)
    evaluation.stop.raise_if_set()
    whole = sorted_ranks([labelled(part, evaluation.label) for part in parts])
    compressed = compressed_search(evaluation, whole, may_keep=known_ranks is not None)
    evaluation.stop.raise_if_set()
    costs = exit_costs(evaluation)
    evaluation.stop.raise_if_set()
    facts = _facts(evaluation, baseline, speed, notes)
    withdraw_facts(evaluation.folder)
    ranks = write_ranks(evaluation.folder, [whole])
    write_level_ranks(evaluation.folder, by_level)
    write_compressed_ranks(evaluation.folder, compressed)
    write_graded_ranks(evaluation.folder, graded)
    macros = write_files(
        evaluation.folder,
        AllRanks(ranks, by_level, compressed, graded),
        facts,
        costs,
        baseline=baseline.ranks if baseline is not None else None,
        dataset_id=evaluation.dataset_id,
        resamples=evaluation.resamples,
    )
    if not can_draw():
        evaluation.reporter.message(f"evaluate: no plots, because matplotlib is not installed ({install_line('eval')})")
    covered = coverage(ranks)
    scores = [score_entry(macro, estimate, covered[macro]) for macro, estimate in sorted(macros.items())]
    write_facts(evaluation.folder, replace(facts, scores=scores, warnings=warnings_of(covered.values())))
    return Scores(macros, covered, notes)


def _facts(evaluation: Evaluation, baseline: Baseline | None, speed: Speed, notes: Sequence[str]) -> Facts:
    """Return what is known of the run before its means: what was scored, with which settings and versions."""
    return Facts(
        fingerprint=evaluation.fingerprint(baseline),
        encoder=evaluation.label,
        model=model_name(evaluation.encoder.name),
        identity=evaluation.identity,
        exits=evaluation.exits,
        dataset=short_path(evaluation.benchmark.name),
        dataset_digest=evaluation.benchmark.digest,
        split=evaluation.benchmark.split,
        variants=tuple(evaluation.variants),
        settings=dict(evaluation.settings),
        versions=versions(),
        speed=speed,
        ranks_fingerprint=evaluation.ranks_fingerprint,
        resamples=evaluation.resamples,
        requirement=asdict(requirement) if (requirement := evaluation.benchmark.requirement) else None,
        notes=list(notes),
        ranking=_ranking(evaluation),
        dims=evaluation.dims_by_exit,
        kind=kind_of(evaluation.encoder.name),
    )


def _ranked(evaluation: Evaluation) -> _Ranked:
    parts, speed = rank_parts(evaluation)
    return _Ranked(parts, speed, evaluation.encoder.notes() if isinstance(evaluation.encoder, Combination) else ())


def _ranking(evaluation: Evaluation) -> dict[str, Any]:
    """Return how a combination ranks by these results: see ``Facts.ranking``."""
    encoder = evaluation.encoder
    if isinstance(encoder, Combination):
        return {"combines": [part.label for part in encoder.parts]}
    if isinstance(encoder, LexicalScorer):
        return {"words": encoder.name}
    store = os.path.relpath(evaluation.store.resolve(), evaluation.folder.resolve())
    # A store far from the results is left out: files that are shared should not show where a user keeps files.
    near = {} if store.startswith(os.path.join("..", "..", "")) else {"store": store}
    return {"sees": sorted(encoder.sees), **near}


def exit_costs(evaluation: Evaluation) -> list[ExitCost]:
    """Measure what each exit costs, if it is wanted and the encoder has exits."""
    if not evaluation.costs or not isinstance(evaluation.encoder, Costed):
        return []
    encoder, reporter, number = evaluation.encoder, evaluation.reporter, len(evaluation.exits)

    def measured() -> list[ExitCost]:
        reporter.message(f"measuring what {number} exits cost")
        return encoder.costs()

    return evaluation.cost_meter.costs(measured)


def versions() -> dict[str, str]:
    """Return the versions of what scores depend on."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
