"""The loss that settings name."""

from __future__ import annotations

from sentence_transformers import SentenceTransformer
from torch import nn

from synthcode.errors import InputError
from synthcode.evaluation.training.contracts import MultiExitModel
from synthcode.evaluation.training.losses.adaptive_layer import AdaptiveLayerBaseline
from synthcode.evaluation.training.losses.multi_exit import MultiExitLoss
from synthcode.evaluation.training.processes import is_launched
from synthcode.evaluation.training.settings import TrainingSettings


def open_loss(model: MultiExitModel, settings: TrainingSettings) -> MultiExitLoss | AdaptiveLayerBaseline:
    """Return the loss that trains a model; its ``model`` is what a trainer of sentence-transformers takes.

    Raises
    ------
    InputError
        If the objective cannot train this model, or not with these settings.
    """
    assert isinstance(model, nn.Module)
    chunk_size = settings.optimiser.chunk_size
    if settings.loss.objective == "adaptive_layer":
        if is_launched():
            raise InputError(
                "the objective adaptive_layer trains in one process", "start the command without a launcher"
            )
        if chunk_size is not None:
            raise InputError("the objective adaptive_layer has no cached gradients", "leave out optimiser.chunk_size")
        return AdaptiveLayerBaseline(model, settings.loss)
    return MultiExitLoss(SentenceTransformer(modules=[model]), model.exits, settings.loss, chunk_size)
