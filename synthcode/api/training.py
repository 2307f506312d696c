"""Training an encoder from Python."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthcode.api.calls import CallbackReporter, OnProgress, call

if TYPE_CHECKING:
    from synthcode.pipelines.runs.interrupt import StopRequest

PathLike = str | os.PathLike[str]


def train(
    dataset: PathLike,
    out: PathLike,
    settings: Mapping[str, Any] | None = None,
    *,
    recipe: PathLike | None = None,
    force: bool = False,
    on_progress: OnProgress | None = None,
) -> Path:
    """Train an encoder with several exits on the train split of a dataset, or go on with its training.

    Parameters
    ----------
    dataset
        A run directory, its dataset, or any folder in that form.
    out
        Folder of the model.
    settings
        ``section.key`` -> value, as in ``{"base": "st:NAME", "optimiser.steps": 500}``; wins over the recipe.
    recipe
        A YAML file of settings.
    force
        Remove a run that ``out`` holds, and start anew.
    on_progress
        Called with every :class:`synthcode.api.calls.Progress`. An exception that it raises stops the training.

    Returns
    -------
    The folder of the model: ``evaluate(dataset, f"exits:{folder}")`` scores it. Heads that were trained with
    ``{"task": "clones"}`` are scored by ``evaluate_clones(dataset, f"classifier:{folder}")``.

    Raises
    ------
    SynthcodeError
        If the data, the base or the settings cannot be used. The same call goes on from what was saved.
    """
    reporter = CallbackReporter(on_progress)
    path = None if recipe is None else Path(recipe)
    call(lambda stop: _train(Path(dataset), Path(out), path, dict(settings or {}), stop, reporter, force=force))
    return Path(out)


def _train(
    dataset: Path,
    out: Path,
    recipe: Path | None,
    overrides: Mapping[str, Any],
    stop: StopRequest,
    reporter: CallbackReporter,
    *,
    force: bool,
) -> None:
    from synthcode.evaluation.training.runs.progress import Callbacks
    from synthcode.evaluation.training.runs.recipe import load_training_recipe
    from synthcode.evaluation.training.runs.session import total_steps, train_model

    settings = load_training_recipe(recipe, overrides)
    with reporter.progress("train", total_steps(settings)) as bar:
        train_model(dataset, out, settings, Callbacks(reporter.message, bar.advance, stop.is_set), force=force)
