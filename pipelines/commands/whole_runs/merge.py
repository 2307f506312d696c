"""``synthcode merge``: the answers of shards become one run, and one dataset."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synthcode.errors import SynthcodeError
from synthcode.pipelines.commands.options import executor_options, max_failed_option, sandbox_option, working_on

if TYPE_CHECKING:
    from synthcode.pipelines.runs.run import Run
    from synthcode.pipelines.shards.merging import Merged, Shard


@click.command()
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path, file_okay=False))
@click.argument("shards", metavar="SHARD...", nargs=-1, required=True)
@click.option("--partial", is_flag=True, help="Accept that shards are missing: the dataset lacks their seeds' pairs.")
@click.option("--seeds", metavar="P", type=click.Path(exists=True), help="Where the seeds are on this machine.")
@max_failed_option
@sandbox_option
@executor_options
def merge(
    out: Path,
    shards: tuple[str, ...],
    partial: bool,
    seeds: str | None,
    max_failed: float | None,
    executor: Mapping[str, Any],
) -> None:
    """Merge shards into the run OUT, and build its dataset.

    A SHARD is the run directory of one (run --shard I/N --out SHARD), or the folder or address that shards were
    published to (--publish-to), which stands for all that are finished there.

    The answers are written to OUT.recordings, and every stage runs on all of them: the dataset has the same bytes as
    that of one machine with these answers, in whatever order the shards are named. An answer takes the place of a
    failure; requests that two shards answer differently are counted. Shards of different recipes or seeds are refused.

    What 'check' and 'verify' decided on the shards, and vectors of 'evaluate', are taken over: nothing is judged or
    encoded again, as long as this machine has the same toolchains.

    \b
    Examples:
      synthcode merge runs/big node-1 node-2 node-3
      synthcode merge runs/big s3://bucket/big --seeds tasks.jsonl
    """
    from synthcode.pipelines.runs.run_directories import next_to, refuse_foreign
    from synthcode.pipelines.shards.fetching import shard_folders
    from synthcode.pipelines.shards.merging import check_shards, merge_recordings, open_shard
    from synthcode.pipelines.shards.published import recorded_recipe
    from synthcode.pipelines.steps.registry import run_stages

    refuse_foreign(out)
    if out.resolve() in {Path(shard).resolve() for shard in shards if "://" not in shard}:
        raise click.UsageError(f"{out} is one of the shards: name another folder", click.get_current_context())
    fetched = next_to(out, ".fetched")
    opened = [open_shard(shard) for shard in shard_folders(shards, fetched)]
    recipe = check_shards(opened, partial=partial)
    recordings = next_to(out, ".recordings")
    path = None if seeds is None else str(Path(seeds).resolve())
    overrides = {"backend.max_failed": max_failed, "seeds.path": path, **executor}
    with _removed_if_refused(recordings, out):
        _say(merge_recordings(opened, recordings), len({shard.place.number for shard in opened}))
        with working_on(out, overrides, recorded_recipe(recipe, recordings)) as run:
            _take_work(opened, run)
            shutil.rmtree(fetched, ignore_errors=True)
            run_stages(run)


@contextmanager
def _removed_if_refused(recordings: Path, out: Path) -> Iterator[None]:
    """Remove recordings that are made in this block if it is refused and leaves no run."""
    made = not recordings.exists()
    try:
        yield
    except SynthcodeError:
        if made and not out.exists():
            shutil.rmtree(recordings, ignore_errors=True)
        raise


def _say(merged: Merged, shards: int) -> None:
    of = f"{shards:,} {'shard' if shards == 1 else 'shards'}"
    click.echo(f"merge: {merged.answers:,} answers and {merged.failures:,} failures of {of}", err=True)
    if merged.conflicts:
        click.echo(
            f"merge: warning: shards answer {merged.conflicts:,} requests differently; of each, one answer is kept",
            err=True,
        )


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
