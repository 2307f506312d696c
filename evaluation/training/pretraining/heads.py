"""The heads of pre-training: shared by all exits, which they tell apart by an embedding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn

from synthcode.evaluation.mose.pooling import POOLINGS
from synthcode.evaluation.training.pretraining.masking import NOT_CHOSEN

INITIAL_STD = 0.02


class ExitLoss(NamedTuple):
    """What one exit gets wrong in a batch; means over its tokens and documents."""

    masked: Tensor
    """Cross-entropy of the masked tokens, in nats."""
    context: Tensor | None
    """Cross-entropy of the question whether the parts belong together, in nats."""
    correct: Tensor | None
    """Share of documents for which it is answered right."""


class PretrainingHeads(nn.Module):
    """A masked language model and a yes-or-no question, over the states of any exit.

    The output layer is the table of the model's input embedding, which it is given: it has no parameters of its own but
    a bias. As in BERT, it follows a linear layer, GELU and a norm; the answer follows a linear layer and tanh over the
    pooled states.

    Parameters
    ----------
    exits
        Of the model; each has an embedding that is added to its states.
    width
        Of the states.
    table
        (vocabulary, width of the table).
    pooling
        How states become one vector: a name in ``POOLINGS``.
    """

    def __init__(self, exits: tuple[int, ...], width: int, table: tuple[int, int], pooling: str) -> None:
        super().__init__()
        self._place = {exit_: place for place, exit_ in enumerate(exits)}
        self._pool = POOLINGS[pooling]
        self.exit_embedding = nn.Embedding(len(exits), width)
        self.transform = nn.Sequential(nn.Linear(width, table[1]), nn.GELU(), nn.LayerNorm(table[1]))
        self.bias = nn.Parameter(torch.zeros(table[0]))
        self.answer = nn.Sequential(nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 1))
        for module in self.modules():
            if isinstance(module, nn.Linear | nn.Embedding):
                nn.init.normal_(module.weight, std=INITIAL_STD)
            if isinstance(module, nn.Linear):
                nn.init.zeros_(module.bias)

    def forward(
        self, states: Mapping[int, Tensor], table: Tensor, mask: Tensor, labels: Tensor, belongs: Tensor | None
    ) -> dict[int, ExitLoss]:
        """Return what each exit gets wrong.

        Parameters
        ----------
        states
            Exit -> states of all tokens, (documents, tokens, width).
        table
            The input embedding, (vocabulary, width of the table).
        mask
            1 for a token, 0 for padding, (documents, tokens).
        labels
            The token to predict, or ``NOT_CHOSEN``, (documents, tokens).
        belongs
            1 if the parts of a document belong together, 0 if not, (documents,); None asks no question.
        """
        return {exit_: self._exit(exit_, state, table, mask, labels, belongs) for exit_, state in states.items()}

    def _exit(
        self, exit_: int, states: Tensor, table: Tensor, mask: Tensor, labels: Tensor, belongs: Tensor | None
    ) -> ExitLoss:
        marked = states + self.exit_embedding.weight[self._place[exit_]]
        chosen = labels != NOT_CHOSEN
        # Only the chosen tokens: logits over the vocabulary of all of them would be the largest tensor of all.
        logits = nn.functional.linear(self.transform(marked[chosen]), table, self.bias)
        masked = nn.functional.cross_entropy(logits.float(), labels[chosen])
        if belongs is None:
            return ExitLoss(masked, None, None)
        answers = self.answer(self._pool(marked, mask)).squeeze(-1).float()
        context = nn.functional.binary_cross_entropy_with_logits(answers, belongs)
        return ExitLoss(masked, context, ((answers > 0) == (belongs > 0.5)).float().mean().detach())
