"""A whole training run: data, model, phases, and the finished model in its folder."""

from __future__ import annotations

import os
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from synthcode.errors import Interrupted
from synthcode.evaluation.training.classifiers.opening import LabelledData, open_examples
from synthcode.evaluation.training.classifiers.validation import VALIDATION_METRICS
from synthcode.evaluation.training.pairs.opening import TrainingData, open_pairs
from synthcode.evaluation.training.processes import from_first, is_first, join, naming_lost_processes
from synthcode.evaluation.training.runs.card import model_card
from synthcode.evaluation.training.runs.folder import (
    TrainingFolder,
    TrainingRecord,
    discard,
    files_of,
    read_record,
    start,
    write_record,
)
from synthcode.evaluation.training.runs.progress import Callbacks
from synthcode.evaluation.training.runs.validation.curves import Curves, read_curves
from synthcode.evaluation.training.settings import TrainingSettings
from synthcode.publishing.card.yaml.front_matter import read_front_matter, stated_license
from synthcode.storage.atomic import write_text
from synthcode.storage.lock import hold
from synthcode.storage.published import find_dataset
from synthcode.vocabulary import MAIN_METRIC

if TYPE_CHECKING:
    from synthcode.evaluation.training.models.multi_exit import MultiExitEncoder
    from synthcode.evaluation.training.pretraining.snippets import Snippet
    from synthcode.evaluation.training.runs.phases import TrainedPhase

Data = TrainingData | LabelledData
CARD_NAME = "README.md"
_PACKAGES = ("torch", "transformers", "sentence-transformers", "synthcode")


@dataclass(frozen=True)
class TrainingOutcome:
    """What came of a training run."""

    folder: Path
    """Of the model."""
    curves: Curves
    step: int
    """After which the weights were taken."""
    was_finished: bool
    """Whether there was nothing left to do."""


def train_model(
    dataset: Path, out: Path, settings: TrainingSettings, callbacks: Callbacks, *, force: bool = False
) -> TrainingOutcome:
    """Train a model with several exits, or go on with its training; nothing is done if it is finished.

    Parameters
    ----------
    dataset
        A run directory, its dataset, or any folder in that form.
    out
        Folder of the model; ``out/training`` holds all that belongs to the run.
    settings
        Base, exits, data, loss, steps.
    callbacks
        Who hears of it, and may stop it.
    force
        Remove a run that is there, and start anew.

    Raises
    ------
    InputError
        If the data, the base or the settings cannot be used, or ``out`` holds something else.
    LostProcessError
        If this is one of several processes, and another one has ended.
    Interrupted
        If it was stopped: a checkpoint has been saved, and the same call goes on from there.
    """
    folder = TrainingFolder(out)
    callbacks = callbacks.of_all_processes()
    with hold(out) if is_first() else nullcontext():
        data = open_data(dataset, settings)
        # A base that is refused must neither cost a finished model nor leave a folder.
        opened = open_new(dataset, data) if force or read_record(folder) is None else None
        join()
        with naming_lost_processes():
            finished = from_first(lambda: _start(dataset, folder, data, callbacks, force=force))
            if finished is not None:
                return finished
            return _train(dataset, folder, data, opened or open_new(dataset, data), callbacks)


def _start(
    dataset: Path, folder: TrainingFolder, data: Data, callbacks: Callbacks, *, force: bool
) -> TrainingOutcome | None:
    """Start a run, or go on with one; return the outcome of one that is finished."""
    anew = force and discard(folder)
    start(folder, data.settings, _new_record(dataset, data), callbacks.report, anew=anew)
    known = read_record(folder)
    if known is not None and folder.is_finished:
        curves = read_curves(folder.curves.with_suffix(".csv"), metric_of(data.settings))
        return TrainingOutcome(folder.path, curves, int(known.outcome.get("step", 0)), was_finished=True)
    for warning in data.warnings:
        callbacks.report(f"train: warning: {warning}")
    return None


def open_data(dataset: Path, settings: TrainingSettings) -> Data:
    """Read what a model is trained on for its task.

    Raises
    ------
    InputError
        If it cannot be used.
    """
    return open_pairs(dataset, settings) if settings.task == "retrieval" else open_examples(dataset, settings)


