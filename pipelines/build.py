"""``synthcode build``: what was kept becomes a dataset with leak-free splits, ready to be published."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.options import (
    existing_run,
    force_option,
    max_failed_option,
    run_argument,
    workers_option,
    working_on,
)

if TYPE_CHECKING:
    import pyarrow as pa

    from pipelines.kept import KeptRows
    from pipelines.recipe import Recipe
    from pipelines.runner import Done, Run, Step


@click.command()
@run_argument
@max_failed_option
@workers_option
@force_option
def build(run: Path, max_failed: float | None, workers: int | None, force: bool) -> None:
    """Build RUN/dataset: triplets, programs in their variants, retrieval judgements, splits, card.

    Runs 'check' and 'dedup' first where they are not up to date. Refuses a run in which more than --max-failed of
    the requests failed.

    \b
    Example:
      synthcode build runs/mbxp
    """
    from pipelines.check import check_step
    from pipelines.dedup import dedup_step
    from pipelines.runner import bring_up_to_date

    with working_on(existing_run(run), {"workers": workers, "backend.max_failed": max_failed}) as opened:
        _refuse_failed(opened)
        bring_up_to_date(opened, check_step())
        bring_up_to_date(opened, dedup_step())
        bring_up_to_date(opened, build_step(), force=force)
        _warn_of_untranslated(opened)


def _refuse_failed(run: Run) -> None:
    """Refuse what ``translate`` has called a failure."""
    from pipelines.failures import review_translations

    if "translate" in run.manifest.stages:
        review_translations(run, run.manifest.stages["translate"].counts)


def _warn_of_untranslated(run: Run) -> None:
    """Say which translations are missing: those of seeds that came after translating."""
    from pipelines.funnel import funnel
    from pipelines.untranslated import untranslated_line, untranslated_seeds

    if funnel(run.folder)["awaiting_translation"]:
        line = untranslated_line(untranslated_seeds(run.folder), run.folder)
        click.echo(f"build: warning: translations are missing: {line}", err=True)


def build_step() -> Step:
    """Return the step that ``build`` runs."""
    from pipelines.failures import review_splits
    from pipelines.runner import Step

    return Step(
        name="build",
        after=("seeds", "translate", "check", "dedup"),
        uses=("dedup_seeds",),
        settings=_settings,
        facts=_facts,
        execute=_execute,
        summary=_summary,
        review=review_splits,
    )


def _settings(recipe: Recipe) -> Any:
    """Return the recipe as the card shows it."""
    from pipelines.card_facts import portable_recipe

    return portable_recipe(recipe)


def _facts(run: Run) -> Any:
    from pipelines.card_facts import told_of

    return told_of(run)


def _summary(counts: Mapping[str, Any]) -> str:
    splits = ", ".join(f"{name} {count:,}" for name, count in counts["splits"].items())
    pairs = sum(counts["splits"].values())
    return f"{pairs:,} {'pair' if pairs == 1 else 'pairs'} ({splits})"


def _execute(run: Run) -> Done:
    from pipelines.card_facts import gather_facts
    from pipelines.dataset_files import Assigned, write_dataset, write_variants
    from pipelines.kept import KeptRows
    from pipelines.runner import Done
    from synthcode.publishing.documents import write_documents
    from synthcode.stages.disjointness import check_disjoint
    from synthcode.stages.retrieval import equal_programs
    from synthcode.stages.splits import assign_splits
    from synthcode.storage.shards import read_file

    kept = KeptRows.of(run)
    keys = write_variants(run, kept)
    groups = _with_pairs(kept.groups(equal_programs(keys)), kept)
    splits = assign_splits(groups, run.recipe.splits)
    check_disjoint(groups, splits, kept.programs, run.recipe.dedup)
    hits = read_file(run.folder.contamination)
    kept = kept.without(_within(hits, splits, "train"))
    equal = equal_programs(kept.keep(keys))
    documents = dict(zip(equal.column("program_id").to_pylist(), equal.column("document_id").to_pylist(), strict=True))
    files, counts = write_dataset(run, kept, Assigned(splits, documents, hits))
    counts |= {"contaminated": _taken_out(run, counts)}
    return Done([*files, *write_documents(run.folder.dataset, gather_facts(run, kept, counts))], counts)


def _with_pairs(groups: pa.Table, kept: KeptRows) -> pa.Table:
    """Add ``has_pairs``: whether a seed has a translation that is left."""
    import pyarrow as pa
    import pyarrow.compute as pc

    translated = pa.array(sorted({seed for table in kept.translations() for seed in table["seed_id"].to_pylist()}))
    return groups.append_column("has_pairs", pc.is_in(groups["seed_id"], value_set=translated.cast(pa.string())))


def _within(hits: pa.Table, splits: pa.Table, split: str) -> pa.Table:
    """Return the contaminated programs of one split."""
    import pyarrow.compute as pc

    seeds = splits.filter(pc.equal(splits["split"], split))["seed_id"].combine_chunks()
    return hits.filter(pc.is_in(hits["seed_id"], value_set=seeds))


def _taken_out(run: Run, counts: Mapping[str, Any]) -> dict[str, int]:
    """Return the translations that were taken out of a split because they are contaminated, by language."""
    before = run.manifest.stages["dedup"].counts["by_language"]
    left = {language: sum(splits.values()) for language, splits in counts["by_language"].items()}
    return {language: row["kept"] - left.get(language, 0) for language, row in before.items()}
