"""The baseline of sentence-transformers: trains the weights of the model with exits, and refuses what it cannot do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from synthcode.errors import InputError
from synthcode.evaluation.training.losses.adaptive_layer import AdaptiveLayerBaseline
from synthcode.evaluation.training.models.huggingface import open_huggingface
from synthcode.evaluation.training.settings import LossSettings, OptimiserSettings, TrainingSettings
from synthcode.evaluation.training.trainer import MultiExitTrainer
from tests.support.models.tiny_encoders import write_encoder
from tests.support.models.toy_exits import ToyExits, ToyPairs, text

SETTINGS = TrainingSettings(
    loss=LossSettings(objective="adaptive_layer"),
    optimiser=OptimiserSettings(steps=6, batch_size=8, learning_rate=1e-3, max_tokens=32),
)
TEXTS = [text("add one"), text("subtract"), text("def f(): pass", "python")]


def test_the_last_exit_has_the_vectors_of_the_plain_model(tmp_path: Path) -> None:
    model = open_huggingface(str(write_encoder(tmp_path, pooling="mean")), (1, 2))
    plain = AdaptiveLayerBaseline(model, SETTINGS.loss).model.eval()
    features = model.eval().tokenize(TEXTS, 32)
    ours = model.vectors(features)[2]
    assert torch.allclose(plain({**features})["sentence_embedding"], ours, atol=1e-6)
    assert len(plain[0].model.encoder.layer) == 2


@pytest.mark.slow
def test_training_moves_the_weights_of_the_model_with_exits(tmp_path: Path) -> None:
    model = open_huggingface(str(write_encoder(tmp_path / "base", pooling="mean")), (1, 2, 3))
    features = model.eval().tokenize(TEXTS, 32)
    before = model.vectors(features)
    trainer = MultiExitTrainer(model, ToyPairs(48), SETTINGS, tmp_path / "run", [])
    trainer.train()
    after = model.eval().vectors(features)
    assert all(not torch.allclose(before[exit_], after[exit_], atol=1e-4) for exit_ in (1, 2, 3))
    means = trainer.multi_exit_loss.mean_by_exit()
    assert list(means) == [0]
    assert means[0] > 0
    assert trainer.multi_exit_loss.mean_by_exit() == {}
    # Checkpoints hold the weights once.
    size = sum(tensor.numel() * 4 for tensor in model.state_dict().values())
    assert (tmp_path / "run" / "checkpoint-6" / "weights.safetensors").stat().st_size < 1.1 * size


def test_other_models_and_settings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="HuggingFace encoders without heads only"):
        MultiExitTrainer(ToyExits(), ToyPairs(48), SETTINGS, tmp_path, [])
    folder = str(write_encoder(tmp_path / "base", pooling="mean"))
    with pytest.raises(InputError, match="without heads"):
        AdaptiveLayerBaseline(open_huggingface(folder, (1,), "linear"), SETTINGS.loss)
    model = open_huggingface(folder, (1,))
    with pytest.raises(InputError, match="has no distillation, dims"):
        AdaptiveLayerBaseline(model, replace(SETTINGS.loss, distillation=1.0, dims=(8,)))
    chunked = replace(SETTINGS, optimiser=replace(SETTINGS.optimiser, chunk_size=4))
    with pytest.raises(InputError, match="no cached gradients"):
        MultiExitTrainer(model, ToyPairs(48), chunked, tmp_path, [])
