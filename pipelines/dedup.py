"""``synthcode dedup``: exact and near-duplicates, of seeds before they cost anything, and of translations."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.options import existing_run, force_option, run_argument, working_on

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
@force_option
def dedup(run: Path, threshold: float | None, num_perm: int | None, ngram: int | None, force: bool) -> None:
    """Find duplicates: seeds before translating, translations after 'check'.

    Programs are compared within one language. Likeness across languages drops nothing, but keeps the
    seeds in one split. Defaults are the published dataset's: 0.7, 256 permutations, 5 characters.

    \b
    Example:
      synthcode dedup runs/mbxp --threshold 0.7 --num-perm 256 --ngram 5
    """
    from pipelines.runner import bring_up_to_date

    overrides = {"dedup.threshold": threshold, "dedup.num_perm": num_perm, "dedup.ngram": ngram}
    with working_on(existing_run(run), overrides) as opened:
        stages = opened.manifest.stages
        # Seeds that were translated without this pass stay asked for: the second pass takes their programs out.
        if "translate" not in stages or "dedup_seeds" in stages:
            bring_up_to_date(opened, dedup_seeds_step(), force=force)
        if "translate" in stages:
            from pipelines.check import check_step

            bring_up_to_date(opened, check_step())
            bring_up_to_date(opened, dedup_step(), force=force)


def dedup_seeds_step() -> Step:
    """Return the step that finds duplicate seeds."""
    from pipelines.runner import Step

    return Step(
        name="dedup_seeds",
        after=("seeds",),
        settings=lambda recipe: recipe.dedup,
        execute=_execute_seeds,
        summary=lambda counts: f"{counts['seed_duplicates']:,} of {counts['seeds']:,} seeds are duplicates",
        packages=("pyarrow", "numpy"),
    )


def dedup_step() -> Step:
    """Return the step that finds duplicate translations."""
    from pipelines.runner import Step

    return Step(
        name="dedup",
        after=("seeds", "check"),
        uses=("dedup_seeds",),
        settings=lambda recipe: recipe.dedup,
        execute=_execute,
        summary=_summary,
        packages=("pyarrow", "numpy"),
    )


def _summary(counts: Mapping[str, Any]) -> str:
    return (
        f"{counts['exact_duplicates']:,} exact and {counts['near_duplicates']:,} near-duplicates, "
        f"{counts['kept']:,} translations kept"
    )


def dropped_seeds(run: Run) -> set[str]:
    """Return the seeds that were taken out before translating; none where that pass did not run."""
    import pyarrow.compute as pc

    from synthcode.storage.shards import read_file

    if "dedup_seeds" not in run.manifest.stages:
        return set()
    clusters = read_file(run.folder.seed_clusters, columns=["seed_id", "status"])
    return set(clusters.filter(pc.not_equal(clusters.column("status"), "kept")).column("seed_id").to_pylist())


def _seed_programs(run: Run) -> Iterator[pa.Table]:
    for table in run.folder.rows(run.folder.seeds, ["seed_id", "language", "code"]):
        run.stop.raise_if_set()
        yield seeds_as_programs(table)


def _programs(run: Run) -> Iterator[pa.Table]:
    yield from _seed_programs(run)
    columns = ["request_id", "seed_id", "target_language", "code"]
    for table in run.folder.rows(run.folder.translations, columns):
        run.stop.raise_if_set()
        yield translations_as_programs(table)


def seeds_as_programs(seeds: pa.Table) -> pa.Table:
    """Return seeds as programs (schema ``PROGRAMS``)."""
    from synthcode.identity import program_id

    names = [program_id(seed) for seed in seeds.column("seed_id").to_pylist()]
    return _as_programs(seeds, names, "language", "seed")


def translations_as_programs(translations: pa.Table) -> pa.Table:
    """Return translations as programs (schema ``PROGRAMS``)."""
    return _as_programs(translations, translation_ids(translations), "target_language", "translation")


def translation_ids(translations: pa.Table) -> list[str]:
    """Return the ``program_id`` of each translation."""
    from synthcode.identity import program_id

    columns = (translations.column(name).to_pylist() for name in ("seed_id", "request_id"))
    return [program_id(seed, request) for seed, request in zip(*columns, strict=True)]


def _as_programs(table: pa.Table, names: list[str], language: str, origin: str) -> pa.Table:
    import pyarrow as pa

    from synthcode.schemas.tables import PROGRAMS

    columns = {
        "program_id": pa.array(names, pa.string()),
        "seed_id": table.column("seed_id"),
        "language": table.column(language),
        "origin": pa.array([origin] * table.num_rows, pa.string()),
        "code": table.column("code"),
    }
    return pa.table(columns).cast(PROGRAMS)


def _execute_seeds(run: Run) -> Done:
    from pipelines.runner import Done
    from synthcode.stages.dedup.duplicates import cluster_programs
    from synthcode.storage.shards import write_table

    clusters = cluster_programs(lambda: _seed_programs(run), run.recipe.dedup).clusters
    statuses = Counter(clusters.column("status").to_pylist())
    counts = {
        "seeds": run.manifest.stages["seeds"].counts["seeds"],
        "seed_duplicates": statuses["exact_duplicate"] + statuses["near_duplicate"],
        "exact_duplicates": statuses["exact_duplicate"],
        "near_duplicates": statuses["near_duplicate"],
    }
    return Done([write_table(run.folder.seed_clusters, clusters)], counts)


def _execute(run: Run) -> Done:
    from pipelines.runner import Done
    from synthcode.stages.dedup.duplicates import cluster_programs
    from synthcode.storage.shards import write_table

    found = cluster_programs(lambda: _programs(run), run.recipe.dedup)
    accepted = run.manifest.stages["check"].counts
    outputs = [write_table(run.folder.clusters, found.clusters), write_table(run.folder.split_groups, found.ties)]
    return Done(outputs, _counts(found.clusters, accepted["by_language"]))


def _counts(clusters: pa.Table, accepted: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
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
        exact = dropped[language]["exact_duplicate"]
        near = dropped[language]["near_duplicate"] + dropped[language]["seed_duplicate"]
        kept = accepted[language]["accepted"] - exact - near
        by_language[language] = {"exact_duplicates": exact, "near_duplicates": near, "contaminated": 0, "kept": kept}
    keys = ("exact_duplicates", "near_duplicates", "contaminated", "kept")
    return {**{key: sum(row[key] for row in by_language.values()) for key in keys}, "by_language": by_language}
