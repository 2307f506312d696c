"""Pre-training a model: the loss over all exits, and its trainer."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn
from transformers import TrainerCallback, TrainingArguments, set_seed

from synthcode.evaluation.training.arguments import training_arguments
from synthcode.evaluation.training.contracts import MultiExitModel
from synthcode.evaluation.training.losses.weights import exit_weights
from synthcode.evaluation.training.ordered_trainer import OrderedTrainer
from synthcode.evaluation.training.pretraining.heads import ExitLoss, PretrainingHeads
from synthcode.evaluation.training.pretraining.masking import MaskedDocuments, collate
from synthcode.evaluation.training.settings import PretrainTask, TrainingSettings

WARMUP_SHARE = 0.1


class ExitMeans(NamedTuple):
    """Means of one exit over some steps."""

    masked: float
    """Cross-entropy of masked tokens, in nats."""
    context: float | None
    """Cross-entropy of the question, in nats; None if none was asked."""
    correct: float | None
    """Share of right answers to it."""


class PretrainingLoss(nn.Module):
    """Masked tokens and the question at every exit, weighted by depth, with heads of its own.

    Parameters
    ----------
    model
        What is pre-trained.
    weights
        Of its exits.
    task
        ``none`` asks no question.
    """

    def __init__(self, model: MultiExitModel, weights: tuple[float, ...], task: PretrainTask) -> None:
        super().__init__()
        assert isinstance(model, nn.Module)
        self.model = model
        self.weights = weights
        self.asks = task != "none"
        rows, columns = model.token_embedding.weight.shape
        self.heads = PretrainingHeads(model.exits, model.width, (rows, columns), model.pooling)
        if not self.asks:
            self.heads.answer.requires_grad_(False)
        self._sums: dict[int, Tensor] = {}
        self._batches = 0

    def forward(self, input_ids: Tensor, attention_mask: Tensor, labels: Tensor, belongs: Tensor) -> dict[str, Tensor]:
        """Return the ``loss`` of a batch: the mean over exits by their weights; see :func:`collate`."""
        states = self.model.states({"input_ids": input_ids, "attention_mask": attention_mask})
        table = self.model.token_embedding.weight
        found = self.heads(states, table, attention_mask, labels, belongs if self.asks else None)
        self._record(found)
        of_exits = [found[exit_] for exit_ in self.model.exits]
        totals = [one.masked if one.context is None else one.masked + one.context for one in of_exits]
        weighted = [weight * total for weight, total in zip(self.weights, totals, strict=True)]
        return {"loss": torch.stack(weighted).sum() / sum(self.weights)}

    def means(self) -> dict[int, ExitMeans]:
        """Return exit -> means since the last call, and begin again; empty if there was no batch."""
        sums, batches = self._sums, self._batches
        self._sums, self._batches = {}, 0
        means = {exit_: (total / batches).tolist() for exit_, total in sums.items()}
        return {exit_: ExitMeans(row[0], *(row[1:] or (None, None))) for exit_, row in means.items()}

    def mean_by_exit(self) -> dict[int, float]:
        """Return exit -> mean loss since the last call, tokens and question together; empty if there was no batch."""
        return {exit_: means.masked + (means.context or 0.0) for exit_, means in self.means().items()}

    def _record(self, found: dict[int, ExitLoss]) -> None:
        if not self.training:
            return
        for exit_, loss in found.items():
            row = torch.stack([value.detach() for value in loss if value is not None])
            self._sums[exit_] = self._sums.get(exit_, torch.zeros_like(row)) + row
        self._batches += 1


class PretrainingTrainer(OrderedTrainer):
    """The trainer of transformers over masked documents.

    After ``train()``, ``model`` is pre-trained; the heads stay in ``pretraining_loss`` and are not part of it.

    Parameters
    ----------
    model
        Its weights are changed.
    documents
        All documents of the run, a batch after another.
    settings
        With ``pretrain``.
    folder
        Checkpoints are written into it.
    callbacks
        As transformers calls them.
    """

    def __init__(
        self,
        model: MultiExitModel,
        documents: MaskedDocuments,
        settings: TrainingSettings,
        folder: Path,
        callbacks: list[TrainerCallback],
    ) -> None:
        assert settings.pretrain is not None
        set_seed(settings.random_seed)  # of the heads, too
        self.items = documents
        weights = exit_weights(model.exits, settings.loss.exit_weights)
        self.pretraining_loss = PretrainingLoss(model, weights, settings.pretrain.task)
        self.trained_module = self.pretraining_loss
        super().__init__(
            model=self.pretraining_loss,
            args=training_arguments(
                TrainingArguments,
                settings,
                settings.pretrain,
                folder,
                warmup_share=WARMUP_SHARE,
                has_unused_weights=True,  # the model's own heads
            ),
            train_dataset=documents,
            data_collator=partial(collate, pad=model.vocabulary.pad),
            callbacks=callbacks,
        )
