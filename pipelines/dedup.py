"""``synthcode dedup``: exact and near-duplicates, of seeds before they cost anything, and of translations."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.options import existing_run, force_option, run_argument, workers_option, working_on

if TYPE_CHECKING:
    import pyarrow as pa

    from pipelines.runner import Done, Run, Step


@click.command()
@run_argument
@click.option(
    "--threshold", type=float, metavar="J", help="Jaccard similarity from which programs are near-duplicates."
)
@click.option("--num-perm", type=int, metavar="N", help="Permutations of a MinHash signature.")
@click.option("--ngram", type=int, metavar="N", help="Characters in a shingle.")
@click.option(
    "--against",
    multiple=True,
    metavar="BENCHMARK",
    help="A published benchmark that nothing may be like: [NAME=][ADAPTER:]PATH[@LANGUAGE]. Repeat.",
)
@click.option(
    "--drop-contaminated",
    type=click.Choice(["train", "everywhere"]),
    help="What programs like a benchmark's are taken out of. Default: train.",
)
@click.option("--memory", metavar="SIZE", help="What it may take, such as 1GB. Default: half of what is free.")
@workers_option
@force_option
def dedup(run: Path, against: tuple[str, ...], drop_contaminated: str | None, force: bool, **given: Any) -> None:
    """Find duplicates: seeds before translating, translations after 'check'.

    Programs are compared within one language. Likeness across languages drops nothing, but keeps the
    seeds in one split. Defaults are the published dataset's: 0.7, 256 permutations, 5 characters.

    \b
    Examples:
      synthcode dedup runs/mbxp --threshold 0.7 --num-perm 256 --ngram 5
      synthcode dedup runs/mine --against human-eval/data/HumanEval.jsonl.gz --against mbpp=table:mbpp.parquet@python
    """
    from pipelines.runner import bring_up_to_date

    with working_on(existing_run(run), _overrides(against, drop_contaminated, given)) as opened:
        stages = opened.manifest.stages
        # Seeds that were translated without this pass stay asked for: the second pass takes their programs out.
        if "translate" not in stages or "dedup_seeds" in stages:
            bring_up_to_date(opened, dedup_seeds_step(early=_is_early(opened)), force=force)
        if "translate" in stages:
            from pipelines.check import check_step

            bring_up_to_date(opened, check_step())
            bring_up_to_date(opened, dedup_step(), force=force)
        elif opened.recipe.contamination.against and opened.recipe.contamination.drop != "everywhere":
            click.echo(
                "dedup: benchmarks are compared after 'translate'; --drop-contaminated everywhere compares seeds now",
                err=True,
            )
        _report(opened)


def _overrides(against: tuple[str, ...], drop: str | None, given: Mapping[str, Any]) -> dict[str, Any]:
    from pipelines.memory import memory_budget
    from pipelines.recipe import resolved_benchmark
    from synthcode.seeds.benchmarks import parse_benchmarks

    parse_benchmarks(against)
    if given["memory"] is not None:
        memory_budget(given["memory"])
    overrides = {f"dedup.{name}": given[name] for name in ("threshold", "num_perm", "ngram")}
    overrides |= {name: given[name] for name in ("memory", "workers")}
    resolved = [resolved_benchmark(spec, Path()) for spec in against]
    return overrides | {"contamination.against": resolved or None, "contamination.drop": drop}


def _report(run: Run) -> None:
    """Print what was hit of each benchmark."""
    stages = run.manifest.stages
    last = stages.get("dedup") or stages.get("dedup_seeds")
    report = last.counts.get("contamination") if last is not None else None
    if report:
        from pipelines.contamination import print_report

        print_report(report)


def _is_early(run: Run) -> bool:
    """Tell whether contaminated seeds are still to be left untranslated: what is translated needs no new asking."""
    entry = run.manifest.stages.get("dedup_seeds")
    return "translate" not in run.manifest.stages or entry is None or any("against:" in name for name in entry.inputs)


def dedup_seeds_step(*, early: bool = True) -> Step:
    """Return the step that finds duplicate seeds and, if ``early``, those to be left out as contaminated."""
    from pipelines.runner import Step

    return Step(
        name="dedup_seeds",
        after=("seeds",),
        settings=lambda recipe: recipe.dedup,
        inputs=_early_inputs if early else lambda recipe: {},
        execute=partial(_execute_seeds, early=early),
        summary=_summary_of_seeds,
        packages=("pyarrow", "numpy", "numba"),
    )


def dedup_step() -> Step:
    """Return the step that finds duplicate translations."""
    from pipelines.failures import review_kept
    from pipelines.runner import Step

    return Step(
        name="dedup",
        after=("seeds", "check"),
        uses=("dedup_seeds",),
        settings=lambda recipe: [recipe.dedup, recipe.contamination.drop],
        inputs=_inputs,
        execute=_execute,
        summary=_summary,
        review=review_kept,
        packages=("pyarrow", "numpy", "numba"),
    )


def _inputs(recipe: Any) -> Mapping[str, str]:
    if not recipe.contamination.against:
        return {}
    from pipelines.contamination import contamination_inputs

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


def _execute_seeds(run: Run, *, early: bool) -> Done:
    from pipelines.contamination import search_benchmarks
    from pipelines.kept import KeptRows
    from pipelines.programs import seed_programs
    from pipelines.runner import Done
    from pipelines.searching import cluster, searching
    from synthcode.schemas.tables import HITS
    from synthcode.storage.shards import write_table

    hits: pa.Table = HITS.empty_table()
    report: dict[str, Any] = {}
    with searching(run) as means:
        clusters = cluster(run, seed_programs(run), means).clusters
        if early and run.recipe.contamination.drop == "everywhere":
            hits, report = search_benchmarks(run, KeptRows.without_duplicates(run, clusters).seeds_alone(), means)
    statuses = Counter(clusters.column("status").to_pylist())
    counts = {
        "seeds": run.manifest.stages["seeds"].counts["seeds"],
        "seed_duplicates": statuses["exact_duplicate"] + statuses["near_duplicate"],
        "exact_duplicates": statuses["exact_duplicate"],
        "near_duplicates": statuses["near_duplicate"],
        "seeds_contaminated": hits.num_rows,
        "contamination": report,
    }
    folder = run.folder
    return Done([write_table(folder.seed_clusters, clusters), write_table(folder.seed_contamination, hits)], counts)


def _execute(run: Run) -> Done:
    from pipelines.contamination import search_benchmarks
    from pipelines.kept import KeptRows
    from pipelines.programs import all_programs
    from pipelines.runner import Done
    from pipelines.searching import cluster, searching
    from synthcode.storage.shards import write_table

    with searching(run) as means:
        found = cluster(run, all_programs(run), means)
        kept = KeptRows.without_duplicates(run, found.clusters)
        hits, report = search_benchmarks(run, kept.programs(), means)
    accepted = run.manifest.stages["check"].counts["by_language"]
    contaminated: Counter[str] = Counter()
    if hits.num_rows and run.recipe.contamination.drop == "everywhere":
        contaminated = kept.count_translations() - kept.without(hits).count_translations()
    folder = run.folder
    outputs = [
        write_table(folder.clusters, found.clusters),
        write_table(folder.split_groups, found.ties),
        write_table(folder.contamination, hits),
    ]
    return Done(outputs, {**_counts(found.clusters, accepted, contaminated), "contamination": report})


def _counts(
    clusters: pa.Table, accepted: Mapping[str, Mapping[str, Any]], contaminated: Mapping[str, int]
) -> dict[str, Any]:
    """Count what was dropped; translations that go with their seed count as what their seed is."""
    import pyarrow.compute as pc

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
