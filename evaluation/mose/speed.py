"""What an exit costs, by the clock: forward passes that end there."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evaluation.mose.model import MoseModel

BATCHES = (1, 2, 4, 8, 16, 32, 64, 128)


@dataclass(frozen=True)
class ExitSpeed:
    """How fast one exit is, on the device that the model lies on."""

    exit: int
    latency_s: float
    """Of one text alone; the median of the repeats."""
    texts_per_s: float
    """At the batch size that gives most."""
    batch_texts: int
    """That batch size."""
    tokens: int
    """Of each text."""


def measure_speed(
    model: MoseModel, tokens: int = 512, batches: Sequence[int] = BATCHES, repeats: int = 5
) -> list[ExitSpeed]:
    """Time truncated forward passes of every exit, shallowest first.

    Parameters
    ----------
    model
        In evaluation mode, on its device.
    tokens
        Length of each text; the texts are random tokens, unpadded.
    batches
        Batch sizes to try for throughput, ascending. Larger ones are left out once one gives less than the one before.
    repeats
        Passes timed at each size, after one that is not.
    """
    return [_speed_of(model, exit_, tokens, batches, repeats) for exit_ in model.config.exits]


def _speed_of(model: MoseModel, exit_: int, tokens: int, batches: Sequence[int], repeats: int) -> ExitSpeed:
    latency = _seconds(model, exit_, 1, tokens, repeats)
    best, best_batch = 1 / latency, 1
    for batch in (size for size in batches if size > 1):
        rate = batch / _seconds(model, exit_, batch, tokens, repeats)
        if rate < best:
            break
        best, best_batch = rate, batch
    return ExitSpeed(exit_, latency, best, best_batch, tokens)


def _seconds(model: MoseModel, exit_: int, texts: int, tokens: int, repeats: int) -> float:
    import torch

    device = next(model.parameters()).device
    ids = torch.randint(model.config.vocab_size, (texts, tokens), device=device)
    seconds = []
    with torch.inference_mode():
        for _ in range(repeats + 1):
            started = time.perf_counter()
            embedding = model(ids, exits=(exit_,)).embeddings[exit_]
            if device.type != "cpu":
                embedding.cpu()  # the device works on after the call has returned
            seconds.append(time.perf_counter() - started)
    return statistics.median(seconds[1:])
