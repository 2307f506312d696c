"""The trainer of sentence-transformers, with pairs that are drawn by their place and weights kept as safetensors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from torch import Tensor, nn
from torch.utils.data import DataLoader, SequentialSampler
from transformers import TrainerCallback

from synthcode.errors import SynthcodeError
from synthcode.evaluation.training.batches import PairCollator
from synthcode.evaluation.training.contracts import MultiExitModel, PairSequence
from synthcode.evaluation.training.losses.multi_exit import MultiExitLoss
from synthcode.evaluation.training.settings import TrainingSettings

WEIGHTS_NAME = "weights.safetensors"


class DivergedError(SynthcodeError):
    """The loss is not a number any more."""


class MultiExitTrainer(SentenceTransformerTrainer):
    """A trainer whose batches come in the order of the pairs, and whose checkpoints hold no pickled weights.

    Parameters
    ----------
    model
        Its weights are changed.
    pairs
        All pairs of the run, a batch after another.
    settings
        Loss, batch size, steps, learning rate, random seed.
    folder
        Checkpoints are written into it.
    callbacks
        As transformers calls them.
    """

    def __init__(
        self,
        model: MultiExitModel,
        pairs: PairSequence,
        settings: TrainingSettings,
        folder: Path,
        callbacks: list[TrainerCallback],
    ) -> None:
        assert isinstance(model, nn.Module)
        self.pairs = pairs
        encoder = SentenceTransformer(modules=[model])
        optimiser = settings.optimiser
        if optimiser.gradient_checkpointing:
            encoder.gradient_checkpointing_enable()
        self.multi_exit_loss = MultiExitLoss(encoder, model.exits, settings.loss, optimiser.chunk_size)
        super().__init__(
            model=encoder,
            args=training_arguments(settings, folder),
            train_dataset=pairs,
            loss=self.multi_exit_loss,
            data_collator=PairCollator(model, optimiser.max_tokens),  # type: ignore[arg-type]  # it is only called
            callbacks=callbacks,
        )

    def get_train_dataloader(self) -> DataLoader[Any]:
        """Return the batches of this process; several processes take turns within a batch."""
        loader: DataLoader[Any] = DataLoader(
            self.pairs,  # type: ignore[arg-type]  # torch needs no more than these methods
            batch_size=self.args.per_device_train_batch_size,
            sampler=SequentialSampler(self.pairs),
            collate_fn=self.data_collator,
            drop_last=True,
            # One of its own: an iterator draws from the generator, which must not move the model's random numbers.
            generator=torch.Generator().manual_seed(self.args.seed),
        )
        self.accelerator.even_batches = False
        prepared: DataLoader[Any] = self.accelerator.prepare(loader)
        return prepared

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Return the loss of a batch.

        Raises
        ------
        DivergedError
            If it is not a finite number.
        """
        loss: Any = super().compute_loss(model, inputs, False, num_items_in_batch)
        if not torch.isfinite(loss):
            step = self.state.global_step + 1
            raise DivergedError(
                f"the loss is {loss.item()} at step {step}: training has diverged",
                "lower the learning rate or raise the temperature; the last checkpoint is from before that step",
            )
        return (loss, {}) if return_outputs else loss

    def preprocess_dataset(self, dataset: Any = None, dataset_name: str | None = None) -> Any:
        """Return the pairs as they are: they have no columns."""
        return dataset

    def add_model_card_callback(self, default_args_dict: dict[str, Any]) -> None:
        """Add nothing: the model card is this project's own."""

    def create_model_card(self, *args: Any, **kwargs: Any) -> None:
        """Write nothing: the model card is this project's own."""

    def get_decay_parameter_names(self, model: nn.Module) -> list[str]:
        """Return the parameters that decay: all but biases, norms and the temperature."""
        decaying: list[str] = super().get_decay_parameter_names(model)
        return [name for name in decaying if not name.endswith("log_scale")]

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        """Write the weights of the model and of its loss."""
        folder = Path(str(output_dir or self.args.output_dir))
        folder.mkdir(parents=True, exist_ok=True)
        save_file(_state(self.multi_exit_loss), folder / WEIGHTS_NAME)

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: nn.Module | None = None) -> None:
        load_weights(self.multi_exit_loss, Path(resume_from_checkpoint))


def load_weights(loss: nn.Module, checkpoint: Path) -> None:
    """Read the weights of a model and its loss from a checkpoint."""
    loss.load_state_dict(load_file(checkpoint / WEIGHTS_NAME))


def training_arguments(settings: TrainingSettings, folder: Path) -> SentenceTransformerTrainingArguments:
    """Return the trainer's arguments: everything random follows the random seed, and nothing is reported elsewhere."""
    optimiser, run = settings.optimiser, settings.run
    arguments = SentenceTransformerTrainingArguments(
        output_dir=str(folder),
        max_steps=optimiser.steps,
        learning_rate=optimiser.learning_rate,
        warmup_steps=round(optimiser.warmup_share * optimiser.steps),
        weight_decay=optimiser.weight_decay,
        max_grad_norm=optimiser.max_gradient_norm,
        bf16=optimiser.dtype == "bfloat16",
        save_steps=run.save_every,
        save_total_limit=run.keep_checkpoints,
        logging_strategy="no",
        report_to="none",
        disable_tqdm=True,
        seed=settings.random_seed,
        data_seed=settings.random_seed,
        ddp_find_unused_parameters=False,
    )
    arguments.per_device_train_batch_size = share_of_device(optimiser.batch_size, arguments.world_size)
    return arguments


def share_of_device(batch_size: int, devices: int) -> int:
    """Return the pairs of a batch that one device takes.

    Raises
    ------
    SynthcodeError
        If the batch cannot be divided.
    """
    if batch_size % devices:
        raise SynthcodeError(
            f"a batch of {batch_size} pairs cannot be divided among {devices} devices",
            "choose a batch size that is a multiple of the number of devices",
        )
    return batch_size // devices


def _state(module: nn.Module) -> dict[str, Tensor]:
    """Return the weights; those that are shared are written once for each name."""
    return {name: tensor.detach().clone().contiguous() for name, tensor in module.state_dict().items()}
