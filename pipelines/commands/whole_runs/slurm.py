"""``synthcode slurm``: the shards of a recipe as an array of Slurm's, then one job that joins them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synthcode.errors import shell_word
from synthcode.pipelines.commands.options import settings
from synthcode.pipelines.commands.whole_runs.printed_plan import tokens_per_second_option

if TYPE_CHECKING:
    from synthcode.pipelines.runs.recipe import Recipe
    from synthcode.pipelines.shards.slurm_scripts import SlurmJob

SHARDS_PER_TASK = 4
"""Shards for each task that runs at once: a shard that is preempted, or long, holds up little."""


@dataclass(frozen=True)
class Nodes:
    """What of a cluster is used: the options of the same names."""

    nodes: int
    gpus_per_node: int
    gpus_per_task: int
    shards: int | None
    time: str | None
    partition: str | None
    local_dir: str | None
    sbatch: tuple[str, ...]

    def job(self, out: Path, folder: Path) -> SlurmJob:
        """Return the job that makes a run of shards.

        Raises
        ------
        UsageError
            If the GPUs of a node cannot be shared out among its tasks.
        """
        from synthcode.pipelines.shards.slurm_scripts import NODE_FOLDER, SlurmJob

        if self.gpus_per_node % self.gpus_per_task if self.gpus_per_node else self.gpus_per_task > 1:
            raise click.UsageError("'--gpus-per-task' must divide '--gpus-per-node'", click.get_current_context())
        at_once = self.nodes * (self.gpus_per_node // self.gpus_per_task if self.gpus_per_node else 1)
        return SlurmJob(
            name=f"synthcode-{out.name}",
            folder=folder,
            out=out,
            shards=self.shards or SHARDS_PER_TASK * at_once,
            at_once=at_once,
            gpus=self.gpus_per_task if self.gpus_per_node else 0,
            time=self.time,
            partition=self.partition,
            local=self.local_dir or NODE_FOLDER,
            sbatch=self.sbatch,
        )


@click.command()
@click.argument("recipe", metavar="RECIPE")
@click.option(
    "--out",
    required=True,
    metavar="RUN",
    type=click.Path(path_type=Path, file_okay=False),
    help="The run directory, on storage that all nodes share. Shards are in RUN.shards next to it.",
)
@click.option("--nodes", type=click.IntRange(1), default=1, metavar="N", help="Nodes to use at once. Default: 1.")
@click.option(
    "--gpus-per-node",
    type=click.IntRange(0),
    default=0,
    metavar="G",
    help="GPUs of a node. 0, the default, needs a server that the recipe names.",
)
@click.option(
    "--gpus-per-task", type=click.IntRange(1), default=1, metavar="T", help="GPUs that one copy of the model takes."
)
@click.option("--shards", type=click.IntRange(1), metavar="K", help="Default: four for each task that runs at once.")
@click.option("--time", metavar="TIME", help="Longest time of a task: 04:00:00. A longer one is queued again.")
@click.option("--partition", metavar="P", help="The partition.")
@click.option(
    "--local-dir", metavar="DIR", help="A folder on a disk of each node. Default: SLURM_TMPDIR, TMPDIR or /tmp."
)
@click.option("--sbatch", multiple=True, metavar="OPTION", help="One more option of sbatch: --account=NAME. Repeat.")
@click.option(
    "--set", "assigned", multiple=True, metavar="KEY=VALUE", help="Any value of the recipe: translate.samples=3."
)
@click.option(
    "--dry-run", is_flag=True, help="Print the shards, their requests, tokens and GPU-hours, and submit nothing."
)
@tokens_per_second_option
@click.option("--print-script", is_flag=True, help="Print both scripts, and submit nothing.")
@click.option("--status", is_flag=True, help="Print how far each shard is; exit with 1 while any is not finished.")
def slurm(
    recipe: str,
    out: Path,
    assigned: tuple[str, ...],
    dry_run: bool,
    tokens_per_second: float | None,
    print_script: bool,
    status: bool,
    **nodes: Any,
) -> None:
    """Run RECIPE on a Slurm cluster: an array that translates shards, then a job that deduplicates and builds.

    Each task serves the model on the GPUs of its node with vLLM, requests its shard, and publishes the answers to
    RUN.shards. A task that is preempted, or whose time is over, is queued again and continues there.

    The same command again submits the shards that are neither finished nor queued.

    \b
    Examples:
      synthcode slurm recipe.yaml --out runs/big --nodes 4 --gpus-per-node 8 --time 04:00:00
      synthcode slurm recipe.yaml --out runs/big --nodes 4 --gpus-per-node 8 --print-script
      synthcode slurm recipe.yaml --out runs/big --status
    """
    from synthcode.pipelines.runs.recipe import load_recipe, require_sections
    from synthcode.pipelines.runs.run_directories import next_to, refuse_foreign
    from synthcode.pipelines.shards.slurm import shard_recipe, submit
    from synthcode.pipelines.shards.slurm_scripts import array_script, merge_script

    refuse_foreign(out)
    out = out.resolve()
    folder = next_to(out, ".shards")
    if status:
        _print_status(folder)
        return
    loaded = load_recipe(recipe, settings(assigned, "--set"))
    require_sections(loaded, f"recipe {recipe!r}")
    job = Nodes(**nodes).job(out, folder)
    shard_recipe(loaded, job.gpus)
    if dry_run:
        _dry_run(job, loaded, tokens_per_second)
        return
    if print_script:
        click.echo(array_script(job, range(1, job.shards + 1)))
        click.echo(merge_script(job), nl=False)
        return
    done = submit(job, loaded)
    _say_what_next(job, recipe, done.shards, done.array, done.merge)


def _dry_run(job: SlurmJob, recipe: Recipe, tokens_per_second: float | None) -> None:
    """Print what the shards would request; those that are finished are not counted."""
    import tempfile

    from synthcode.pipelines.commands.options import working_on
    from synthcode.pipelines.commands.whole_runs.printed_plan import print_shard_plan
    from synthcode.pipelines.shards.published import finished_shards

    finished = finished_shards(str(job.folder), recipe, job.shards)
    gpus = job.at_once * max(job.gpus, 1)
    with tempfile.TemporaryDirectory(prefix="synthcode-") as scratch, working_on(Path(scratch), {}, recipe) as opened:
        print_shard_plan(
            opened, job.shards, job.out, finished=finished, tokens_per_second=tokens_per_second, at_once=gpus
        )


def _say_what_next(job: SlurmJob, recipe: str, numbers: list[int], array: str | None, merge: str) -> None:
    if array is not None:
        click.echo(f"array {array}: {len(numbers):,} of {job.shards:,} shards, {job.at_once:,} at once")
    else:
        click.echo("every shard is finished or queued")
    click.echo(f"job {merge}: joins them, deduplicates and builds {job.out}")
    click.echo(f"logs: {job.folder / 'logs'}")
    run = f"{shell_word(recipe)} --out {shell_word(job.out)}"
    click.echo(f"see how far it is: synthcode slurm {run} --status", err=True)


def _print_status(folder: Path) -> None:
    """Print a table of the shards.

    Raises
    ------
    FailedRunError
        While any shard is not finished.
    """
    from synthcode.errors import FailedRunError, InputError
    from synthcode.pipelines.shards.published import PublishedShards
    from synthcode.pipelines.shards.slurm import queued_shards

    count = PublishedShards(folder).count()
    if count is None:
        raise InputError(f"{folder} has no shards", "submit them first: synthcode slurm RECIPE --out RUN")
    states, queued = list(PublishedShards(folder).states(count)), queued_shards(folder)
    for state in states:
        where = (
            "finished" if state.is_finished else f"in job {queued[state.number]}" if state.number in queued else "open"
        )
        click.echo(f"shard {state.number:>5}  {state.completed:>9,} answers  {state.failed:>6,} failed  {where}")
    finished = sum(state.is_finished for state in states)
    click.echo(f"{finished:,} of {count:,} shards are finished")
    if finished < count:
        raise FailedRunError(
            f"{count - finished:,} of {count:,} shards are not finished ({len(queued):,} are queued)",
            f"those that are not queued are submitted by the same command without --status; see {folder / 'logs'}",
        )
