"""``synthcode merge``: the answers of shards become one run, and one dataset."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from synthcode.pipelines.commands.options import max_failed_option, sandbox_option, workers_option, working_on

if TYPE_CHECKING:
    from synthcode.pipelines.runs.run import Run
    from synthcode.pipelines.shards.merging import Shard


@click.command()
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path, file_okay=False))
@click.argument("shards", metavar="SHARD...", nargs=-1, required=True, type=click.Path(path_type=Path, file_okay=False))
@click.option("--partial", is_flag=True, help="Accept that shards are missing: the dataset lacks their seeds' pairs.")
@max_failed_option
@sandbox_option
@workers_option
def merge(
    out: Path,
    shards: tuple[Path, ...],
    partial: bool,
    max_failed: float | None,
    workers: int | None,
) -> None:
    """Merge the run directories of shards (run --shard I/N --out SHARD) into the run OUT, and build its dataset.

    The answers are written to OUT.recordings, and every stage runs on all of them: the dataset has the same bytes as
    that of one machine with these answers, in whatever order the shards are named. An answer takes the place of a
    failure; requests that two shards answer differently are counted. Shards of different recipes or seeds are refused.

    What 'check' and 'verify' decided on the shards, and vectors of 'evaluate', are taken over: nothing is judged or
    encoded again, as long as this machine has the same toolchains.

    \b
    Examples:
      synthcode merge runs/big node-1 node-2 node-3
    """
    from synthcode.pipelines.shards.merging import check_shards, merge_recordings, open_shard
    from synthcode.pipelines.shards.published import recorded_recipe
    from synthcode.pipelines.steps.registry import run_stages

    if out.resolve() in {shard.resolve() for shard in shards}:
        raise click.UsageError(f"{out} is one of the shards: name another folder", click.get_current_context())
    opened = [open_shard(shard) for shard in shards]
    recipe = check_shards(opened, partial=partial)
    recordings = out.with_name(f"{out.name}.recordings")
    merged = merge_recordings(opened, recordings)
    click.echo(
        f"merge: {merged.answers:,} answers and {merged.failures:,} failures of {len(opened):,} shards", err=True
    )
    if merged.conflicts:
        click.echo(
            f"merge: warning: shards answer {merged.conflicts:,} requests differently; of each, one answer is kept",
            err=True,
        )
    overrides = {"backend.max_failed": max_failed, "workers": workers}
    with working_on(out, overrides, recorded_recipe(recipe, recordings)) as run:
        _take_work(opened, run)
        run_stages(run)


def _take_work(shards: Sequence[Shard], run: Run) -> None:
    """Take over what shards have judged and encoded, and say so."""
    from synthcode.pipelines.shards.merged_work import other_toolchains, take_embeddings, take_verdicts
    from synthcode.pipelines.steps.check.judging import gate_toolchains
    from synthcode.pipelines.steps.verify.step import verify_inputs

    for what, merged in take_verdicts(shards, run.folder):
        run.reporter.message(f"merge: {merged.verdicts:,} verdicts of {what}")
        if merged.conflicts:
            run.reporter.message(
                f"merge: warning: shards differ in {merged.conflicts:,} verdicts of {what}; of each, one is kept"
            )
        for file in merged.damaged:
            run.reporter.message(f"merge: warning: {file} is damaged: its verdicts are reached again")
    here = {"check": gate_toolchains(run.recipe)}
    here |= {"verify": verify_inputs(run.recipe)} if run.recipe.verify is not None else {}
    for stage, tools in here.items():
        for name, (there, mine) in other_toolchains(shards, stage, tools).items():
            run.reporter.message(f"{stage}: judges again: {name} of a shard was {there!r}, here it is {mine!r}")
    if files := take_embeddings(shards, run.folder):
        run.reporter.message(f"merge: {files:,} files of vectors")
