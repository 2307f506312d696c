"""The phases of a training run: each trains the same model, from its newest checkpoint on if there is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from transformers import set_seed

from synthcode.errors import Interrupted
from synthcode.evaluation.retrieval.benchmark import Benchmark
from synthcode.evaluation.training.contracts import MultiExitModel, PairSequence
from synthcode.evaluation.training.ordered_trainer import load_weights
from synthcode.evaluation.training.pretraining.opening import masked_documents
from synthcode.evaluation.training.pretraining.snippets import Snippet
from synthcode.evaluation.training.pretraining.training import PretrainingTrainer
from synthcode.evaluation.training.processes import from_first
from synthcode.evaluation.training.runs.checkpoints import (
    checkpoint_folder,
    damage_of,
    newest_checkpoint,
)
from synthcode.evaluation.training.runs.folder import TrainingFolder
from synthcode.evaluation.training.runs.progress import Callbacks, TrainingCounts, read_counts
from synthcode.evaluation.training.runs.trained_encoder import TrainedEncoder
from synthcode.evaluation.training.runs.validation.curves import ALL_EXITS, Curves, read_curves
from synthcode.evaluation.training.runs.validation.scoring import Scores, score_exits
from synthcode.evaluation.training.runs.watching import CURVES_NAME, Watch, WatchedTrainer, resume
from synthcode.evaluation.training.settings import KeptWeights, TrainingSettings
from synthcode.evaluation.training.trainer import MultiExitTrainer
from synthcode.vocabulary import MAIN_METRIC


class PairTrainer(WatchedTrainer, MultiExitTrainer):
    """The trainer of pairs, watched."""


class DocumentTrainer(WatchedTrainer, PretrainingTrainer):
    """The trainer of masked documents, watched."""


@dataclass(frozen=True)
class TrainedPhase:
    """What came of a phase; the weights are in the model."""

    curves: Curves
    counts: TrainingCounts
    step: int
    """After which the weights were taken."""
    kept: KeptWeights


def train_on_pairs(
    model: MultiExitModel,
    pairs: PairSequence,
    settings: TrainingSettings,
    folder: TrainingFolder,
    benchmark: Benchmark | None,
    callbacks: Callbacks,
) -> TrainedPhase:
    """Train on pairs to the end, and leave in the model the weights that are kept.

    Parameters
    ----------
    model
        As it is before this phase, also when training goes on from a checkpoint.
    pairs
        Of the whole run.
    settings
        What is trained, and how.
    folder
        Of the run; the caller holds its lock.
    benchmark
        What is scored while training; None does not validate.
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
    trainer = PairTrainer(model, pairs, settings, folder.checkpoints, [])
    encoder = TrainedEncoder(model, settings.optimiser.max_tokens)
    watch = watched(
        trainer,
        settings,
        folder.checkpoints,
        folder.curves,
        callbacks,
        losses=lambda: with_overall(trainer.multi_exit_loss.mean_by_exit(), trainer.multi_exit_loss.weights),
        score=None if benchmark is None else lambda: {MAIN_METRIC: score_exits(encoder, benchmark)},
    )
    return kept_weights(trainer, watch, settings, folder, callbacks)


def kept_weights(
    trainer: WatchedTrainer, watch: Watch, settings: TrainingSettings, folder: TrainingFolder, callbacks: Callbacks
) -> TrainedPhase:
    """Leave in the model of a trainer, which has trained to the end, the weights that are kept."""
    step, kept, best = settings.optimiser.steps, settings.run.keep, watch.curves.best
    if kept == "last" or best in (None, step):
        return TrainedPhase(watch.curves, watch.counts, step, "last" if watch.score is None else kept)
    assert best is not None
    chosen = checkpoint_folder(folder.checkpoints, best)
    if (damage := damage_of(chosen)) is not None:
        callbacks.report(f"train: {chosen}, the best checkpoint, is damaged ({damage}): the last weights are kept")
        return TrainedPhase(watch.curves, watch.counts, step, "last")
    load_weights(trainer.trained_module, chosen)
    return TrainedPhase(watch.curves, watch.counts, best, "best")


def pretrain_on_documents(
    model: MultiExitModel,
    snippets: Sequence[Snippet],
    settings: TrainingSettings,
    folder: TrainingFolder,
    callbacks: Callbacks,
) -> Curves:
    """Train on masked documents to the end; the heads of pre-training are dropped.

    Parameters and errors are those of :func:`train_on_pairs`; ``snippets`` are what documents are made of.
    """
    assert settings.pretrain is not None
    set_seed(settings.random_seed)
    documents = masked_documents(snippets, model, settings.pretrain, settings.random_seed)
    trainer = DocumentTrainer(model, documents, settings, folder.pretraining_checkpoints, [])
    loss = trainer.pretraining_loss

    def losses() -> dict[int, float]:
        means = {exit_: found.masked + (found.context or 0.0) for exit_, found in loss.means().items()}
        return with_overall(means, loss.weights)

    watch = watched(
        trainer, settings, folder.pretraining_checkpoints, folder.pretraining_curves, callbacks, losses=losses
    )
    return watch.curves


def watched(
    trainer: WatchedTrainer,
    settings: TrainingSettings,
    checkpoints: Path,
    curves: Path,
    callbacks: Callbacks,
    *,
    losses: Callable[[], Mapping[int, float]],
    score: Callable[[], Mapping[str, Scores]] | None = None,
    metric: str = MAIN_METRIC,
) -> Watch:
    """Train to the end, from the newest checkpoint on, and return what was seen on the way.

    Raises
    ------
    Interrupted
        If it was stopped; a checkpoint has been saved.
    """
    checkpoint = from_first(lambda: newest_checkpoint(checkpoints, callbacks.report))
    if checkpoint is not None:
        callbacks.report(f"train: going on from step {checkpoint.step:,}")
    watch = Watch(
        Curves(metric=metric) if checkpoint is None else read_curves(checkpoint.folder / CURVES_NAME, metric),
        curves,
        _title(settings),
        settings.run,
        callbacks,
        losses,
        score,
        TrainingCounts() if checkpoint is None else read_counts(checkpoint.folder),
    )
    trainer.start_watching(watch, settings.optimiser.max_tokens)
    resume(trainer, checkpoint)
    if watch.was_stopped:
        raise Interrupted
    return watch


def with_overall(by_exit: Mapping[int, float], weights: Sequence[float]) -> dict[int, float]:
    """Return losses by exit with that of all exits: their mean by weight; empty if there are none."""
    if not by_exit:
        return {}
    overall = sum(weight * loss for weight, loss in zip(weights, by_exit.values(), strict=True)) / sum(weights)
    return {ALL_EXITS: overall, **by_exit}


def _title(settings: TrainingSettings) -> str:
    start = "a new encoder" if settings.base is None else Path(settings.base.partition(":")[2] or settings.base).name
    return f"{start}, exits {', '.join(map(str, settings.exits)) or 'all'}"
