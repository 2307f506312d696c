"""Watching a trainer: curves, validation, checkpoints that are complete, and stopping when requested."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainerControl, TrainerState

from synthcode.decimals import decimals
from synthcode.evaluation.training.ordered_trainer import DivergedError
from synthcode.evaluation.training.processes import averaged, from_first, is_first, is_launched, wait_for_all
from synthcode.evaluation.training.runs.checkpoints import (
    Checkpoint,
    checkpoint_folder,
    prune_checkpoints,
    writing_checkpoint,
)
from synthcode.evaluation.training.runs.progress import Callbacks, Clock, TrainingCounts
from synthcode.evaluation.training.runs.validation.curves import Curves, draw_curves
from synthcode.evaluation.training.runs.validation.scoring import Scores, mean_over_exits
from synthcode.evaluation.training.settings import RunSettings

LOSS_POINTS = 500
"""Points of each curve of losses, at most."""
SECONDS_BETWEEN_DRAWINGS = 30.0
CURVES_NAME = "curves.csv"


@dataclass
class Watch:
    """What is known of a phase of training while it goes on.

    Parameters
    ----------
    curves
        So far; those of the checkpoint that training goes on from.
    path
        Of the curves' files, without ending.
    title
        Of their drawing.
    run
        How often to save and to validate.
    callbacks
        Who hears of it.
    losses
        Returns the loss of all exits and by exit since the last call; empty if there was no batch.
    score
        Scores the model as it is, by each measure; None does not validate.
    counts
        So far.
    """

    curves: Curves
    path: Path
    title: str
    run: RunSettings
    callbacks: Callbacks
    losses: Callable[[], Mapping[int, float]]
    score: Callable[[], Mapping[str, Scores]] | None = None
    counts: TrainingCounts = field(default_factory=TrainingCounts)
    was_stopped: bool = False
    _drawn: float = field(default_factory=time.monotonic)

    def add_scores(self, step: int) -> None:
        """Score the model as it is; of several processes, the first does it for all."""
        if self.score is None:
            return
        for metric, scores in from_first(self.score).items():
            self.curves.add_scores(step, scores, metric)

    def write(self, *, draw: bool = False) -> None:
        """Write the curves as a table, and draw them if the last drawing is old or ``draw`` says so."""
        if not is_first():
            return
        self.curves.write(self.path.with_name(f"{self.path.name}.csv"))
        if draw or time.monotonic() - self._drawn > SECONDS_BETWEEN_DRAWINGS:
            self._drawn = time.monotonic()
            draw_curves(self.curves, self.path, self.title)


class WatchCallback(TrainerCallback):
    """Does after each step what is due; transformers calls it."""

    def __init__(self, watch: Watch, module: nn.Module) -> None:
        self._watch, self._module = watch, module
        self._clock = Clock(watch.counts)

    def on_train_begin(self, args: Any, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Validate the model as it is before training; go on as often as the settings of today say."""
        if is_launched() and not state.global_step:  # a checkpoint restores the random numbers of each process
            torch.manual_seed(args.seed + args.process_index)
        state.save_steps = args.save_steps
        watch = self._watch
        watch.callbacks.advance(state.global_step, "")
        if watch.score is not None and not watch.curves.validated:
            watch.add_scores(0)
        watch.write()

    def on_step_begin(self, args: Any, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Look at the clock."""
        self._clock.start_step()

    def on_step_end(self, args: Any, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Record, validate, and decide whether a checkpoint is due."""
        self._clock.end_step()
        watch, step = self._watch, state.global_step
        is_last = step >= state.max_steps
        watch.was_stopped = watch.callbacks.should_stop()
        control.should_save = control.should_save or is_last or watch.was_stopped
        control.should_training_stop = is_last or watch.was_stopped
        if watch.score is not None and (is_last or step % watch.run.validate_every == 0):
            self._validate(step, control)
        if control.should_save or step % max(1, state.max_steps // LOSS_POINTS) == 0:
            self._record(step)
        watch.callbacks.advance(1, self._remark())

    def on_save(self, args: Any, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Remove old checkpoints: the new one is complete."""
        best = self._watch.curves.best
        keep = self._watch.run.keep_checkpoints
        if is_first():
            prune_checkpoints(Path(args.output_dir), keep, set() if best is None else {best})
        self._watch.write()

    def on_train_end(self, args: Any, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Draw all of it."""
        self._watch.write(draw=True)

    def _validate(self, step: int, control: TrainerControl) -> None:
        watch = self._watch
        refuse_diverged(self._module, step)
        watch.add_scores(step)
        control.should_save = control.should_save or watch.curves.best == step

    def _record(self, step: int) -> None:
        losses = averaged(self._watch.losses())
        if losses:
            self._watch.curves.add_losses(step, losses.pop(0), losses)

    def _remark(self) -> str:
        curves = self._watch.curves
        loss = next((point.value for point in reversed(curves.points) if point.exit == 0), None)
        parts = [] if loss is None else [f"loss {decimals(loss, 4)}"]
        parts.append(f"{self._clock.tokens_per_s:,.0f} tokens/s")
        if curves.validated:
            last = curves.validated[-1]
            parts.append(f"validation {curves.metric} {decimals(mean_over_exits(curves.scores(last)))} at step {last}")
        return ", ".join(parts)


class WatchedTrainer(Trainer):
    """What a trainer gains by being watched: give it first among the bases of a class."""

    watch: Watch
    trained_module: nn.Module

    def start_watching(self, watch: Watch, max_tokens: int) -> None:
        """Watch from now on; before ``train``."""
        self.watch = watch
        self.args.save_total_limit = None  # old checkpoints go when the new one is complete
        self._max_tokens = max_tokens
        self.remove_callback(PrinterCallback)
        self.add_callback(WatchCallback(watch, self.trained_module))

    def training_step(self, model: nn.Module, inputs: Any, num_items_in_batch: Any = None) -> torch.Tensor:
        """Count a batch, and train on it; the collator would also count the one that is fetched ahead."""
        self.watch.counts.add(inputs, self._max_tokens)
        return super().training_step(model, inputs, num_items_in_batch)

    def _save_checkpoint(self, model: nn.Module, trial: Any) -> None:
        step = self.state.global_step
        folder = checkpoint_folder(Path(str(self.args.output_dir)), step)
        refuse_diverged(self.trained_module, step)
        with writing_checkpoint(folder) if is_first() else nullcontext():
            wait_for_all()  # what a kill has left in the folder is removed
            super()._save_checkpoint(model, trial)
            if is_first():
                self.watch.curves.write(folder / CURVES_NAME)
                self.watch.counts.write(folder)
            wait_for_all()  # the random numbers of every process are in it


def refuse_diverged(module: nn.Module, step: int) -> None:
    """Refuse weights that are not finite: gradients may overflow though the loss did not.

    Raises
    ------
    DivergedError
        Naming the step.
    """
    if not all(bool(torch.isfinite(parameter).all()) for parameter in module.parameters()):
        raise DivergedError(
            f"weights are not finite after step {step}: training has diverged",
            "lower the learning rate or, for retrieval, raise the temperature; the last checkpoint is from before",
        )


def resume(trainer: Trainer, checkpoint: Checkpoint | None) -> None:
    """Train to the end, from a checkpoint on if there is one."""
    trainer.train(resume_from_checkpoint=None if checkpoint is None else str(checkpoint.folder))
