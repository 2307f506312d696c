"""The dedup stages: exact and near-duplicates among seeds, and among translations."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from synthcode.pipelines.runs.step import Step, StepResult
from synthcode.pipelines.steps.dedup.contamination import contamination_inputs, search_benchmarks
from synthcode.pipelines.steps.dedup.near_duplicate_search import cluster, search_resources
from synthcode.pipelines.steps.dedup.removed_shares import (
    review_removed_seeds,
    review_removed_translations,
    seed_shares,
)
from synthcode.pipelines.tables.programs import all_programs, seed_programs
from synthcode.pipelines.tables.repairs import accepted_rows
from synthcode.pipelines.tables.surviving_rows import SurvivingRows
from synthcode.schemas.tables import HITS
from synthcode.storage.shards import write_table

if TYPE_CHECKING:
    import pyarrow as pa

    from synthcode.dedup.config import DedupConfig
    from synthcode.pipelines.runs.recipe import Recipe
    from synthcode.pipelines.runs.run import Run


def dedup_seeds_step(*, early: bool = True) -> Step:
    """Return the step that finds duplicate seeds and, if ``early``, those to be left out as contaminated."""
    return Step(
        name="dedup_seeds",
        requires=("seeds",),
        settings=_rules,
        inputs=_early_inputs if early else lambda recipe: {},
        execute=partial(_execute_seeds, early=early),
        summary=_summary_of_seeds,
        review=review_removed_seeds,
        packages=("pyarrow", "numpy", "numba"),
    )


def dedup_step() -> Step:
    """Return the step that finds duplicate translations."""
    return Step(
        name="dedup",
        requires=("seeds", "check"),
        optional_inputs=("dedup_seeds", "repair"),
        settings=lambda recipe: [_rules(recipe), recipe.contamination.drop],
        inputs=_inputs,
        execute=_execute,
        summary=_summary,
        review=review_removed_translations,
        packages=("pyarrow", "numpy", "numba"),
    )


def _rules(recipe: Recipe) -> DedupConfig:
    """Return what decides about duplicates: the bound on how many are removed decides only what is reported."""
    return replace(recipe.dedup, max_removed=None)


def _inputs(recipe: Any) -> Mapping[str, str]:
    if not recipe.contamination.against:
        return {}

    return contamination_inputs(recipe)


def _early_inputs(recipe: Any) -> Mapping[str, str]:
    """Return what decides about seeds before they are translated: they stay where they only leave one split."""
    return _inputs(recipe) if recipe.contamination.drop == "everywhere" else {}


def _summary_of_seeds(counts: Mapping[str, Any]) -> str:
    hit = f", {counts['seeds_contaminated']:,} contaminated" if counts["seeds_contaminated"] else ""
    return f"{counts['seed_duplicates']:,} of {counts['seeds']:,} seeds are duplicates{hit}"


def _summary(counts: Mapping[str, Any]) -> str:
    hit = f"{counts['contaminated']:,} contaminated, " if counts["contaminated"] else ""
    return (
        f"{counts['exact_duplicates']:,} exact and {counts['near_duplicates']:,} near-duplicates, "
        f"{hit}{counts['kept']:,} translations kept"
    )


def _execute_seeds(run: Run, *, early: bool) -> StepResult:
    hits: pa.Table = HITS.empty_table()
    report: dict[str, Any] = {}
    resources = search_resources(run)
    clusters = cluster(run, seed_programs(run), resources).clusters
    if early and run.recipe.contamination.drop == "everywhere":
        hits, report = search_benchmarks(run, SurvivingRows.without_duplicates(run, clusters).seeds_alone(), resources)
    statuses = Counter(clusters.column("status").to_pylist())
    counts = {
        "seeds": run.manifest.stages["seeds"].counts["seeds"],
        "seed_duplicates": statuses["exact_duplicate"] + statuses["near_duplicate"],
        "exact_duplicates": statuses["exact_duplicate"],
        "near_duplicates": statuses["near_duplicate"],
        "removed_shares": seed_shares(run, clusters),
        "seeds_contaminated": hits.num_rows,
        "contamination": report,
    }
    folder = run.folder
    return StepResult(
        [write_table(folder.seed_clusters, clusters), write_table(folder.seed_contamination, hits)], counts
    )


def _execute(run: Run) -> StepResult:
    resources = search_resources(run)
    found = cluster(run, all_programs(run), resources)
    kept = SurvivingRows.without_duplicates(run, found.clusters)
    hits, report = search_benchmarks(run, kept.programs(), resources)
    accepted = accepted_rows(run.manifest)
    contaminated: Counter[str] = Counter()
    if hits.num_rows and run.recipe.contamination.drop == "everywhere":
        contaminated = kept.count_translations() - kept.without(hits).count_translations()
    folder = run.folder
    outputs = [
        write_table(folder.clusters, found.clusters),
        write_table(folder.split_groups, found.ties),
        write_table(folder.contamination, hits),
    ]
    return StepResult(outputs, {**_counts(found.clusters, accepted, contaminated), "contamination": report})


def _counts(
    clusters: pa.Table, accepted: Mapping[str, Mapping[str, Any]], contaminated: Mapping[str, int]
) -> dict[str, Any]:
    """Count what was dropped; translations that go with their seed count as what their seed is."""
    translations = clusters.filter(pc.equal(clusters.column("origin"), "translation"))
    dropped: dict[str, Counter[str]] = defaultdict(Counter)
    for language, status in zip(
        translations.column("language").to_pylist(), translations.column("status").to_pylist(), strict=True
    ):
        dropped[language][status] += 1
    by_language = {}
    for language in accepted:
        row = {
            "exact_duplicates": dropped[language]["exact_duplicate"],
            "near_duplicates": dropped[language]["near_duplicate"] + dropped[language]["seed_duplicate"],
            "contaminated": contaminated[language],
        }
        by_language[language] = {**row, "kept": accepted[language]["accepted"] - sum(row.values())}
    keys = ("exact_duplicates", "near_duplicates", "contaminated", "kept")
    return {**{key: sum(row[key] for row in by_language.values()) for key in keys}, "by_language": by_language}
