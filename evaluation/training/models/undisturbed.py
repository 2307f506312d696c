"""Using a model while it is trained, without a trace on its training."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from synthcode.evaluation.training.contracts import MultiExitModel

if TYPE_CHECKING:
    from torch import nn


@contextmanager
def undisturbed(model: MultiExitModel) -> Iterator[None]:
    """Use a model within the block as it is used after training, and leave it and all random numbers as they were."""
    import torch

    module = as_module(model)
    modes = [(part, part.training) for part in module.modules()]
    python, numpy = random.getstate(), np.random.get_state()
    cuda = list(range(torch.cuda.device_count())) if torch.cuda.is_available() else []
    with torch.random.fork_rng(devices=cuda):
        module.eval()
        try:
            yield
        finally:
            for part, mode in modes:
                part.training = mode
            random.setstate(python)
            np.random.set_state(numpy)


def as_module(model: MultiExitModel) -> nn.Module:
    """Return a model as the torch module that it is."""
    from torch import nn

    assert isinstance(model, nn.Module)
    return model
