"""A trainer whose batches come in the order of its data, and whose checkpoints hold no pickled weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, SequentialSampler
from transformers import Trainer

from synthcode.errors import SynthcodeError

WEIGHTS_NAME = "weights.safetensors"


class DivergedError(SynthcodeError):
    """The loss is not a number any more."""


class Items(Protocol):
    """What is trained on: items that depend on their place only."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> Any: ...


class OrderedTrainer(Trainer):
    """What trainers of pairs and of masked documents have in common.

    A run that is stopped and resumed ends with the same bits on a CPU: data depend on the step, and all other random
    numbers are restored by the checkpoint. Subclasses set both attributes before they initialise the trainer.
    """

    items: Items
    """A batch after another."""
    trained_module: nn.Module
    """All weights that a checkpoint holds."""

    def get_train_dataloader(self) -> DataLoader[Any]:
        """Return the batches of this process; several processes take turns within a batch."""
        loader: DataLoader[Any] = DataLoader(
            self.items,  # type: ignore[arg-type]  # torch needs no more than these methods
            batch_size=self.args.per_device_train_batch_size,
            sampler=SequentialSampler(self.items),
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
                "lower the learning rate or, for retrieval, raise the temperature; the last checkpoint is from before",
            )
        return (loss, {}) if return_outputs else loss

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        """Write the weights."""
        folder = Path(str(output_dir or self.args.output_dir))
        folder.mkdir(parents=True, exist_ok=True)
        save_file(_state(self.trained_module), folder / WEIGHTS_NAME)

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: nn.Module | None = None) -> None:
        load_weights(self.trained_module, Path(resume_from_checkpoint))


def load_weights(module: nn.Module, checkpoint: Path) -> None:
    """Read all weights of a module from a checkpoint."""
    names = _plain_names(module)
    saved = load_file(checkpoint / WEIGHTS_NAME)
    module.load_state_dict({name: saved[plain] for name, plain in names.items()})


def _state(module: nn.Module) -> dict[str, Tensor]:
    """Return the weights; those that are shared are written once for each name."""
    names = _plain_names(module)
    return {names[name]: tensor.detach().clone().contiguous() for name, tensor in module.state_dict().items()}


def _plain_names(module: nn.Module) -> dict[str, str]:
    """Return name of a weight -> its name without the wrapper that several processes train in."""
    wrappers = [name for name, part in module.named_modules() if isinstance(part, DistributedDataParallel)]
    found = {}
    for name in module.state_dict():
        wrapper = next((one for one in wrappers if name.startswith(f"{one}.module.")), None)
        found[name] = name if wrapper is None else wrapper + name.removeprefix(f"{wrapper}.module")
    return found
