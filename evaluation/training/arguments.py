"""The arguments of both trainers: all that is random follows the random seed, and nothing is reported elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, TypeVar

from transformers import TrainingArguments

from synthcode.errors import InputError
from synthcode.evaluation.training.processes import uses_processor
from synthcode.evaluation.training.settings import TrainingSettings

Arguments = TypeVar("Arguments", bound=TrainingArguments)


class Schedule(Protocol):
    """How long and how fast a phase trains."""

    @property
    def steps(self) -> int:
        """Batches."""

    @property
    def batch_size(self) -> int:
        """Items a step, over all devices."""

    @property
    def learning_rate(self) -> float:
        """Its highest value."""


def training_arguments(
    kind: type[Arguments],
    settings: TrainingSettings,
    schedule: Schedule,
    folder: Path,
    *,
    warmup_share: float,
    has_unused_weights: bool = False,
) -> Arguments:
    """Return the arguments of a trainer.

    Parameters
    ----------
    kind
        Class that the trainer takes.
    settings
        Optimiser, checkpoints, random seed.
    schedule
        Of this phase.
    folder
        Checkpoints are written into it.
    warmup_share
        Share of the steps in which the learning rate rises from 0.
    has_unused_weights
        Whether some weights get no gradient: several devices have to look for them then.

    Raises
    ------
    InputError
        If the batch cannot be divided among the devices.
    """
    optimiser, run = settings.optimiser, settings.run
    arguments = kind(
        output_dir=str(folder),
        max_steps=schedule.steps,
        learning_rate=schedule.learning_rate,
        warmup_steps=round(warmup_share * schedule.steps),
        weight_decay=optimiser.weight_decay,
        max_grad_norm=optimiser.max_gradient_norm,
        bf16=optimiser.dtype == "bfloat16",
        save_steps=run.save_every,
        save_total_limit=run.keep_checkpoints,
        logging_strategy="no",
        report_to="none",
        disable_tqdm=True,
        remove_unused_columns=False,
        seed=settings.random_seed,
        data_seed=settings.random_seed,
        ddp_find_unused_parameters=has_unused_weights,
        use_cpu=uses_processor(),
        dataloader_drop_last=True,  # no batch is incomplete; several processes would be warned
    )
    _use_one_gpu(arguments)
    arguments.per_device_train_batch_size = _share_of_process(schedule.batch_size, arguments.world_size)
    return arguments


def _use_one_gpu(arguments: TrainingArguments) -> None:
    """Train on the first GPU of several: by default, transformers splits batches among all (DataParallel)."""
    arguments._n_gpu = min(1, arguments.n_gpu)


def _share_of_process(batch_size: int, devices: int) -> int:
    """Return the items of a batch that one process takes, on a device of its own."""
    if batch_size % devices:
        raise InputError(
            f"a batch of {batch_size} cannot be divided among {devices} processes",
            "choose a batch size that is a multiple of the number of processes",
        )
    return batch_size // devices
