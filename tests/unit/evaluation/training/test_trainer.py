"""The trainer: it learns, resumes to the same bits, stops when the loss is not a number."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import TrainerCallback, set_seed

from synthcode.evaluation.training.ordered_trainer import DivergedError
from synthcode.evaluation.training.settings import OptimiserSettings, RunSettings, TrainingSettings
from synthcode.evaluation.training.trainer import MultiExitTrainer
from tests.support.models.toy_exits import ToyExits, ToyPairs

SETTINGS = TrainingSettings(
    optimiser=OptimiserSettings(steps=12, batch_size=8, learning_rate=0.01),
    run=RunSettings(save_every=4),
    random_seed=3,
)


class StopAt(TrainerCallback):
    def __init__(self, step: int) -> None:
        self.step = step

    def on_step_end(self, args, state, control, **_):
        control.should_training_stop = state.global_step >= self.step


def trained(folder: Path, *, stop: int | None = None, settings: TrainingSettings = SETTINGS, resume: str | None = None):
    set_seed(settings.random_seed)
    model = ToyExits()
    callbacks = [] if stop is None else [StopAt(stop)]
    pairs = ToyPairs(settings.optimiser.steps * settings.optimiser.batch_size)
    trainer = MultiExitTrainer(model, pairs, settings, folder, callbacks)
    trainer.train(resume_from_checkpoint=resume)
    return trainer


def weights(trainer: MultiExitTrainer) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in trainer.loss.state_dict().items()}


def test_losses_fall_at_every_exit(tmp_path: Path) -> None:
    before = trained(tmp_path / "short", stop=1).loss.mean_by_exit()
    trainer = trained(tmp_path / "long")
    after = trainer.loss.mean_by_exit()
    assert all(after[exit_] < before[exit_] for exit_ in (1, 2, 3))


@pytest.mark.slow
def test_a_resumed_run_ends_with_the_same_bits(tmp_path: Path) -> None:
    settings = replace(SETTINGS, loss=replace(SETTINGS.loss, learned_temperature=True))
    whole = weights(trained(tmp_path / "whole", settings=settings))
    trained(tmp_path / "stopped", stop=6, settings=settings)
    torch.manual_seed(999)
    checkpoint = tmp_path / "stopped" / "checkpoint-4"
    resumed = weights(trained(tmp_path / "stopped", settings=settings, resume=str(checkpoint)))
    assert whole.keys() == resumed.keys()
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


def test_checkpoints_hold_no_pickled_weights_or_arguments(tmp_path: Path) -> None:
    trained(tmp_path)
    names = {path.name for path in (tmp_path / "checkpoint-12").iterdir()}
    assert names == {"weights.safetensors", "optimizer.pt", "scheduler.pt", "rng_state.pth", "trainer_state.json"}


def test_a_loss_that_is_not_a_number_stops_training(tmp_path: Path) -> None:
    model = ToyExits()
    trainer = MultiExitTrainer(model, ToyPairs(96), SETTINGS, tmp_path, [])
    with torch.no_grad():
        model.blocks[0].weight.fill_(float("nan"))
    with pytest.raises(DivergedError, match="the loss is nan at step 1"):
        trainer.train()


def test_one_device_is_no_reason_to_warn(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    trained(tmp_path, stop=1)
    assert not [record.getMessage() for record in caplog.records if "gather" in record.getMessage()]
