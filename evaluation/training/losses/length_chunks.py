"""Encoding a batch with little padding: texts of similar length go through the model together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

CHUNKS = 4
"""Of a batch. Texts and code differ so much in length that padding is half of a batch; in quarters it is a tenth."""
SMALLEST_CHUNK = 8
"""Texts: fewer would keep no processor busy."""


def encode_by_length(encode: Callable[[dict[str, Any]], Tensor], features: Mapping[str, Tensor]) -> Tensor:
    """Return the vectors of a batch, in its order, encoded in chunks of similar length.

    Nothing but rounding depends on the chunks. Gradients flow through all of them, so memory is that of the batch.

    Parameters
    ----------
    encode
        Takes the features of some texts and returns their vectors, (texts, width).
    features
        ``attention_mask`` (texts, tokens), padded on either side, and tensors of the same shape.
    """
    mask = features["attention_mask"]
    order = mask.sum(dim=1).argsort(stable=True)
    chunks = order.chunk(max(1, min(CHUNKS, len(order) // SMALLEST_CHUNK)))
    vectors = torch.cat([encode(_trimmed(features, places)) for places in chunks])
    return vectors[order.argsort()]


def _trimmed(features: Mapping[str, Tensor], places: Tensor) -> dict[str, Any]:
    """Return the features of some texts, without the padding that all of them have."""
    used = features["attention_mask"][places].any(dim=0).nonzero()
    first, last = (int(used.min()), int(used.max())) if len(used) else (0, 0)
    return {name: tensor[places, first : last + 1] for name, tensor in features.items()}
