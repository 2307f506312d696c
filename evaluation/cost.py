"""The cost of an encoder's exit: parameters, floating-point operations, and time on this machine."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

BATCHES = (1, 2, 4, 8, 16, 32, 64, 128)

LONG_S = 1.0
"""A pass that takes longer is beyond what larger batches could still spread over more texts."""

LATENCY_S, MOST_PASSES = 0.5, 50
"""How long the latency is measured at least, in so many passes at most: what else the machine does comes in bursts."""

CLEARLY_SLOWER = 0.9
"""Of the best throughput so far: below it, larger batches are not tried. What is above may be chance."""


@dataclass(frozen=True)
class Speed:
    """How fast a pass is on the device at hand."""

    latency_s: float
    """Of a single text; the median of the repeats."""
    texts_per_s: float
    """At the batch size that gives most."""
    batch_texts: int
    """That batch size."""


@dataclass(frozen=True)
class ExitSize:
    """The size of one exit by itself, for texts of one length: no deeper block runs."""

    exit: int
    tokens: int
    """Of each text."""
    parameters: int
    """Of the encoder cut at this exit, embeddings included."""
    flops_per_token: float
    """Of a text's pass, divided by ``tokens``: attention grows with length."""


@dataclass(frozen=True)
class ExitCost(ExitSize):
    """The size of one exit, and its speed here."""

    speed: Speed


def measure_speed(run: Callable[[int], object], batches: Sequence[int] = BATCHES, repeats: int = 5) -> Speed:
    """Time forward passes.

    Parameters
    ----------
    run
        Takes a number of texts, encodes as many, and returns when the device is done.
    batches
        Batch sizes to try for throughput, ascending. Larger ones are left out once one is clearly slower, or long.
    repeats
        Passes timed at each size, after one that is not; their median counts. Short passes of one text are repeated
        for half a second.
    """
    latency = _seconds(run, 1, repeats, LATENCY_S)
    best = Speed(latency, 1 / latency, 1)
    for batch in (size for size in batches if size > 1):
        seconds = _seconds(run, batch, repeats)
        rate = batch / seconds
        if rate < CLEARLY_SLOWER * best.texts_per_s:
            break
        best = max(best, Speed(latency, rate, batch), key=lambda speed: speed.texts_per_s)
        if seconds > LONG_S:
            break
    return best


def _seconds(run: Callable[[int], object], texts: int, repeats: int, least_s: float = 0.0) -> float:
    """Return the median of the passes after the first: as many as requested, and more while they are short."""
    run(texts)
    seconds: list[float] = []
    while len(seconds) < repeats or (sum(seconds) < least_s and len(seconds) < MOST_PASSES):
        started = time.perf_counter()
        run(texts)
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)
