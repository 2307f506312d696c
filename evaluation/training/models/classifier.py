"""Heads of classification, one at each exit: what they are made of, and their file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from safetensors.torch import save_file
from torch import Tensor, nn

from synthcode.evaluation.encoders.trained_exits import CLASSIFIERS_FILE, ClassifierForm, load_parts
from synthcode.evaluation.mose.pooling import POOLINGS

INITIAL_STD = 0.02


class ExitClassifiers(nn.Module):
    """A head at each exit: a linear layer, tanh, and a linear layer with an output for each label, as RoBERTa's.

    Parameters
    ----------
    form
        Labels, and the token that is read.
    exits
        Of the encoder.
    width
        Of its states.
    """

    def __init__(self, form: ClassifierForm, exits: Sequence[int], width: int) -> None:
        super().__init__()
        self.form = form
        self.heads = nn.ModuleDict({str(exit_): _head(width, len(form.labels)) for exit_ in exits})

    def forward(self, states: Mapping[int, Tensor], mask: Tensor) -> dict[int, Tensor]:
        """Return exit -> logits, (inputs, labels), in single precision.

        Parameters
        ----------
        states
            Exit -> states, (inputs, tokens, width).
        mask
            1 for a real token, (inputs, tokens).
        """
        read = POOLINGS[self.form.reads]
        return {exit_: self.heads[str(exit_)](read(state, mask).float()) for exit_, state in states.items()}

    def write(self, folder: Path, exits: Sequence[int]) -> None:
        """Write the heads of some exits."""
        kept = tuple(f"heads.{exit_}." for exit_ in exits)
        state = {name: tensor.contiguous() for name, tensor in self.state_dict().items() if name.startswith(kept)}
        save_file(state, folder / CLASSIFIERS_FILE)


def read_classifiers(folder: Path, form: ClassifierForm, exits: Sequence[int], width: int) -> ExitClassifiers:
    """Read the heads of some exits.

    Raises
    ------
    InputError
        If the file is not there or broken, or lacks one of them.
    """
    found = ExitClassifiers(form, exits, width)
    load_parts(found, folder / CLASSIFIERS_FILE, f"heads of {width} dimensions and {len(form.labels)} labels")
    return found


def _head(width: int, labels: int) -> nn.Module:
    head = nn.Sequential(nn.Linear(width, width), nn.Tanh(), nn.Linear(width, labels))
    for layer in (head[0], head[2]):
        nn.init.normal_(layer.weight, std=INITIAL_STD)  # type: ignore[arg-type]
        nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
    return head
