"""One stage as the pipeline sees it: skipped while its output is up to date, and done again when something changed."""

from __future__ import annotations

import platform
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from synthcode.errors import InputError, shell_word
from synthcode.identity import digest
from synthcode.pipelines.runs.recipe import Recipe
from synthcode.pipelines.runs.run import Run
from synthcode.storage.manifest import COUNTS, Manifest, StageEntry, describe_outputs, differing_file
from synthcode.strict_settings import to_tree

TOOL_VERSION = version("synthcode")

_NAMED_FILES = 3
"""Files with the same fault that are named; where there are more, the others are counted."""


@dataclass(frozen=True)
class StepResult:
    """The files and counts that a step produced."""

    outputs: Iterable[Path]
    counts: dict[str, Any]
    state: Iterable[Path] = ()
    """Files that only this step goes on with."""
    complete: bool = True
    """False where running it again may add something."""


@dataclass(frozen=True)
class Step:
    """One stage as the pipeline sees it: what its output depends on, and how to make it."""

    name: str
    execute: Callable[[Run], StepResult]
    settings: Callable[[Recipe], Any]
    """What of the recipe changes the output; paths, workers and the like do not."""
    summary: Callable[[Mapping[str, Any]], str]
    """One line for people, from the counts."""
    requires: tuple[str, ...] = ()
    """Outputs of other stages that it reads: ``check`` for the files of a stage, ``check:counts`` for its counts."""
    optional_inputs: tuple[str, ...] = ()
    """Those that it reads if the stage has run."""
    inputs: Callable[[Recipe], Mapping[str, str]] = field(default=lambda recipe: {})
    """Digests of what it reads from outside the run directory."""
    run_counts: tuple[str, ...] = ()
    """Counts that only describe how it went this time, such as tokens: no other stage depends on them."""
    review: Callable[[Run, Mapping[str, Any]], Sequence[str]] = field(default=lambda run, counts: ())
    """Lines for people on what the stage left, read from its counts once they are recorded; also if nothing changed.
    Raises ``FailedRunError`` if the result is a failure."""
    unchanged: Callable[[Mapping[str, Any]], str] | None = None
    """Replaces "unchanged, nothing to do", from the counts."""
    again: Callable[[Run, Mapping[str, Any]], bool] = field(default=lambda run, counts: False)
    """Whether the recipe asks to run it again though nothing has changed."""
    start_over: Callable[[Run], object] = field(default=lambda run: None)
    """Removes what it would go on with: called where it is run again by force."""
    is_wanted: Callable[[Recipe], bool] = field(default=lambda recipe: True)
    """Whether the recipe requests it at all."""
    packages: tuple[str, ...] = ("pyarrow",)
    """Whose versions go into the manifest."""


def fingerprint(run: Run, step: Step, external: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return the hash of all that a step's output depends on, and the digests of its inputs.

    Parameters
    ----------
    run, step
        The step, and the run that it is part of.
    external
        Digests of what the step reads from outside the run directory.
    """
    inputs = dict(external)
    for output in (*step.requires, *step.optional_inputs):
        inputs |= _digests(run.manifest, output)
    # The last place held facts of the manifest, in earlier versions: their runs stay up to date.
    return digest(step.name, TOOL_VERSION, to_tree(step.settings(run.recipe)), inputs, None), inputs


def files_and_counts(stage: str) -> tuple[str, str]:
    """Return the names of both outputs of a stage, for ``Step.requires``."""
    return stage, f"{stage}:{COUNTS}"


def _digests(manifest: Manifest, output: str) -> dict[str, str]:
    """Return the digests of an output of a stage; empty if the stage has not run."""
    stage, _, name = output.partition(":")
    if not name:
        return {f"{stage}:{path}": sha for path, sha in manifest.output_digests(stage).items()}
    sha = manifest.output_digest(stage, name)
    return {} if sha is None else {output: sha}


def _stages(outputs: Iterable[str]) -> list[str]:
    """Return the stages of outputs, each once."""
    return list(dict.fromkeys(output.partition(":")[0] for output in outputs))


def run_if_stale(run: Run, step: Step, *, force: bool = False) -> bool:
    """Run a step unless its output is what it would make; say which, and return whether it ran.

    Raises
    ------
    InputError
        If a step that it reads from has not run.
    FailedRunError
        If its result, which is stored, is a failure.
    Interrupted
        If the user asked to stop.
    """
    for name in _stages(step.requires):
        if name not in run.manifest.stages:
            raise InputError(
                f"{run.folder.path}: {step.name} needs the output of {name}, which has not run",
                f"run 'synthcode {name} {shell_word(run.folder.path)}' first",
            )
    external = step.inputs(run.recipe)
    mark, inputs = fingerprint(run, step, external)
    if not force and run.manifest.is_current(step.name, mark):
        differences = run.manifest.differences(step.name)
        counts = run.manifest.stages[step.name].counts
        if not differences and not step.again(run, counts):
            same = step.unchanged(counts) if step.unchanged else f"unchanged, nothing to do ({step.summary(counts)})"
            run.reporter.message(f"{step.name}: {same}")
            _review(run, step, counts)
            return False
        for line in _differing(run.folder.path, differences):
            run.reporter.message(f"{step.name}: {line}")
    for name in _stages((*step.requires, *step.optional_inputs)):
        for path, difference in run.manifest.differences(name).items():
            raise differing_file(run.folder.path, name, path, difference)
    run.manifest.forget(step.name)
    if force:
        step.start_over(run)
    started = time.monotonic()
    try:
        done = step.execute(run)
    finally:
        shutil.rmtree(run.folder.scratch, ignore_errors=True)
    seconds = time.monotonic() - started
    entry = StageEntry(
        fingerprint=mark,
        inputs=inputs,
        outputs=describe_outputs(run.folder.path, done.outputs),
        counts=done.counts,
        complete=done.complete,
        versions=_versions(step),
        seconds=round(seconds, 3),
        state=describe_outputs(run.folder.path, done.state),
        counts_sha256=_counts_digest(step, external, done.counts),
    )
    run.manifest.record(step.name, entry)
    run.reporter.message(f"{step.name}: {step.summary(done.counts)} in {seconds:.1f} s")
    _review(run, step, done.counts)
    return True


def _differing(folder: Path, differences: Mapping[str, str]) -> Iterator[str]:
    """Yield lines that say which files of a run are not as they were written: many with the same fault on one line."""
    for difference in dict.fromkeys(differences.values()):
        paths = [path for path, what in differences.items() if what == difference]
        if len(paths) > _NAMED_FILES:
            named = ", ".join(paths[:_NAMED_FILES])
            yield f"{len(paths)} files in {folder} are {difference} ({named}, ...): making them again"
        else:
            yield from (f"{folder / path} is {difference}: making it again" for path in paths)


def _counts_digest(step: Step, external: Mapping[str, str], counts: Mapping[str, Any]) -> str:
    """Return the digest of what later stages may read of a stage's entry: its counts, and its external inputs."""
    kept = {name: value for name, value in counts.items() if name not in step.run_counts}
    return digest(kept, dict(external))


def _review(run: Run, step: Step, counts: Mapping[str, Any]) -> None:
    for line in step.review(run, counts):
        run.reporter.message(f"{step.name}: {line}")


def _versions(step: Step) -> dict[str, str]:
    return {
        "synthcode": TOOL_VERSION,
        "python": platform.python_version(),
        **{name: version(name) for name in step.packages},
    }
