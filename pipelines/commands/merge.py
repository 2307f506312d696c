"""``synthcode merge``: the answers of shards become one run, and one dataset."""

from __future__ import annotations

from pathlib import Path

import click

from synthcode.pipelines.commands.options import max_failed_option, sandbox_option, workers_option, working_on


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
        run_stages(run)