def metric_of(settings: TrainingSettings) -> str:
    """Return the measure of validation that decides which weights are best."""
    return MAIN_METRIC if settings.task == "retrieval" else VALIDATION_METRICS[settings.task][0]


def _new_record(dataset: Path, data: Data) -> TrainingRecord:
    folder = dataset if data.settings.data.original is not None else find_dataset(dataset).folder
    return TrainingRecord(
        dataset=str(dataset),
        dataset_digest=data.digest,
        versions={name: version(name) for name in _PACKAGES},
        dataset_license=stated_license(read_front_matter(folder / CARD_NAME)),
    )


def open_new(dataset: Path, data: Data) -> tuple[MultiExitEncoder, list[Snippet]]:
    """Open the model that the run begins with, and what it is pre-trained on; both depend on the random seed only."""
    from transformers import set_seed

    from synthcode.evaluation.training.models.opening import open_training_model
    from synthcode.evaluation.training.pretraining.opening import open_snippets

    settings = data.settings
    snippets = open_snippets(dataset, settings.pretrain, settings.data.holdout) if settings.pretrain is not None else []
    set_seed(settings.random_seed)
    texts = chain(data.texts(), (snippet.content for snippet in snippets))
    return open_training_model(settings, texts, settings.random_seed), snippets


def _train(
    dataset: Path,
    folder: TrainingFolder,
    data: Data,
    opened: tuple[MultiExitEncoder, list[Snippet]],
    callbacks: Callbacks,
) -> TrainingOutcome:
    from transformers import set_seed

    from synthcode.evaluation.training.runs.fine_tuning import add_classifier, fine_tune
    from synthcode.evaluation.training.runs.phases import pretrain_on_documents, train_on_pairs
    from synthcode.evaluation.training.runs.validation.scoring import load_validation

    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # a fork of a checkpoint's writer would warn of it
    settings = data.settings
    model, snippets = opened
    benchmark = None
    if isinstance(data, TrainingData):
        benchmark = load_validation(dataset, settings.run.validation_queries, callbacks.report)
    elif data.validation is None:
        callbacks.report(f"train: {dataset} has no validation split, or an empty one: no exit is scored while training")
    if settings.pretrain is not None:
        pretrain_on_documents(model, snippets, settings, folder, callbacks)
    set_seed(settings.random_seed)
    if isinstance(data, TrainingData):
        phase = train_on_pairs(model, data.pairs, settings, folder, benchmark, callbacks)
    else:
        add_classifier(model, data)
        phase = fine_tune(model, data, folder, callbacks)
    if callbacks.should_stop():
        raise Interrupted
    if is_first():
        _finish(folder, data, model.eval().cpu(), phase)
    if phase.counts.at_limit:
        share = phase.counts.at_limit / max(1, phase.counts.texts)
        callbacks.report(
            f"train: {share:.0%} of the inputs filled the window of {settings.optimiser.max_tokens} tokens:"
            " what was longer was cut (--max-tokens)"
        )
    return TrainingOutcome(folder.path, phase.curves, phase.step, was_finished=False)


def _finish(folder: TrainingFolder, data: Data, model: MultiExitEncoder, phase: TrainedPhase) -> None:
    """Write the model and its card. ``config.json`` is last of the model, and the record's outcome last of all."""
    record = read_record(folder)
    assert record is not None
    if record.others is None:  # else a command that was killed has written some of the model
        record = replace(record, others=sorted(files_of(folder)))
        write_record(folder, record)
    before = set(record.others or ())
    model.save_model(folder.path)
    outcome = {"step": phase.step, "kept": phase.kept, **asdict(phase.counts)}
    finished = replace(record, files=sorted((files_of(folder) - before) | {CARD_NAME}), outcome=outcome)
    card = model_card(
        name=folder.path.resolve().name,
        settings=data.settings,
        record=finished,
        counts=data.counts,
        curves=phase.curves,
        sizes=model.exit_sizes(),
    )
    write_text(folder.path / CARD_NAME, card)
    write_record(folder, finished)


def total_steps(settings: TrainingSettings) -> int:
    """Return the steps of all phases of a run."""
    return settings.optimiser.steps + (settings.pretrain.steps if settings.pretrain is not None else 0)
