"""Submitting shards to Slurm: only those that are neither finished nor queued."""

from __future__ import annotations

import itertools
import os
import re
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from synthcode.errors import InputError, SynthcodeError
from synthcode.execution.child_processes import find_program, run
from synthcode.pipelines.runs.recipe import Recipe, to_yaml
from synthcode.pipelines.shards.published import PublishedShards, merge_recipe
from synthcode.pipelines.shards.slurm_scripts import SlurmJob, array_script, merge_script
from synthcode.sanitize import one_line
from synthcode.storage.atomic import write_text

if TYPE_CHECKING:
    from pathlib import Path

_JOB_ID = re.compile(r"\d+")
_TASK = re.compile(r"(?<!\d)\d++_(\d++) (\w++)")
_TIMEOUT_S = 60.0


class _SlurmRefusal(SynthcodeError):
    """Slurm has refused a command, or is not there: nothing was submitted by it."""


class Submission(NamedTuple):
    """What was submitted."""

    shards: list[int]
    array: str | None
    """Id of the array; None if no shard was left to submit."""
    merge: str
    """Id of the job that joins them."""


def shard_recipe(recipe: Recipe, gpus: int) -> Recipe:
    """Return what each task runs: with vLLM's server on its node, unless the recipe names one.

    Raises
    ------
    InputError
        If there is no GPU to serve a model on, and no server is named.
    """
    backend = recipe.backend
    if backend.name != "openai" or backend.base_urls:
        return recipe
    if not gpus:
        raise InputError(
            "there is no GPU to serve the model on, and the recipe names no server",
            "give --gpus-per-node, or name a server that the nodes reach in the recipe: backend: {base_urls: [...]}",
        )
    parallel = () if gpus == 1 else ("--tensor-parallel-size", str(gpus))
    return replace(recipe, backend=replace(backend, serve=(*(backend.serve or ()), *parallel)))


def submit(job: SlurmJob, recipe: Recipe) -> Submission:
    """Write the scripts, and submit the shards that are neither finished nor queued, and the job that joins them.

    If the first job is refused, folders that were made for it are removed: they would belong to this recipe.

    Raises
    ------
    InputError
        If the folder has the shards of another recipe.
    SynthcodeError
        If Slurm refuses a script, or is not there.
    """
    made = list(itertools.takewhile(lambda path: not path.exists(), (job.folder, *job.folder.parents)))
    try:
        return _submit(job, recipe)
    except _SlurmRefusal:
        if made and not _noted(job.folder, "array_jobs.txt"):
            shutil.rmtree(job.folder)
            with suppress(OSError):
                for parent in made[1:]:
                    parent.rmdir()
        raise


def _submit(job: SlurmJob, recipe: Recipe) -> Submission:
    shards = PublishedShards(job.folder)
    shards.claim(recipe, job.shards)
    queued = queued_shards(job.folder)
    numbers = [
        state.number for state in shards.states(job.shards) if not state.is_finished and state.number not in queued
    ]
    write_text(job.shard_recipe, to_yaml(shard_recipe(recipe, job.gpus)))
    write_text(job.merge_recipe, to_yaml(merge_recipe(recipe, shards)))
    (job.folder / "logs").mkdir(parents=True, exist_ok=True)
    array = None
    if numbers:
        write_text(job.folder / "array.sbatch", array_script(job, numbers))
        array = _sbatch(job.folder, [str(job.folder / "array.sbatch")])
        _note_job(job.folder, array)
    earlier = sorted(set(queued.values()))
    waits = [f"--dependency=afterok:{':'.join([*earlier, *([array] if array else [])])}"] if array or earlier else []
    write_text(job.folder / "merge.sbatch", merge_script(job))
    for old in _noted(job.folder, "merge_jobs.txt"):
        _slurm(["scancel", "--state=PENDING", old], check=False)
    merge = _sbatch(
        job.folder, [*waits, *(["--kill-on-invalid-dep=yes"] if waits else []), str(job.folder / "merge.sbatch")]
    )
    _note_job(job.folder, merge, "merge_jobs.txt")
    return Submission(numbers, array, merge)


def queued_shards(folder: Path) -> dict[int, str]:
    """Return the shards that wait or run in Slurm, each with the job that has it."""
    found = {}
    for job_id in _noted(folder, "array_jobs.txt"):
        listed = _slurm(["squeue", "-h", "-r", "-j", job_id, "-o", "%i %T"], check=False)
        for task in _TASK.finditer(listed):
            found[int(task[1])] = job_id
    return found


def _note_job(folder: Path, job_id: str, name: str = "array_jobs.txt") -> None:
    write_text(folder / name, "".join(f"{one}\n" for one in [*_noted(folder, name), job_id]))


def _noted(folder: Path, name: str) -> list[str]:
    file = folder / name
    return _JOB_ID.findall(file.read_text("ascii")) if file.is_file() else []


def _sbatch(folder: Path, arguments: Sequence[str]) -> str:
    answer = _slurm(["sbatch", "--parsable", f"--chdir={folder}", *arguments])
    found = _JOB_ID.match(answer.strip())
    if found is None:
        raise SynthcodeError(f"sbatch answered {one_line(answer)!r}, not a job id", "look at 'squeue --me'")
    return found[0]


def _slurm(command: Sequence[str], *, check: bool = True) -> str:
    """Run one of Slurm's commands and return its output; empty if it fails and ``check`` is not set."""
    name, *arguments = command
    program = find_program(name)
    if program is None:
        raise _SlurmRefusal(
            f"this machine has no {name}", "run it on a login node of the cluster, or print the scripts: --print-script"
        )
    # Jobs inherit the environment, as they do from sbatch in a shell.
    done = run([program, *arguments], wall_s=_TIMEOUT_S, environment=os.environ)
    if done.timed_out:
        raise SynthcodeError(f"{name} does not answer", "see whether the cluster is up: sinfo")
    if done.exit_code and check:
        said = (done.stderr or done.stdout).decode(errors="replace")
        raise _SlurmRefusal(
            f"{name} refuses: {one_line(said)}",
            "change the options; more of them with --sbatch, such as --sbatch=--account=NAME",
        )
    return "" if done.exit_code else done.stdout.decode(errors="replace")
