"""Scoring an encoder on pairs of clones from Python."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from synthcode.api.calls import CallbackReporter, OnProgress, call, several
from synthcode.api.frozen_results import FrozenResults, read_frozen_results
from synthcode.api.results import RESAMPLES
from synthcode.api.scoring import open_encoder
from synthcode.vocabulary import SCORED_VARIANTS

if TYPE_CHECKING:
    from synthcode.api.scoring import AnyEncoder
    from synthcode.pipelines.runs.interrupt import StopRequest
    from synthcode.pipelines.steps.evaluate.classification.frozen_task import ClonesTask
    from synthcode.pipelines.steps.evaluate.evaluation_input import Evaluation
    from synthcode.vocabulary import Level, Split, Variant


def evaluate_clones(
    dataset: str | os.PathLike[str],
    encoder: AnyEncoder,
    *,
    split: Split = "test",
    variants: Sequence[Variant] = SCORED_VARIANTS,
    languages: Sequence[str] = (),
    require: Level | None = None,
    label: str | None = None,
    out: str | os.PathLike[str] | None = None,
    store: str | os.PathLike[str] | None = None,
    force: bool = False,
    resamples: int = RESAMPLES,
    on_progress: OnProgress | None = None,
) -> FrozenResults:
    """Score an encoder on the pairs of clones of a dataset, at every exit.

    Parameters
    ----------
    dataset
        A run directory, a dataset's folder, or its name on the Hub, built with ``--clones``.
    encoder
        As ``open_encoder`` takes it; ``classifier:MODEL`` scores fine-tuned heads instead of vectors.
    split
        Whose pairs are scored. The threshold is always chosen on ``validation``.
    variants
        Of the code: ``stripped``, ``anonymous``, ``raw``.
    languages
        Only pairs of these.
    require
        Only pairs of translations that were verified to this level or a higher one.
    label
        What results call the encoder.
    out
        The results folder, as the command line writes it. Default: nothing is written.
    store
        A folder that keeps vectors for further calls, those of ``evaluate`` included. Default: in ``out``, or nowhere.
    force
        Score again although nothing changed, and replace results of other settings in ``out``.
    resamples
        Of the intervals.
    on_progress
        Called with every :class:`synthcode.api.calls.Progress`. An exception that it raises stops the work.

    Raises
    ------
    SynthcodeError
        If the dataset has no pairs, or the encoder cannot be used. Vectors in a store are kept.
    """
    opened = open_encoder(encoder)

    def scored(stop: StopRequest, folder: Path) -> FrozenResults:
        from synthcode.languages import get_language
        from synthcode.pipelines.steps.evaluate.classification.clones_input import read_clones_input
        from synthcode.pipelines.steps.evaluate.evaluation_input import Evaluation
        from synthcode.sanitize import short_name

        known = [get_language(name).name for name in several(languages)]
        chosen = tuple(dict.fromkeys(several(variants)))
        task, benchmark, settings = read_clones_input(Path(dataset), split, chosen, require, known)
        evaluation = Evaluation(
            benchmark=benchmark,
            encoder=opened,
            label=label or short_name(opened.name),
            folder=folder,
            settings=settings,
            variants=chosen,
            store=Path(store or folder / "embeddings"),
            baseline=None,
            costs=False,
            dataset_id=None,
            resamples=resamples,
            device="auto",
            reporter=CallbackReporter(on_progress),
            stop=stop,
        )
        return _scored(task, evaluation, force=force)

    with tempfile.TemporaryDirectory(prefix="synthcode-") if out is None else nullcontext(str(out)) as place:
        found = call(lambda stop: scored(stop, Path(place)))
    return replace(found, folder=None) if out is None else found


def _scored(task: ClonesTask, evaluation: Evaluation, *, force: bool) -> FrozenResults:
    from synthcode.evaluation.encoder import Classifier
    from synthcode.pipelines.steps.evaluate.classification.fine_tuned_scores import (
        FineTunedEvaluation,
        score_fine_tuned_if_stale,
    )
    from synthcode.pipelines.steps.evaluate.classification.fine_tuned_task import FineTunedClones, refuse_other_task
    from synthcode.pipelines.steps.evaluate.classification.frozen_scores import FrozenEvaluation, score_frozen_if_stale

    encoder = evaluation.encoder
    if isinstance(encoder, Classifier):
        refuse_other_task(encoder, task.name)
        heads = FineTunedClones(task.clones, task.split, task.variants)
        score_fine_tuned_if_stale(FineTunedEvaluation(heads, encoder, evaluation), force=force, may_replace=force)
    else:
        score_frozen_if_stale(FrozenEvaluation(task, evaluation), force=force, may_replace=force)
    return read_frozen_results(evaluation.folder)
