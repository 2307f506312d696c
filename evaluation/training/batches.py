"""Batches of pairs as a model and a loss take them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synthcode.evaluation.training.contracts import MultiExitModel, TrainingPair, TrainingText

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class PairCollator:
    """Turn some pairs into token ids, under the names that the trainer of sentence-transformers knows."""

    model: MultiExitModel
    max_tokens: int

    def __call__(self, pairs: Sequence[TrainingPair]) -> dict[str, Tensor]:
        """Return ``anchor_input_ids``, ``anchor_attention_mask``, the same of positives and negatives, and ``label``.

        ``label`` holds the groups of each pair and of its hard negative, (pairs, 2).
        """
        import torch

        columns = {"anchor": [pair.anchor for pair in pairs], "positive": [pair.positive for pair in pairs]}
        negatives = [pair.negative for pair in pairs if pair.negative is not None]
        if negatives:
            columns["negative"] = negatives
        inputs = {"label": torch.tensor([[pair.group, pair.negative_group] for pair in pairs])}
        for column, texts in columns.items():
            inputs.update({f"{column}_{key}": value for key, value in self._tokenized(texts).items()})
        return inputs

    def _tokenized(self, texts: Sequence[TrainingText]) -> dict[str, Tensor]:
        return self.model.tokenize(texts, self.max_tokens)
