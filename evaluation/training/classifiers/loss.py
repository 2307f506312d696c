"""The loss of a classifier at every exit, weighted by depth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from synthcode.evaluation.training.classifiers.examples import Example
from synthcode.evaluation.training.classifiers.inputs import InputTokens
from synthcode.evaluation.training.models.multi_exit import MultiExitEncoder


class ClassifierLoss(nn.Module):
    """Cross-entropy at every exit; the mean over exits by their weights.

    Parameters
    ----------
    model
        With a classifier.
    weights
        Of its exits.
    """

    def __init__(self, model: MultiExitEncoder, weights: tuple[float, ...]) -> None:
        super().__init__()
        self.model = model
        self.weights = weights
        self._sums = [0.0] * len(weights)
        self._batches = 0

    def forward(self, input_ids: Tensor, attention_mask: Tensor, programs: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """Return the ``loss`` of a batch; see :class:`ExampleCollator`."""
        logits = self.model.logits({"input_ids": input_ids, "attention_mask": attention_mask, "programs": programs})
        losses = torch.stack([cross_entropy(logits[exit_], labels) for exit_ in self.model.exits])
        if self.training:
            self._sums = [total + loss for total, loss in zip(self._sums, losses.tolist(), strict=True)]
            self._batches += 1
        weights = losses.new_tensor(self.weights)
        return {"loss": (weights * losses).sum() / weights.sum()}

    def mean_by_exit(self) -> dict[int, float]:
        """Return exit -> mean loss since the last call, and begin again; empty if there was no batch."""
        if not self._batches:
            return {}
        means = {exit_: total / self._batches for exit_, total in zip(self.model.exits, self._sums, strict=True)}
        self._sums, self._batches = [0.0] * len(self.weights), 0
        return means


@dataclass(frozen=True)
class ExampleCollator:
    """Turn some examples into token ids."""

    tokens: InputTokens

    def __call__(self, examples: Sequence[Example]) -> dict[str, Tensor]:
        """Return what ``InputTokens.padded`` does, and ``labels``, (examples,)."""
        rows = self.tokens.rows([example.programs for example in examples])
        return {**self.tokens.padded(rows), "labels": torch.tensor([example.label for example in examples])}
