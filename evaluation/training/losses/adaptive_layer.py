"""The baseline of sentence-transformers: a layer drawn for each batch, on a plain model of the same weights."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.losses import AdaptiveLayerLoss, MultipleNegativesRankingLoss
from torch import Tensor, nn

from synthcode.errors import InputError
from synthcode.evaluation.training.contracts import MultiExitModel
from synthcode.evaluation.training.models.huggingface import HuggingFaceExits
from synthcode.evaluation.training.settings import LossSettings

ALL_EXITS = 0


class AdaptiveLayerBaseline(nn.Module):
    """AdaptiveLayerLoss around MultipleNegativesRankingLoss, in both directions as the contrastive loss.

    It trains the last layer and one other drawn from all of them, the token embeddings included, without the model's
    final norm; its KL divergence is taken over dimensions of vectors. All of that is sentence-transformers' default.

    Parameters
    ----------
    model
        A HuggingFace encoder without heads; its weights are trained, and it can be read at its exits.
    settings
        ``temperature``; no other one has a meaning here.

    Raises
    ------
    InputError
        If the model is of another kind, or another setting of the loss is not at its default.
    """

    def __init__(self, model: MultiExitModel, settings: LossSettings) -> None:
        super().__init__()
        self.model = plain_model(model, settings)
        ranking = MultipleNegativesRankingLoss(
            self.model,
            scale=1 / settings.temperature,
            directions=("query_to_doc", "doc_to_query"),
            partition_mode="per_direction",
        )
        self.loss = AdaptiveLayerLoss(self.model, ranking)
        self.weights = (1.0,)
        self._sum, self._batches = 0.0, 0

    def forward(self, sentence_features: Iterable[dict[str, Tensor]], labels: Tensor) -> Tensor:
        """Return the loss of a batch; pairs of one group are in no batch, so that labels are not needed."""
        loss: Tensor = self.loss(sentence_features, labels)
        if self.training:
            self._sum, self._batches = self._sum + loss.item(), self._batches + 1
        return loss

    def mean_by_exit(self) -> dict[int, float]:
        """Return the mean loss since the last call, as that of all exits; empty if there was no batch."""
        if not self._batches:
            return {}
        mean = self._sum / self._batches
        self._sum, self._batches = 0.0, 0
        return {ALL_EXITS: mean}


def plain_model(model: MultiExitModel, settings: LossSettings) -> SentenceTransformer:
    """Return a model of transformer, pooling and normalisation that shares its weights with a model with exits."""
    if not isinstance(model, HuggingFaceExits) or model.heads is not None:
        raise InputError(
            "the objective adaptive_layer trains HuggingFace encoders without heads only",
            "name a base as st:NAME and set heads: none, or use the objective contrastive",
        )
    usual = LossSettings(objective=settings.objective, temperature=settings.temperature)
    if settings != usual:
        changed = [name for name, value in vars(settings).items() if value != getattr(usual, name)]
        raise InputError(f"the objective adaptive_layer has no {', '.join(changed)}", "leave out those settings")
    with TemporaryDirectory() as folder:
        model.save_model(Path(folder))
        plain = SentenceTransformer(folder, device=str(next(model.parameters()).device))
    transformer: Any = plain[0]
    transformer.model = model.encoder
    return plain
