"""The phase that trains heads of classification, and the encoder with them."""

from __future__ import annotations

from synthcode.evaluation.encoders.exits.trained_exits import ClassifierForm
from synthcode.evaluation.training.classifiers.examples import Examples
from synthcode.evaluation.training.classifiers.inputs import InputTokens
from synthcode.evaluation.training.classifiers.opening import LabelledData
from synthcode.evaluation.training.classifiers.trainer import ClassifierTrainer
from synthcode.evaluation.training.classifiers.validation import VALIDATION_METRICS, score_classifier
from synthcode.evaluation.training.models.classifier import ExitClassifiers
from synthcode.evaluation.training.models.multi_exit import MultiExitEncoder
from synthcode.evaluation.training.runs.folder import TrainingFolder
from synthcode.evaluation.training.runs.phases import TrainedPhase, kept_weights, watched, with_overall
from synthcode.evaluation.training.runs.progress import Callbacks
from synthcode.evaluation.training.runs.validation.scoring import ScoreKey, Scores
from synthcode.evaluation.training.runs.watching import WatchedTrainer
from synthcode.evaluation.training.settings import TrainingSettings
from synthcode.vocabulary import ClassificationTask


class WatchedClassifierTrainer(WatchedTrainer, ClassifierTrainer):
    """The trainer of classifiers, watched."""


def add_classifier(model: MultiExitEncoder, data: LabelledData) -> None:
    """Give a model new heads; their weights are drawn by torch."""
    model.classifier = ExitClassifiers(_form(model, data), model.exits, model.width)


def fine_tune(
    model: MultiExitEncoder, data: LabelledData, folder: TrainingFolder, callbacks: Callbacks
) -> TrainedPhase:
    """Train a model and its heads to the end, and leave in it the weights that are kept.

    Parameters
    ----------
    model
        With new heads, also when training goes on from a checkpoint.
    data
        Inputs and settings.
    folder
        Of the run; the caller holds its lock.
    callbacks
        Who hears of it, and may stop it.

    Raises
    ------
    Interrupted
        If it was stopped; a checkpoint has been saved.
    DivergedError
        If the loss or a weight is not finite any more.
    StorageError
        If a checkpoint cannot be written.
    """
    settings = data.settings
    trainer = WatchedClassifierTrainer(model, data.examples, settings, folder.checkpoints, [])
    loss = trainer.classifier_loss
    held_out = data.validation and data.validation.some(settings.run.validation_examples, settings.random_seed)
    tokens = InputTokens(model, settings.optimiser.max_tokens)
    watch = watched(
        trainer,
        settings,
        folder.checkpoints,
        folder.curves,
        callbacks,
        losses=lambda: with_overall(loss.mean_by_exit(), loss.weights),
        score=None if held_out is None else lambda: _scores(model, tokens, held_out, settings),
        metric=VALIDATION_METRICS[_task(settings)][0],
    )
    return kept_weights(trainer, watch, settings, folder, callbacks)


def _form(model: MultiExitEncoder, data: LabelledData) -> ClassifierForm:
    most = min(data.settings.optimiser.max_tokens, model.max_tokens)
    task = _task(data.settings)
    compares = task == "clones" and data.settings.pair_heads == "compare"
    return ClassifierForm(task, data.labels, model.vocabulary.class_token, most, compares)


def _task(settings: TrainingSettings) -> ClassificationTask:
    assert settings.task != "retrieval"
    return settings.task


def _scores(
    model: MultiExitEncoder, tokens: InputTokens, held_out: Examples, settings: TrainingSettings
) -> dict[str, Scores]:
    found = score_classifier(model, tokens, held_out)
    variant = "raw" if settings.data.original is not None else settings.data.variant
    return {
        metric: {ScoreKey(exit_, settings.task, variant): value for exit_, value in by_exit.items()}
        for metric, by_exit in found.items()
    }
