"""Similarities of a batch's anchors and documents, without those that are neither right nor wrong."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, kl_div, log_softmax

EXCLUDED = -1e9
"""The similarity of a pair that must not count: its probability is 0, and its gradient, too."""


@dataclass(frozen=True)
class BatchPairs:
    """Which anchors and documents of a batch belong together.

    With several devices, anchors and documents are those of all of them, and ``start`` is the place of this device's
    first pair.
    """

    groups: Tensor
    """Group of each pair, (pairs,)."""
    negative_groups: Tensor | None
    """Group of each hard negative, (pairs,); None if there are none."""
    start: int
    own: int
    """Pairs of this device."""

    @property
    def answers(self) -> Tensor:
        """Places of this device's right answers, (own,)."""
        return torch.arange(self.start, self.start + self.own, device=self.groups.device)

    def excluded(self, *, with_negatives: bool) -> Tensor:
        """Tell which documents are not compared with which of this device's pairs.

        Returns
        -------
        Booleans, (own, pairs) or (own, 2 * pairs): documents of the same group, but for a pair's own positive.
        """
        own = self.groups[self.answers][:, None]
        same = own == self.groups[None, :]
        same[torch.arange(self.own, device=same.device), self.answers] = False
        if not with_negatives or self.negative_groups is None:
            return same
        return torch.cat([same, own == self.negative_groups[None, :]], dim=1)


def similarities(anchors: Tensor, documents: Tensor, pairs: BatchPairs) -> tuple[Tensor, Tensor]:
    """Return how similar this device's anchors are to all documents, and its documents to all anchors.

    Parameters
    ----------
    anchors
        Unit vectors, (pairs, width).
    documents
        Unit vectors of the positives, and after them of the hard negatives; (pairs or 2 * pairs, width).
    pairs
        What belongs together.

    Returns
    -------
    (own, documents) and (own, pairs), with ``EXCLUDED`` where nothing is compared.
    """
    own = slice(pairs.start, pairs.start + pairs.own)
    found = anchors[own] @ documents.T
    asked = documents[: len(anchors)][own] @ anchors.T
    found = found.masked_fill(pairs.excluded(with_negatives=len(documents) > len(anchors)), EXCLUDED)
    return found, asked.masked_fill(pairs.excluded(with_negatives=False), EXCLUDED)


def contrastive(rows: tuple[Tensor, Tensor], answers: Tensor, scale: Tensor) -> Tensor:
    """Return CLIP's loss (arXiv 2103.00020, figure 3): the mean of both directions' cross entropies."""
    found, asked = rows
    return (cross_entropy(found * scale, answers) + cross_entropy(asked * scale, answers)) / 2


def divergence(rows: tuple[Tensor, Tensor], taught_by: tuple[Tensor, Tensor], scale: Tensor) -> Tensor:
    """Return KL(teacher || student) of the distributions that similarities make, the mean of both directions.

    As Starbucks trains retrieval (arXiv 2410.13230): over the documents of the batch, not over dimensions of vectors.
    No gradient reaches the teacher.
    """
    both = [
        kl_div(
            log_softmax(student * scale, dim=1),
            log_softmax(teacher.detach() * scale.detach(), dim=1),
            reduction="batchmean",
            log_target=True,
        )
        for student, teacher in zip(rows, taught_by, strict=True)
    ]
    return (both[0] + both[1]) / 2
