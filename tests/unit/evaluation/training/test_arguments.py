"""The arguments of both trainers come from the same settings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from transformers import TrainingArguments

from synthcode.errors import SynthcodeError
from synthcode.evaluation.training.arguments import training_arguments
from synthcode.evaluation.training.settings import OptimiserSettings, PretrainSettings, TrainingSettings

SETTINGS = TrainingSettings(
    optimiser=OptimiserSettings(steps=20, batch_size=66, learning_rate=0.1),
    pretrain=PretrainSettings(steps=50, batch_size=8, learning_rate=0.2),
    random_seed=7,
)


class OfFour(TrainingArguments):
    """Arguments of one process of four."""

    world_size = 4


@pytest.mark.parametrize(
    ("schedule", "expected"), [(SETTINGS.optimiser, (20, 66, 0.1, 2)), (SETTINGS.pretrain, (50, 8, 0.2, 5))]
)
def test_a_phase_has_its_own_schedule(tmp_path: Path, schedule: OptimiserSettings, expected: tuple[float, ...]) -> None:
    made = training_arguments(TrainingArguments, SETTINGS, schedule, tmp_path, warmup_share=0.1)
    found = (made.max_steps, made.per_device_train_batch_size, made.learning_rate, made.warmup_steps)
    assert found == expected
    assert (made.seed, made.data_seed, made.max_grad_norm) == (7, 7, 1.0)


def test_a_batch_is_divided_among_devices(tmp_path: Path) -> None:
    even = replace(SETTINGS.optimiser, batch_size=64)
    made = training_arguments(OfFour, SETTINGS, even, tmp_path, warmup_share=0.1)
    assert made.per_device_train_batch_size == 16
    with pytest.raises(SynthcodeError, match="66 cannot be divided among 4"):
        training_arguments(OfFour, SETTINGS, SETTINGS.optimiser, tmp_path, warmup_share=0.1)
