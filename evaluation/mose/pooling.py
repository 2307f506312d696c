"""Pooling: a text's token vectors become one vector."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Pooling = Callable[[Tensor, Tensor], Tensor]
"""Of token vectors (texts, tokens, width) and their mask (texts, tokens; 1 for a real token) to (texts, width)."""


def last_token(states: Tensor, mask: Tensor) -> Tensor:
    """Return the vector of each text's last real token, wherever the padding is."""
    places = torch.arange(mask.shape[1], device=mask.device)
    return _at(states, (places * mask).argmax(1))


def first_token(states: Tensor, mask: Tensor) -> Tensor:
    """Return the vector of each text's first real token, wherever the padding is."""
    return _at(states, mask.argmax(1))


def mean(states: Tensor, mask: Tensor) -> Tensor:
    """Return the mean of each text's real token vectors."""
    weights = mask.unsqueeze(-1).to(states.dtype)
    return (states * weights).sum(1) / weights.sum(1)


def _at(states: Tensor, places: Tensor) -> Tensor:
    return states[torch.arange(len(states), device=states.device), places]


POOLINGS: dict[str, Pooling] = {"last_token": last_token, "mean": mean, "first_token": first_token}

TOKEN_POOLINGS = frozenset({"last_token", "first_token"})
"""Poolings that pick one token: operations on single tokens may follow them, on that token only."""
