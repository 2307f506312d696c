"""``synthcode build``: what was kept becomes a dataset with leak-free splits, ready to be published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.options import existing_run, force_option, run_argument, workers_option, working_on

if TYPE_CHECKING:
    import pyarrow as pa

    from pipelines.kept import KeptRows
    from pipelines.recipe import Recipe
    from pipelines.runner import Done, Run, Step
    from synthcode.publishing.card import CardFacts


@click.command()
@run_argument
@workers_option
@force_option
def build(run: Path, workers: int | None, force: bool) -> None:
    """Build RUN/dataset: triplets, programs in their variants, retrieval judgements, splits, card.

    Runs 'check' and 'dedup' first where they are not up to date.

    \b
    Example:
      synthcode build runs/mbxp
    """
    from pipelines.check import check_step
    from pipelines.dedup import dedup_step
    from pipelines.runner import bring_up_to_date

    with working_on(existing_run(run), {"workers": workers}) as opened:
        bring_up_to_date(opened, check_step())
        bring_up_to_date(opened, dedup_step())
        bring_up_to_date(opened, build_step(), force=force)


def build_step() -> Step:
    """Return the step that ``build`` runs."""
    from pipelines.runner import Step

    return Step(
        name="build",
        after=("seeds", "translate", "check", "dedup"),
        uses=("dedup_seeds",),
        settings=lambda recipe: [recipe.splits, recipe.card, recipe.dedup, recipe.contamination.drop],
        execute=_execute,
        summary=_summary,
    )


def _summary(counts: Mapping[str, Any]) -> str:
    splits = ", ".join(f"{name} {count:,}" for name, count in counts["splits"].items())
    return f"{sum(counts['splits'].values()):,} pairs ({splits})"


def _execute(run: Run) -> Done:
    from pipelines.dataset_files import Assigned, write_dataset, write_variants
    from pipelines.kept import KeptRows
    from pipelines.runner import Done
    from synthcode.publishing.card import write_card
    from synthcode.stages.disjointness import check_disjoint
    from synthcode.stages.retrieval import equal_programs
    from synthcode.stages.splits import assign_splits
    from synthcode.storage.shards import read_file

    kept = KeptRows.of(run)
    keys = write_variants(run, kept)
    groups = kept.groups(equal_programs(keys))
    splits = assign_splits(groups, run.recipe.splits)
    check_disjoint(groups, splits, kept.programs, run.recipe.dedup)
    hits = read_file(run.folder.contamination)
    kept = kept.without(_within(hits, splits, "train"))
    equal = equal_programs(kept.keep(keys))
    documents = dict(zip(equal.column("program_id").to_pylist(), equal.column("document_id").to_pylist(), strict=True))
    files, counts = write_dataset(run, kept, Assigned(splits, documents, hits))
    counts |= {"contaminated": _taken_out(run, counts)}
    return Done([*files, write_card(run.folder.dataset, _card_facts(run, kept, counts))], counts)


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


def _card_facts(run: Run, kept: KeptRows, counts: Mapping[str, Any]) -> CardFacts:
    """Gather what the card tells: no time, place or speed, so that the same rows give the same card."""
    from synthcode.publishing.card import CardFacts

    stages = run.manifest.stages
    translated = stages["translate"].counts
    licenses: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    for table in kept.seeds():
        licenses.update(license or "" for license in table.column("license").to_pylist())
        languages.update(table.column("language").to_pylist())
    return CardFacts(
        title=run.recipe.card.title or "Cross-language code retrieval",
        about=run.recipe.card.about,
        rows=counts["rows"],
        funnel=_funnel(run, counts["contaminated"]),
        benchmarks=stages["dedup"].counts["contamination"],
        drop_contaminated=run.recipe.contamination.drop,
        compiled=_compiled_languages(run),
        source_languages=dict(sorted(languages.items())),
        licenses=dict(sorted(licenses.items())),
        models=[translated["model"]],
        prompts=[translated["prompt"]],
        sampling=[translated["sampling"]],
        dedup=asdict(run.recipe.dedup),
        recipe=_portable_recipe(run.recipe),
        version=stages["check"].versions["synthcode"],
    )


def _compiled_languages(run: Run) -> list[str]:
    return sorted(key.partition(":")[2] for key in run.manifest.stages["check"].inputs if key.startswith("toolchain:"))


def _funnel(run: Run, taken_out: Mapping[str, int]) -> dict[str, Any]:
    """Return the counts up to the build, in all and by language."""
    stages = run.manifest.stages
    parts = [stages[name].counts for name in ("translate", "check", "dedup")]
    languages = parts[0]["by_language"]
    empty = {"accepted": 0, "rejected": {}, "exact_duplicates": 0, "near_duplicates": 0, "contaminated": 0, "kept": 0}
    by_language = {
        name: {**empty, **_merged(part["by_language"].get(name, {}) for part in parts)} for name in languages
    }
    totals = _merged(parts)
    for row, count in [(totals, sum(taken_out.values())), *((by_language[name], n) for name, n in taken_out.items())]:
        row["contaminated"], row["kept"] = row["contaminated"] + count, row["kept"] - count
    duplicates = stages["dedup_seeds"].counts["seed_duplicates"] if "dedup_seeds" in stages else 0
    seeds = {"seeds": stages["seeds"].counts["seeds"], "seed_duplicates": duplicates}
    return {**seeds, **totals, "by_language": by_language}


def _merged(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {key: value for part in parts for key, value in part.items()}


def _portable_recipe(recipe: Recipe) -> str:
    """Return the recipe as YAML, with names of files instead of paths, and without what changes no row."""
    import yaml

    from pipelines.recipe import to_tree

    tree = to_tree(recipe)
    for section in ("backend", "execution", "workers", "memory"):
        del tree[section]
    if tree["seeds"]["adapter"] != "hub":
        tree["seeds"]["path"] = Path(tree["seeds"]["path"]).name
    tree["contamination"]["against"] = [_portable(spec) for spec in tree["contamination"]["against"]]
    return str(yaml.safe_dump(tree, sort_keys=False, allow_unicode=True)).rstrip()


def _portable(spec: str) -> str:
    from synthcode.seeds.benchmarks import split_benchmark

    head, path, tail = split_benchmark(spec)
    return f"{head}{Path(path).name if Path(path).exists() else path}{tail}"
