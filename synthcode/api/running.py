"""Running a recipe from Python."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthcode.api.calls import CallbackReporter, OnProgress, call
from synthcode.api.saved_run import SavedRun
from synthcode.redaction import register_credentials

if TYPE_CHECKING:
    from synthcode.pipelines.runs.interrupt import StopRequest
    from synthcode.pipelines.runs.recipe import Recipe

PathLike = str | os.PathLike[str]


def load_recipe(recipe: PathLike, overrides: Mapping[str, Any] | None = None) -> Recipe:
    """Load a bundled recipe by name, or a YAML file by path.

    Parameters
    ----------
    recipe
        ``quickstart``, or a path.
    overrides
        ``section.key`` -> value, as in ``{"translate.samples": 3}``; wins over the file.

    Raises
    ------
    SynthcodeError
        If there is no such recipe, it is not YAML, or a key or value is not one that recipes have.
    """
    from synthcode.pipelines.runs import recipe as recipes

    return call(lambda _stop: recipes.load_recipe(os.fspath(recipe), overrides))


def run(
    recipe: PathLike | Recipe,
    out: PathLike,
    *,
    base_urls: Sequence[str] = (),
    model: str | None = None,
    limit: int | None = None,
    workers: int | None = None,
    overrides: Mapping[str, Any] | None = None,
    force: bool = False,
    on_progress: OnProgress | None = None,
) -> SavedRun:
    """Run all stages of a recipe. Stages that are up to date are skipped; a stopped run continues where it was.

    Parameters
    ----------
    recipe
        A bundled recipe's name, the path of a YAML file, or what ``load_recipe`` returned.
    out
        The run directory.
    base_urls
        Model servers, up to and including ``/v1``. These may be sent the key in ``OPENAI_API_KEY``.
    model
        The model's name as the server knows it.
    limit
        Read only so many rows of seeds.
    workers
        Processes. Default: one for each core.
    overrides
        ``section.key`` -> any other value of the recipe.
    force
        Run every stage again. Nothing that was translated is requested again.
    on_progress
        Called with every :class:`synthcode.api.calls.Progress`. An exception that it raises stops the run.

    Raises
    ------
    SynthcodeError
        If the recipe or the folder cannot be used, or the run fails. What was finished is stored.
    """
    urls = [base_urls] if isinstance(base_urls, str) else list(base_urls)
    for url in urls:
        register_credentials(url)
    named = {
        "seeds.limit": limit,
        "backend.name": "openai" if urls else None,
        "backend.base_urls": urls or None,
        "translate.model": model,
        "workers": workers,
    }
    given = {key: value for key, value in named.items() if value is not None} | dict(overrides or {})
    reporter = CallbackReporter(on_progress)
    call(lambda stop: _run(recipe, Path(out), given, stop, reporter, force=force))
    return SavedRun(Path(out))


def _run(
    recipe: PathLike | Recipe,
    out: Path,
    overrides: Mapping[str, Any],
    stop: StopRequest,
    reporter: CallbackReporter,
    *,
    force: bool,
) -> None:
    from synthcode.pipelines.runs import recipe as recipes
    from synthcode.pipelines.runs.begun_runs import hold_run
    from synthcode.pipelines.runs.run import open_run
    from synthcode.pipelines.runs.run_directories import refuse_foreign
    from synthcode.pipelines.steps.registry import run_stages

    if isinstance(recipe, recipes.Recipe):
        loaded = recipes.override(recipe, overrides) if overrides else recipe
    else:
        loaded = recipes.load_recipe(os.fspath(recipe), overrides)
    recipes.require_sections(loaded, "the recipe")
    refuse_foreign(out)
    with hold_run(out):
        named_urls = overrides.get("backend.base_urls", ())
        opened = open_run(out, stop, {}, loaded, named_urls, reporter)
        run_stages(opened, force=force)
