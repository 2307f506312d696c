"""Pre-training: it learns at every exit, resumes to the same bits, and leaves no heads in the model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import TrainerCallback

from synthcode.evaluation.training.models.opening import open_model, open_training_model
from synthcode.evaluation.training.pretraining.masking import collate
from synthcode.evaluation.training.pretraining.opening import masked_documents
from synthcode.evaluation.training.pretraining.snippets import Snippet
from synthcode.evaluation.training.pretraining.training import ExitMeans, PretrainingLoss, PretrainingTrainer
from synthcode.evaluation.training.settings import PretrainSettings, RunSettings, TrainingSettings
from tests.support.models.mose_checkpoint import write_checkpoint
from tests.support.models.reading_exits import ReadingExits
from tests.support.models.tiny_encoders import KINDS, write_encoder

PRETRAIN = PretrainSettings(steps=9, batch_size=8, max_tokens=48, learning_rate=3e-3)
SETTINGS = TrainingSettings(pretrain=PRETRAIN, run=RunSettings(save_every=3), random_seed=5)
SNIPPETS = [
    Snippet(name, "python", f"def {name}{number}(): {name * 9}") for name in ("ab", "xy") for number in range(6)
]


class Watch(TrainerCallback):
    """Stops after a step, and looks at the means after others."""

    def __init__(self, stop: int | None, looks: tuple[int, ...]) -> None:
        self.stop, self.looks = stop, looks
        self.means: list[dict[int, ExitMeans]] = []
        self.loss: PretrainingLoss

    def on_step_end(self, args, state, control, **_):
        control.should_training_stop = state.global_step == self.stop
        if state.global_step in self.looks:
            self.means.append(self.loss.means())


def trainer_of(
    folder: Path, settings: TrainingSettings = SETTINGS, stop: int | None = None, watch: Watch | None = None
) -> PretrainingTrainer:
    folder.mkdir(exist_ok=True)
    model = ReadingExits(folder)
    torch.seed()  # what was drawn before must not matter
    assert settings.pretrain is not None
    masked = masked_documents(SNIPPETS, model, settings.pretrain, settings.random_seed)
    watch = watch or Watch(stop, ())
    trainer = PretrainingTrainer(model, masked, settings, folder, [watch])
    watch.loss = trainer.pretraining_loss
    return trainer


@pytest.mark.slow
def test_every_exit_learns_tokens_and_the_deepest_the_question(tmp_path: Path) -> None:
    pretrain = replace(PRETRAIN, steps=100, learning_rate=5e-3)
    watch = Watch(None, (5, 70, 100))
    trainer_of(tmp_path, replace(SETTINGS, pretrain=pretrain, run=RunSettings(save_every=100)), watch=watch).train()
    first, _, last = watch.means
    assert all(last[exit_].masked < first[exit_].masked - 0.5 for exit_ in (1, 2))
    assert first[2].correct < 0.7 < last[2].correct


def test_the_loss_is_the_mean_over_exits_weighted_by_depth(tmp_path: Path) -> None:
    model = ReadingExits(tmp_path)
    masked = masked_documents(SNIPPETS, model, PRETRAIN, 0)
    batch = collate([masked[number] for number in range(4)], model.vocabulary.pad)
    loss = PretrainingLoss(model, (0.5, 1.0), "in_context").train()
    torch.manual_seed(1)
    found = loss(**batch)["loss"].item()
    first, second = loss.means().values()
    expected = (0.5 * (first.masked + first.context) + 1.0 * (second.masked + second.context)) / 1.5
    assert found == pytest.approx(expected)
    torch.manual_seed(1)
    loss(**batch)
    assert loss.mean_by_exit() == pytest.approx({1: first.masked + first.context, 2: second.masked + second.context})
    assert loss.means() == loss.mean_by_exit() == {}


@pytest.mark.parametrize("task", ["none", "next_sentence"])
def test_the_baselines_are_trained_the_same_way(tmp_path: Path, task) -> None:
    trainer = trainer_of(tmp_path, replace(SETTINGS, pretrain=replace(PRETRAIN, task=task)))
    trainer.train()
    means = trainer.pretraining_loss.means()
    assert all(isinstance(mean, ExitMeans) and 0 < mean.masked < 9 for mean in means.values())
    assert [mean.context is None for mean in means.values()] == [task == "none"] * 2


@pytest.mark.slow
def test_a_resumed_run_ends_with_the_same_bits(tmp_path: Path) -> None:
    whole = trainer_of(tmp_path / "whole")
    whole.train()
    trainer_of(tmp_path / "stopped", stop=5).train()
    resumed = trainer_of(tmp_path / "stopped")
    resumed.train(resume_from_checkpoint=str(tmp_path / "stopped" / "checkpoint-3"))
    one, other = (trainer.pretraining_loss.state_dict() for trainer in (whole, resumed))
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_the_model_keeps_its_parts_and_nothing_is_pickled_but_the_optimizer(tmp_path: Path) -> None:
    trainer = trainer_of(tmp_path)
    names = set(ReadingExits(tmp_path).state_dict())
    before = {name: tensor.clone() for name, tensor in trainer.pretraining_loss.model.state_dict().items()}
    trainer.train()
    after = trainer.pretraining_loss.model.state_dict()
    assert set(after) == names
    assert not torch.equal(after["mose.backbone.embed_tokens.weight"], before["mose.backbone.embed_tokens.weight"])
    files = {path.name for path in (tmp_path / "checkpoint-9").iterdir()}
    assert files == {"weights.safetensors", "optimizer.pt", "scheduler.pt", "rng_state.pth", "trainer_state.json"}


@pytest.mark.parametrize(
    "family", ["Bert", "MoSE", *(pytest.param(kind, marks=pytest.mark.slow) for kind in KINDS if kind != "Bert")]
)
def test_models_of_every_family_are_pretrained_and_saved_without_the_heads(tmp_path: Path, family) -> None:
    pretrain = replace(PRETRAIN, steps=2, batch_size=4)
    if family == "MoSE":
        settings = TrainingSettings(base=f"mose:{write_checkpoint(tmp_path / 'base', (1, 2))}", pretrain=pretrain)
    else:
        settings = TrainingSettings(base=f"st:{write_encoder(tmp_path / 'base', family)}", pretrain=pretrain)
    model = open_training_model(settings, [], 0)
    before = model.token_embedding.weight.detach().clone()
    masked = masked_documents(SNIPPETS, model, pretrain, 0)
    trainer = PretrainingTrainer(model, masked, settings, tmp_path / "run", [])
    trainer.train()
    assert {*trainer.pretraining_loss.means()} == {*model.exits}
    model.save_model(tmp_path / "saved")
    read = open_model(tmp_path / "saved").state_dict()
    assert read.keys() == model.state_dict().keys()
    assert all(torch.equal(read[name], tensor) for name, tensor in model.state_dict().items())
    assert not torch.equal(model.token_embedding.weight, before)


def test_documents_are_no_longer_than_the_input_of_the_model(tmp_path: Path) -> None:
    model = ReadingExits(tmp_path)
    long = [snippet._replace(code=snippet.code * 40) for snippet in SNIPPETS]
    masked = masked_documents(long, model, replace(PRETRAIN, max_tokens=5000), 0)
    assert 126 <= max(len(masked[number].ids) for number in range(len(masked))) <= model.max_tokens == 128
