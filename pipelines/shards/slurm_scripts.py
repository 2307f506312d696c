"""The scripts that Slurm runs: an array with a task for each shard, and a job that joins what they made."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from synthcode.errors import InputError

WARNING_S = 120
"""How long before its time is over a task is sent SIGUSR1: it stops, publishes and is queued again."""

NODE_FOLDER = "${SLURM_TMPDIR:-${TMPDIR:-/tmp}}"
"""A folder on a disk of the node, as the shell reads it."""


@dataclass(frozen=True)
class SlurmJob:
    """What the scripts are made of."""

    name: str
    folder: Path
    """On shared storage: recipes, logs, and what shards publish."""
    out: Path
    """The run directory of all shards together."""
    shards: int
    at_once: int
    """Tasks of the array that run at once."""
    gpus: int
    """GPUs of each task."""
    time: str | None = None
    """Longest time of a task, as Slurm writes it."""
    partition: str | None = None
    local: str = NODE_FOLDER
    """Folder on a disk of the node, as the shell reads it."""
    sbatch: tuple[str, ...] = ()
    """More options of sbatch, for the array and the last job."""

    @property
    def shard_recipe(self) -> Path:
        """What each shard requests."""
        return self.folder / "shard.yaml"

    @property
    def merge_recipe(self) -> Path:
        """What becomes of the answers of all shards."""
        return self.folder / "merge.yaml"


_TASK = """\
set -u
shard=$SLURM_ARRAY_TASK_ID
# The journal is a database: it stays on a disk of this node.
work=$(mktemp -d {local}/synthcode-XXXXXXXX) || exit 1
trap 'rm -rf "$work"' EXIT

{run} --out "$work/run" --shard "$shard/{shards}" \\
  --publish-to {folder} &
client=$!
requeue=
trap 'kill -TERM "$client" 2>/dev/null' TERM
# The time is nearly over: stop, publish, and go on in a later job.
trap 'requeue=1; kill -TERM "$client" 2>/dev/null' USR1

wait "$client"
status=$?
while [ "$status" -gt 128 ] && kill -0 "$client" 2>/dev/null; do
  wait "$client"
  status=$?
done
if [ -n "$requeue" ] && [ "$status" -ne 0 ]; then
  scontrol requeue "$SLURM_JOB_ID"
fi
exit "$status"
"""

_MERGE = """\
set -eu
{status}
exec {run} --out {out}
"""


def array_script(job: SlurmJob, numbers: Sequence[int]) -> str:
    """Return the script of an array whose tasks are shards.

    Parameters
    ----------
    job
        What it is made of.
    numbers
        The shards that are not finished, in order.
    """
    options = [
        f"--array={ranges(numbers)}%{job.at_once}",
        "--ntasks=1",
        "--requeue",
        f"--signal=B:USR1@{WARNING_S}",
        "--open-mode=append",
        *([f"--gres=gpu:{job.gpus}"] if job.gpus else []),
        *([f"--time={job.time}"] if job.time else []),
    ]
    task = _TASK.format(
        local=f'"{job.local}"',
        run=_command("run", str(job.shard_recipe)),
        shards=job.shards,
        folder=shlex.quote(str(job.folder)),
    )
    return _head(job, job.name, "shard-%a.log", options) + task


def merge_script(job: SlurmJob) -> str:
    """Return the script of the job that runs once all shards are finished: it joins, deduplicates and builds."""
    merge = _MERGE.format(
        status=_command("slurm", "--status", str(job.shard_recipe), "--out", str(job.out)),
        run=_command("run", str(job.merge_recipe)),
        out=shlex.quote(str(job.out)),
    )
    return _head(job, f"{job.name}-merge", "merge.log", ["--ntasks=1", "--requeue", "--open-mode=append"]) + merge


def ranges(numbers: Sequence[int]) -> str:
    """Return numbers in ascending order as Slurm writes them: ``1-3,7``."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in found)


def _head(job: SlurmJob, name: str, log: str, options: Sequence[str]) -> str:
    shared = [*([f"--partition={job.partition}"] if job.partition else []), *job.sbatch]
    output = str(job.folder / "logs" / log)
    lines = [f"--job-name={name}", f"--output={output}", *options, *shared]
    for line in lines:
        if any(mark in line for mark in '\n\r"\\') or (" " in line and "=" not in line):
            raise InputError(f"{line!r} cannot be an option of sbatch", "write each option as one word: --account=NAME")
    quoted = [f'{key}="{value}"' if " " in value else f"{key}={value}" for key, _, value in map(_parted, lines)]
    return "#!/bin/bash\n" + "".join(f"#SBATCH {line.rstrip('=')}\n" for line in quoted)


def _parted(option: str) -> tuple[str, str, str]:
    return option.partition("=")


def _command(*arguments: str) -> str:
    return shlex.join([sys.executable, "-m", "synthcode", *arguments])
