"""The build stage: surviving translations become a dataset with leak-free splits."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.dataset.retrieval import equal_programs
from synthcode.dataset.splits import assign_splits
from synthcode.errors import InputError, shell_word
from synthcode.pipelines.runs.step import Step, StepResult, files_and_counts
from synthcode.pipelines.steps.build.card_inputs import gather_facts, portable_recipe
from synthcode.pipelines.steps.build.clones import write_clones
from synthcode.pipelines.steps.build.dataset_tables import Assigned, write_dataset, write_variants, written_programs
from synthcode.pipelines.steps.build.mined_negatives import write_mined_negatives
from synthcode.pipelines.steps.build.negatives import write_negatives
from synthcode.pipelines.steps.build.queries import write_queries
from synthcode.pipelines.steps.reviews import review_splits
from synthcode.pipelines.tables.surviving_rows import SurvivingRows
from synthcode.pipelines.tables.tested_rows import TestedRows, count_languages
from synthcode.publishing.card.documents import write_documents
from synthcode.schemas.tables import VERIFICATION
from synthcode.storage.published import CLONES_NAME, MINED_NEGATIVES_NAME, NEGATIVES_NAME, QUERIES_NAME
from synthcode.storage.shards import read_file

if TYPE_CHECKING:
    from synthcode.pipelines.runs.recipe import Recipe
    from synthcode.pipelines.runs.run import Run


def build_step() -> Step:
    """Return the step that ``build`` runs."""
    return Step(
        name="build",
        requires=(
            *files_and_counts("seeds"),
            "translate:counts",
            *files_and_counts("check"),
            *files_and_counts("dedup"),
        ),
        optional_inputs=(
            *files_and_counts("dedup_seeds"),
            *files_and_counts("repair"),
            *files_and_counts("verify"),
            *files_and_counts("queries"),
        ),
        settings=_settings,
        execute=_execute,
        summary=_summary,
        review=review_splits,
    )


def _settings(recipe: Recipe) -> Any:
    """Return the recipe as the card shows it."""
    return portable_recipe(recipe)


def _summary(counts: Mapping[str, Any]) -> str:
    splits = ", ".join(f"{name} {count:,}" for name, count in counts["splits"].items())
    pairs = sum(counts["splits"].values())
    return f"{pairs:,} {'pair' if pairs == 1 else 'pairs'} ({splits})"


def _execute(run: Run) -> StepResult:
    from synthcode.dataset.disjointness import check_disjoint  # Numba takes half a second

    left, tested = SurvivingRows.of(run), _tested(run)
    below = _below_level(run, left, tested)
    kept = left.without_programs([*tested.failures, *below])
    compared = write_variants(run, kept, pa.array(tested.negatives(), pa.string()))
    ties = equal_programs(pa.concat_tables([compared.keys, compared.anonymous_keys]))
    groups = kept.groups(compared.seeds, ties)
    splits = assign_splits(groups, run.recipe.splits)
    check_disjoint(groups, splits, partial(written_programs, run), run.recipe.dedup)
    hits = read_file(run.folder.contamination)
    in_train = _within(hits, splits, "train")
    kept, left = kept.without(in_train), left.without(in_train)
    equal = equal_programs(kept.keep(compared.keys))
    documents = dict(zip(equal.column("program_id").to_pylist(), equal.column("document_id").to_pylist(), strict=True))
    files, written = write_dataset(run, kept, Assigned(splits, documents, hits, tested))
    negative_files, negatives = write_negatives(run, left, tested, splits)
    if negatives:
        written = written._replace(rows={**written.rows, NEGATIVES_NAME: negatives})
    query_files, queries = write_queries(run, kept, splits)
    if queries:
        written = written._replace(rows={**written.rows, QUERIES_NAME: queries})
    mined_files, mined = write_mined_negatives(run, splits)
    if mined:
        written = written._replace(rows={**written.rows, MINED_NEGATIVES_NAME: mined})
    clone_files, clones = write_clones(run, splits)
    if clones:
        pairs = {split: sum(kinds.values()) for split, kinds in clones.items()}
        written = written._replace(rows={**written.rows, CLONES_NAME: pairs})
    _report_requested(run, written.rows)
    counts = written.counts() | {"below_level": count_languages(below)} | ({"clones": clones} if clones else {})
    counts |= {"contaminated": _taken_out(run, counts)}
    facts = gather_facts(run, compared, written, counts)
    further = [*negative_files, *query_files, *mined_files, *clone_files]
    return StepResult([*files, *further, *write_documents(run.folder.dataset, facts)], counts)


def _report_requested(run: Run, rows: Mapping[str, Mapping[str, int]]) -> None:
    """Say how large the configurations are that the recipe requests, or that there is nothing to write in them."""
    requested = {CLONES_NAME: run.recipe.build.clones, MINED_NEGATIVES_NAME: run.recipe.build.mined_negatives}
    for name, is_requested in requested.items():
        if is_requested:
            found = rows.get(name, {})
            splits = ", ".join(f"{split} {number:,}" for split, number in found.items())
            run.reporter.message(f"build: {name}: {splits or 'no two programs are near enough, nothing is written'}")


def _tested(run: Run) -> TestedRows:
    """Return the verdicts of tests, if the stage has run."""
    return TestedRows.of(run.folder) if "verify" in run.manifest.stages else TestedRows(VERIFICATION.empty_table())


def _below_level(run: Run, left: SurvivingRows, tested: TestedRows) -> Mapping[str, str]:
    """Return the translations that did not reach the level that the recipe requires, with their languages.

    Raises
    ------
    InputError
        If that leaves none.
    """
    required = run.recipe.build.require
    below = tested.below(required, left)
    there = sum(row["kept"] for row in run.manifest.stages["dedup"].counts["by_language"].values())
    if below and len(below) + len(tested.failures) >= there:
        raise InputError(
            f"{run.folder.path}: no translation is {required}, which the dataset requires",
            f"run 'synthcode verify {shell_word(run.folder.path)}' first, or build with a lower --require",
        )
    return below


def _within(hits: pa.Table, splits: pa.Table, split: str) -> pa.Table:
    """Return the contaminated programs of one split."""
    seeds = splits.filter(pc.equal(splits["split"], split))["seed_id"].combine_chunks()
    return hits.filter(pc.is_in(hits["seed_id"], value_set=seeds))


def _taken_out(run: Run, counts: Mapping[str, Any]) -> dict[str, int]:
    """Return the translations that were taken out of a split because they are contaminated, by language."""
    stages = run.manifest.stages
    failed = stages["verify"].counts["failed"] if "verify" in stages else {}
    left = {language: sum(splits.values()) for language, splits in counts["by_language"].items()}
    return {
        language: row["kept"]
        - left.get(language, 0)
        - sum(failed.get(language, {}).values())
        - counts["below_level"].get(language, 0)
        for language, row in stages["dedup"].counts["by_language"].items()
    }
