"""Training models for measurements, each once."""

from __future__ import annotations

import argparse
import contextlib
import shutil
import sys
import time
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from transformers import TrainerCallback, set_seed

from synthcode.evaluation.training.contracts import MultiExitModel
from synthcode.evaluation.training.models.opening import open_training_model
from synthcode.evaluation.training.pairs.opening import open_pairs
from synthcode.evaluation.training.pretraining.opening import masked_documents
from synthcode.evaluation.training.pretraining.snippets import Snippet
from synthcode.evaluation.training.pretraining.training import ExitMeans, PretrainingTrainer
from synthcode.evaluation.training.settings import (
    LossSettings,
    OptimiserSettings,
    RunSettings,
    TrainingSettings,
)
from synthcode.evaluation.training.trainer import MultiExitTrainer

ONLY_AT_THE_END = RunSettings(save_every=1_000_000)


def settings_of(chosen: argparse.Namespace, random_seed: int, *, exits: Sequence[int], **loss: object):
    """Return the settings that the options name."""
    return TrainingSettings(
        base=chosen.base,
        exits=tuple(exits),
        loss=LossSettings(**loss),
        optimiser=OptimiserSettings(
            steps=chosen.steps,
            batch_size=chosen.batch_size,
            learning_rate=chosen.learning_rate,
            max_tokens=chosen.max_tokens,
        ),
        run=ONLY_AT_THE_END,
        random_seed=random_seed,
    )


def trained(dataset: Path, settings: TrainingSettings, folder: Path, snippets: Sequence[Snippet] = ()) -> Path:
    """Train a model, unless the folder holds it; return the folder."""
    if (folder / "config.json").is_file():
        return folder
    with contextlib.redirect_stdout(sys.stderr):
        return _train(dataset, settings, folder, snippets)


def _train(dataset: Path, settings: TrainingSettings, folder: Path, snippets: Sequence[Snippet]) -> Path:
    started = time.monotonic()
    data = open_pairs(dataset, settings)
    texts = chain(data.texts(), (snippet.content for snippet in snippets))
    model = open_training_model(data.settings, texts, settings.random_seed)
    if settings.pretrain is not None:
        pretrained(model, snippets, settings, folder)
    set_seed(settings.random_seed)
    MultiExitTrainer(model, data.pairs, data.settings, folder / "checkpoints", []).train()
    shutil.rmtree(folder / "checkpoints", ignore_errors=True)
    model.eval().cpu().save_model(folder)
    print(f"{folder}: trained in {time.monotonic() - started:.0f} s")
    return folder


class LossTable(TrainerCallback):
    """Writes means of the losses of pre-training by exit, at twenty steps or so."""

    def __init__(self, path: Path) -> None:
        self.path, self.trainer = path, None
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"step,exit,{','.join(ExitMeans._fields)}\n")

    def on_step_end(self, args, state, control, **_):
        if state.global_step % max(1, state.max_steps // 20) == 0:
            with self.path.open("a") as rows:
                for exit_, means in self.trainer.pretraining_loss.means().items():
                    values = ("" if value is None else f"{value:.4f}" for value in means)
                    rows.write(f"{state.global_step},{exit_},{','.join(values)}\n")


def pretrained(model: MultiExitModel, snippets: Sequence[Snippet], settings: TrainingSettings, folder: Path) -> None:
    """Pre-train a model; the losses by exit go to ``pretraining.csv``."""
    set_seed(settings.random_seed)
    documents = masked_documents(snippets, model, settings.pretrain, settings.random_seed)
    table = LossTable(folder / "pretraining.csv")
    table.trainer = PretrainingTrainer(model, documents, settings, folder / "pretraining", [table])
    table.trainer.train()
    shutil.rmtree(folder / "pretraining", ignore_errors=True)
