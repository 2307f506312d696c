"""Texts of like length in one batch, so that little of it is padding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]


def pad(rows: Sequence[Sequence[int]], pad_id: int, side: str = "left") -> tuple[Ids, Ids]:
    """Return ids and mask, (texts, tokens), of rows padded to the longest on one side."""
    longest = max(map(len, rows))
    ids = np.full((len(rows), longest), pad_id, dtype=np.int64)
    mask = np.zeros_like(ids)
    for number, row in enumerate(rows):
        place = slice(longest - len(row), None) if side == "left" else slice(0, len(row))
        ids[number, place] = row
        mask[number, place] = 1
    return ids, mask


def batches_by_length(lengths: Sequence[int], batch_tokens: int, batch_texts: int) -> Iterator[Ids]:
    """Yield the places of texts of like length, longest first, so that memory runs out at once or never.

    Parameters
    ----------
    lengths
        Tokens of each text.
    batch_tokens
        Most tokens of a batch, padding included; a longer text is a batch of its own.
    batch_texts
        Most texts of a batch.
    """
    order = np.argsort(-np.asarray(lengths, dtype=np.int64), kind="stable")
    start = 0
    while start < len(order):
        size = min(batch_texts, max(1, batch_tokens // max(1, lengths[order[start]])))
        yield order[start : start + size]
        start += size
