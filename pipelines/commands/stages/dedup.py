"""``synthcode dedup``: exact and near-duplicates, of seeds before they cost anything, and of translations."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synthcode.pipelines.commands.options import (
    executor_options,
    existing_run,
    force_option,
    run_argument,
    shard_option,
    working_on,
)
from synthcode.vocabulary import DROP_MODES, TRANSITIVE_MODES, DropMode

if TYPE_CHECKING:
    from synthcode.pipelines.runs.run import Run


@click.command()
@run_argument
@click.option(
    "--threshold", type=float, metavar="J", help="Jaccard similarity from which programs are near-duplicates."
)
@click.option("--num-perm", type=int, metavar="N", help="Permutations of a MinHash signature.")
@click.option("--ngram", type=int, metavar="N", help="Characters in a shingle.")
@click.option(
    "--transitive",
    type=click.Choice(TRANSITIVE_MODES),
    help="Keep or drop a program that is similar to removed programs only. Default: keep.",
)
@click.option(
    "--max-removed",
    type=click.FloatRange(0, 1),
    metavar="SHARE",
    help="Fail if a source or a language loses a larger share of its programs. Default: only warn above 0.5.",
)
@click.option(
    "--against",
    multiple=True,
    metavar="BENCHMARK",
    help="Decontaminate against this benchmark: [NAME=][ADAPTER:]PATH[@LANGUAGE]. Repeatable.",
)
@click.option(
    "--drop-contaminated",
    type=click.Choice(DROP_MODES),
    help="Splits from which contaminated programs are removed. Default: train.",
)
@click.option("--memory", metavar="SIZE", help="The most memory to use, such as 1GB. Default: half of the free memory.")
@shard_option("Before 'translate' only: find duplicates among all seeds, in the run of the I-th of N shards.")
@executor_options
@force_option
def dedup(run: Path, against: tuple[str, ...], drop_contaminated: DropMode | None, force: bool, **given: Any) -> None:
    """Find duplicates: seeds before translating, translations after 'check'.

    Programs are compared within one language. Similarity across languages drops nothing, but keeps the
    seeds in one split. Defaults are the published dataset's: 0.7, 256 permutations, 5 characters.

    \b
    Examples:
      synthcode dedup runs/mbxp --threshold 0.7 --num-perm 256 --ngram 5
      synthcode dedup runs/mine --against human-eval/data/HumanEval.jsonl.gz --against mbpp=table:mbpp.parquet@python
    """
    from synthcode.pipelines.runs.step import run_if_stale
    from synthcode.pipelines.shards.place import refuse_shard
    from synthcode.pipelines.steps.dedup.step import dedup_seeds_step, dedup_step
    from synthcode.storage.manifest import Manifest

    if "translate" in Manifest(existing_run(run)).stages:
        refuse_shard(run, given["shard"], "dedup", "compares the translations of all shards")
    with working_on(run, _overrides(against, drop_contaminated, given)) as opened:
        stages = opened.manifest.stages
        # Seeds that were translated without this pass stay requested: the second pass removes their programs.
        if "translate" not in stages or "dedup_seeds" in stages:
            run_if_stale(opened, dedup_seeds_step(early=_is_early(opened)), force=force)
        if "translate" in stages:
            from synthcode.pipelines.steps.check.step import check_step
            from synthcode.pipelines.steps.repair.step import repair_if_changed

            run_if_stale(opened, check_step())
            repair_if_changed(opened)
            run_if_stale(opened, dedup_step(), force=force)
        elif opened.recipe.contamination.against and opened.recipe.contamination.drop != "everywhere":
            click.echo(
                "dedup: benchmarks are compared after 'translate'; --drop-contaminated everywhere compares seeds now",
                err=True,
            )
        _report(opened)


def _overrides(against: tuple[str, ...], drop: str | None, given: Mapping[str, Any]) -> dict[str, Any]:
    from synthcode.seeds.adapters.benchmarks import parse_benchmarks, resolved_benchmark

    parse_benchmarks(against)
    overrides = {
        f"dedup.{name}": given[name] for name in ("threshold", "num_perm", "ngram", "transitive", "max_removed")
    }
    overrides |= {"memory": given["memory"], "shard": given["shard"], **given["executor"]}
    resolved = [resolved_benchmark(spec, Path()) for spec in against]
    return overrides | {"contamination.against": resolved or None, "contamination.drop": drop}


def _report(run: Run) -> None:
    """Print what was hit of each benchmark."""
    stages = run.manifest.stages
    last = stages.get("dedup") or stages.get("dedup_seeds")
    report = last.counts.get("contamination") if last is not None else None
    if report:
        from synthcode.pipelines.steps.dedup.contamination import print_report

        print_report(report)


def _is_early(run: Run) -> bool:
    """Return whether contaminated seeds are still to be left untranslated: what is translated needs no new asking."""
    entry = run.manifest.stages.get("dedup_seeds")
    return "translate" not in run.manifest.stages or entry is None or any("against:" in name for name in entry.inputs)
