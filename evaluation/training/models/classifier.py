"""Heads of classification, one at each exit: what they are made of, and their file."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.functional import normalize

from synthcode.evaluation.encoders.exits.trained_exits import CLASSIFIERS_FILE, ClassifierForm, load_parts
from synthcode.evaluation.mose.pooling import POOLINGS

INITIAL_STD = 0.02


class ExitClassifiers(nn.Module):
    """A head at each exit: a linear layer, tanh, and a linear layer with an output for each label, as RoBERTa's.

    A head that compares is given the difference and the product of two programs as well, each the mean of its tokens'
    states (as InferSent has it: Conneau et al. 2017, EMNLP, section 3.1). One block cannot compare them by itself: its
    attention mixes the tokens of both before anything could tell which of them match.

    Parameters
    ----------
    form
        Labels, and what is read.
    exits
        Of the encoder.
    width
        Of its states.
    """

    def __init__(self, form: ClassifierForm, exits: Sequence[int], width: int) -> None:
        super().__init__()
        self.form = form
        self.heads = nn.ModuleDict(
            {str(exit_): _head(inputs_of(form, width), width, len(form.labels)) for exit_ in exits}
        )

    def forward(self, states: Mapping[int, Tensor], mask: Tensor, programs: Tensor | None = None) -> dict[int, Tensor]:
        """Return exit -> logits, (inputs, labels), in single precision.

        Parameters
        ----------
        states
            Exit -> states, (inputs, tokens, width).
        mask
            1 for a real token, (inputs, tokens).
        programs
            Which program each token is of, 1 or 2; 0 of special tokens. (inputs, tokens)
        """
        return {exit_: self.heads[str(exit_)](self._read(state, mask, programs)) for exit_, state in states.items()}

    def _read(self, state: Tensor, mask: Tensor, programs: Tensor | None) -> Tensor:
        token = POOLINGS[self.form.reads](state, mask).float()
        if not self.form.compares:
            return token
        assert programs is not None
        first, second = (_mean_direction(state, programs == number) for number in (1, 2))
        return torch.cat([token, (first - second).abs(), first * second], dim=1)

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


def inputs_of(form: ClassifierForm, width: int) -> int:
    """Return how many numbers a head is given."""
    return 3 * width if form.compares else width


def _mean_direction(state: Tensor, chosen: Tensor) -> Tensor:
    """Return the direction of the mean of some tokens' states, with a mean square of 1, (inputs, width)."""
    weights = chosen.unsqueeze(-1).float()
    unit: Tensor = normalize((state.float() * weights).sum(1), dim=-1)
    return unit * math.sqrt(state.shape[-1])


def _head(inputs: int, width: int, labels: int) -> nn.Module:
    head = nn.Sequential(nn.Linear(inputs, width), nn.Tanh(), nn.Linear(width, labels))
    for layer in (head[0], head[2]):
        nn.init.normal_(layer.weight, std=INITIAL_STD)  # type: ignore[arg-type]
        nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
    return head
