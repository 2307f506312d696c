"""A run directory that is open: its recipe, its manifest, and what a kill has left in it."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthcode.bounded import limits
from synthcode.bounded.files import read_text
from synthcode.bounded.trees import NotYamlError, read_yaml
from synthcode.errors import InputError
from synthcode.execution.registry import open_executor
from synthcode.pipelines.runs.interrupt import StopRequest
from synthcode.pipelines.runs.recipe import Recipe, override, parse_recipe
from synthcode.pipelines.runs.reporter import Reporter, SilentReporter
from synthcode.pipelines.runs.run_directories import write_recipe
from synthcode.storage.atomic import TEMPORARY, remove_temporary_files
from synthcode.storage.layout import RunFolder
from synthcode.storage.manifest import Manifest

if TYPE_CHECKING:
    import pyarrow as pa


class Run:
    """An open run directory: its recipe, its manifest, whether to stop, and who hears what it says."""

    def __init__(
        self,
        folder: RunFolder,
        recipe: Recipe,
        stop: StopRequest,
        named_urls: Sequence[str] = (),
        reporter: Reporter | None = None,
    ) -> None:
        self.folder = folder
        self.named_urls = tuple(named_urls)
        """Model servers that the user named on the command line: these may be sent keys."""
        self.recipe = recipe
        self.stop = stop
        self.reporter = reporter or SilentReporter()
        self.executor = open_executor(recipe.executor, stop)
        self.manifest = Manifest(folder.path)

    def rows(self, folder: Path, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """Yield the rows of one of the run's tables, until a stop is requested; see ``RunFolder.rows``."""
        return self.executor.cancellable(self.folder.rows(folder, columns))


def open_run(
    path: Path,
    stop: StopRequest,
    overrides: Mapping[str, Any],
    recipe: Recipe | None = None,
    named_urls: Sequence[str] = (),
    reporter: Reporter | None = None,
    passing: Collection[str] = (),
) -> Run:
    """Open a run directory, or start one, and write down what it is asked to do.

    Parameters
    ----------
    path
        The run directory; the caller holds its lock.
    stop
        Set to stop the run between two batches.
    overrides
        ``section.key`` -> value, from the command line; kept in the run's recipe.
    recipe
        Replaces the run's recipe.
    named_urls
        Model servers that the user named on the command line.
    reporter
        Receives messages and progress. Default: they are dropped.
    passing
        Those of ``overrides`` that count for this command only, and are not kept.
    """
    reporter = reporter or SilentReporter()
    folder = RunFolder(path)
    replaced = recipe is not None
    _remove_leftovers(folder)
    if recipe is None:
        manifest = Manifest(folder.path)
        _refuse_lost_recipe(folder, manifest)
        _look_for_damage(folder, manifest, reporter)
        recipe = read_run_recipe(folder)
    kept = {key: value for key, value in overrides.items() if key not in passing}
    recipe = override(recipe, kept) if kept else recipe
    run = Run(folder, override(recipe, overrides) if overrides else recipe, stop, named_urls, reporter)
    write_recipe(folder, run.manifest, recipe, reporter.message, replaced=replaced)
    run.manifest.record_recipe_file(folder.recipe)
    return run


def read_run(path: Path, stop: StopRequest, reporter: Reporter) -> Run:
    """Open a run directory, and change nothing in it.

    Parameters
    ----------
    path
        The run directory; the caller holds it for reading.
    stop
        Set to stop what is done with it.
    reporter
        Receives messages and progress.
    """
    folder = RunFolder(path)
    manifest = Manifest(path)
    _refuse_lost_recipe(folder, manifest)
    _look_for_damage(folder, manifest, reporter)
    return Run(folder, read_run_recipe(folder), stop, (), reporter)


def _remove_leftovers(folder: RunFolder) -> None:
    """Remove what a kill has left; results of 'evaluate' have a lock of their own."""
    shutil.rmtree(folder.scratch, ignore_errors=True)
    for path in (folder.seeds, folder.seeds_rejected, folder.completions, folder.translations, folder.rejected):
        remove_temporary_files(path)
    for path in (folder.queries, folder.queries_rejected):
        remove_temporary_files(path)
    for path in (folder.batches, folder.dataset, folder.repairs / "translations", folder.repairs / "rejected"):
        remove_temporary_files(path)
    for path in folder.path.glob(f"{TEMPORARY}*"):
        if path.name != TEMPORARY + folder.report.name and not path.is_dir():  # 'report' takes no lock
            path.unlink(missing_ok=True)


def _look_for_damage(folder: RunFolder, manifest: Manifest, reporter: Reporter) -> None:
    """Tell an edit of the recipe, which counts, from damage."""
    recorded = manifest.recipe_file
    difference = recorded and manifest.difference(folder.recipe.name, recorded)
    if difference == "damaged":
        raise InputError(
            f"{folder.recipe} is damaged: its content changed, but its time did not",
            "run 'synthcode run RECIPE --out RUN' with the recipe that you gave, or look the file through and save it",
        )
    if difference == "changed":
        reporter.message(f"{folder.recipe} was changed since it was written: it counts as it is now")


def read_run_recipe(folder: RunFolder) -> Recipe:
    """Return the recipe of a run directory; an empty one where it has none yet."""
    tree = None
    if folder.recipe.exists():
        try:
            tree = read_yaml(folder.recipe, unique_keys=True)
        except NotYamlError as problem:
            raise InputError(f"{folder.recipe} is not YAML: {problem}", "fix the file") from problem
    return parse_recipe({} if tree is None else tree, str(folder.recipe))


def is_recipe_edited(folder: RunFolder) -> bool:
    """Return whether a run's recipe is another one than the last command left."""
    manifest = Manifest(folder.path)
    return manifest.recipe_file is not None and (
        manifest.difference(folder.recipe.name, manifest.recipe_file) is not None
    )


def _refuse_lost_recipe(folder: RunFolder, manifest: Manifest) -> None:
    """Refuse to go on with defaults where stages were run with a recipe that is missing now.

    Raises
    ------
    InputError
        If the recipe is missing or empty, and the run is not new.
    """
    if not manifest.stages:
        return
    state = "missing" if not folder.recipe.exists() else None
    if state is None and not read_text(folder.recipe, limits.RECIPE).strip():
        state = "empty"
    if state is not None:
        raise InputError(
            f"{folder.recipe} is {state}: what this run was asked is not known",
            "restore it, or run 'synthcode run RECIPE --out RUN' with the recipe that you gave",
        )
