"""The loss over all exits, of whole batches or of batches larger than memory."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import torch
from sentence_transformers.base.losses.gradcache import CachedLossMixin
from sentence_transformers.util import all_gather, all_gather_with_grad, get_rank
from torch import Tensor, nn
from torch.nn.functional import normalize

from synthcode.evaluation.training.losses.length_chunks import encode_by_length
from synthcode.evaluation.training.losses.similarities import BatchPairs, contrastive, divergence, similarities
from synthcode.evaluation.training.losses.weights import exit_weights
from synthcode.evaluation.training.processes import is_launched
from synthcode.evaluation.training.settings import LossSettings

LARGEST_SCALE = 100.0
"""Of a learned scale, as CLIP has it: beyond it, training is not stable."""


class MultiExitLoss(CachedLossMixin, nn.Module):
    """The contrastive loss at every exit, weighted by depth; every exit learns from every batch.

    Parameters
    ----------
    model
        Gives ``sentence_embedding``, (texts, exits * width): unit vectors of the exits, one after another.
    exits
        Ascending.
    settings
        Temperature, weights, distillation, Matryoshka dimensions.
    chunk_size
        Texts that are encoded at a time, with cached gradients (GradCache, arXiv 2101.06983): the same gradients as of
        the whole batch, for the memory of a chunk and a second forward pass. None keeps all of the batch in memory.

    Raises
    ------
    ValueError
        If one of the Matryoshka dimensions is wider than the vectors; raised by the first batch.
    """

    def __init__(self, model: Any, exits: tuple[int, ...], settings: LossSettings, chunk_size: int | None) -> None:
        super().__init__()
        self.model = model
        self.exits = exits
        self.settings = settings
        self.weights = exit_weights(exits, settings.exit_weights)
        self.mini_batch_size = chunk_size or 0
        log_scale = torch.tensor(-math.log(settings.temperature))
        self.log_scale = nn.Parameter(log_scale, requires_grad=settings.learned_temperature)
        if is_launched() and settings.learned_temperature:
            # The trainer does the same for the weights of the model.
            self.log_scale.register_hook(_mean_of_processes)  # type: ignore[no-untyped-call]
        self._sums = [0.0] * len(exits)
        self._batches = 0

    @property
    def scale(self) -> Tensor:
        """What similarities are multiplied by: one over the temperature."""
        return self.log_scale.exp().clamp(max=max(LARGEST_SCALE, 1 / self.settings.temperature))

    def forward(self, sentence_features: Iterable[dict[str, Tensor]], labels: Tensor) -> Tensor:
        """Return the loss of a batch.

        Parameters
        ----------
        sentence_features
            Of the anchors, the positives and, if there are any, the hard negatives.
        labels
            Groups of the pairs and of the hard negatives, (pairs, 2).
        """
        if self.mini_batch_size:
            return self.forward_cached(sentence_features, labels)
        return self.loss_of([encode_by_length(self._encode, features) for features in sentence_features], labels)

    def _encode(self, features: dict[str, Any]) -> Tensor:
        vectors: Tensor = self.model(features)["sentence_embedding"]
        return vectors

    def calculate_loss(
        self, reps: list[list[Tensor]], labels: Tensor | None = None, *, with_backward: bool = False
    ) -> Tensor:
        """Return the loss of vectors that were encoded in chunks; sentence-transformers calls it."""
        assert labels is not None
        loss = self.loss_of([torch.cat(chunks) for chunks in reps], labels)
        if with_backward:
            loss.backward()  # type: ignore[no-untyped-call]
            loss = loss.detach()
        return loss

    def loss_of(self, vectors: list[Tensor], labels: Tensor) -> Tensor:
        """Return the loss of the vectors of anchors, positives and, if there are any, hard negatives."""
        pairs = _batch_pairs(labels, with_negatives=len(vectors) > 2)
        anchors, *documents = (self._by_exit(gathered(column)) for column in vectors)
        by_exit = torch.cat(documents, dim=1)
        rows = [similarities(*of_exit, pairs) for of_exit in zip(anchors, by_exit, strict=True)]
        losses = [self._of_exit(place, anchors, by_exit, rows, pairs) for place in range(len(self.exits))]
        self._record(losses)
        weighted = [weight * loss for weight, loss in zip(self.weights, losses, strict=True)]
        return torch.stack(weighted).sum() / sum(self.weights)

    def mean_by_exit(self) -> dict[int, float]:
        """Return exit -> mean loss since the last call, and begin again; empty if there was no batch."""
        if not self._batches:
            return {}
        means = {exit_: total / self._batches for exit_, total in zip(self.exits, self._sums, strict=True)}
        self._sums, self._batches = [0.0] * len(self.exits), 0
        return means

    def _by_exit(self, vectors: Tensor) -> Tensor:
        """Return (exits, texts, width), at least in single precision: the scale multiplies rounding errors."""
        precise = vectors if vectors.dtype == torch.float64 else vectors.float()
        return precise.reshape(len(precise), len(self.exits), -1).transpose(0, 1)

    def _of_exit(
        self, place: int, anchors: Tensor, documents: Tensor, rows: list[tuple[Tensor, Tensor]], pairs: BatchPairs
    ) -> Tensor:
        """Return the loss of one exit: contrastive, at all dimensions, and its divergence from its teacher."""
        answers, scale = pairs.answers, self.scale
        terms = [contrastive(rows[place], answers, scale)]
        for dim in self.settings.dims:
            narrow = [normalize(_first(side[place], dim), dim=-1) for side in (anchors, documents)]
            terms.append(contrastive(similarities(narrow[0], narrow[1], pairs), answers, scale))
        loss = torch.stack(terms).mean()
        if self.settings.distillation and place + 1 < len(self.exits):
            teacher = rows[-1] if self.settings.teacher == "deepest" else rows[place + 1]
            softness = self.settings.distillation_temperature
            # Softened, gradients shrink by the square of the temperature (arXiv 1503.02531, section 2).
            taught = divergence(rows[place], teacher, scale / softness) * softness**2
            loss = loss + self.settings.distillation * taught
        return loss

    def _record(self, losses: list[Tensor]) -> None:
        if self.training:
            self._sums = [total + loss.item() for total, loss in zip(self._sums, losses, strict=True)]
            self._batches += 1


def gathered(column: Tensor) -> Tensor:
    """Return a column of all devices, with gradients; of one device, the column itself."""
    if not is_launched():
        return column
    found: Tensor = all_gather_with_grad(column)
    return found


def _mean_of_processes(gradient: Tensor) -> Tensor:
    shared = gradient.clone()
    torch.distributed.all_reduce(shared)
    return shared / torch.distributed.get_world_size()


def _batch_pairs(labels: Tensor, *, with_negatives: bool) -> BatchPairs:
    everywhere = all_gather(labels) if is_launched() else labels
    return BatchPairs(
        groups=everywhere[:, 0],
        negative_groups=everywhere[:, 1] if with_negatives else None,
        start=get_rank() * len(labels),
        own=len(labels),
    )


def _first(vectors: Tensor, dim: int) -> Tensor:
    if dim > vectors.shape[1]:
        raise ValueError(f"vectors of {vectors.shape[1]} dimensions have no first {dim}")
    return vectors[:, :dim]
