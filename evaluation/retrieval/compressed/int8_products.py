"""Inner products of bytes, exact in 32 bits.

oneDNN, by way of torch, multiplies bytes several times as fast as float32 where the processor has instructions for them
(AVX-512 VNNI, AVX-VNNI, Arm's dot products). Elsewhere it adds pairs of products in 16 bits, and large ones are cut off
(pytorch/pytorch#136746), or it takes thirty times as long as float32 (AVX2): whether it is exact and faster here is
tried out once. If it is not, or torch is missing, float32 multiplies so few dimensions at once that no sum is rounded.
Where all scores are not needed, ``int8_panels`` may be faster than both.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from importlib.util import find_spec

import numpy as np
import numpy.typing as npt

I8 = npt.NDArray[np.int8]
I32 = npt.NDArray[np.int32]

EXACT_DIMS = 1024
"""Products of so many bytes add up to at most 2^24: float32 holds the sum exactly."""
MULTIPLE = 4
"""Of the width of all bytes. oneDNN leaves the result of a single dimension unset."""
EXAMPLE_QUERIES, EXAMPLE_DOCUMENTS, EXAMPLE_DIMS = 64, 1024, 384
REPEATS = 9


def padded(codes: I8) -> I8:
    """Return bytes with zeros at the end of each row, so that the width is a multiple of four."""
    more = -codes.shape[1] % MULTIPLE
    return np.ascontiguousarray(np.pad(codes, ((0, 0), (0, more))) if more else codes)


def exact_product(queries: I8, documents: I8) -> I32:
    """Return all inner products, (queries, documents).

    Parameters
    ----------
    queries, documents
        (queries, width), (documents, width): of a width that ``padded`` gives.
    """
    return (torch_product if torch_is_better() else float_product)(queries, documents)


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Let each thread of an executor multiply by itself: threads that start others wait for one another."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, "blas"):
        if find_spec("torch") is None:
            yield
            return
        import torch

        usual = torch.get_num_threads()
        try:
            yield
        finally:
            torch.set_num_threads(usual)


@cache
def torch_is_better() -> bool:
    """Return whether torch multiplies bytes exactly on this processor, and no slower than float32 does."""
    if not torch_is_exact():
        return False
    queries, documents = example_bytes()
    torch, floats = least_seconds(*(partial(one, queries, documents) for one in (torch_product, float_product)))
    return torch <= floats


@cache
def torch_is_exact() -> bool:
    """Return whether torch is installed and multiplies the largest and any other bytes exactly on this processor."""
    if find_spec("torch") is None:
        return False
    random = np.random.default_rng(0)
    largest = np.repeat(np.array([[127], [-128], [-127]], dtype=np.int8), 384, axis=1)
    some = random.integers(-128, 128, (64, 384), dtype=np.int8)
    codes = np.concatenate([largest, some])
    return np.array_equal(torch_product(codes, codes), float_product(codes, codes))


def example_bytes() -> tuple[I8, I8]:
    """Return queries and documents to measure with."""
    random = np.random.default_rng(0)
    return (
        random.integers(-128, 128, (EXAMPLE_QUERIES, EXAMPLE_DIMS), dtype=np.int8),
        random.integers(-128, 128, (EXAMPLE_DOCUMENTS, EXAMPLE_DIMS), dtype=np.int8),
    )


def least_seconds(*works: Callable[[], object]) -> list[float]:
    """Return the least processor time of this thread that each takes in a few repetitions.

    They are repeated in turn: what else the processor does slows all of them.
    """
    least = [float("inf")] * len(works)
    for _ in range(REPEATS):
        for number, work in enumerate(works):
            started = time.thread_time()
            work()
            least[number] = min(least[number], time.thread_time() - started)
    return least


def torch_product(queries: I8, documents: I8) -> I32:
    """Multiply with oneDNN."""
    import torch

    if torch.get_num_threads() > 1:  # in this thread
        torch.set_num_threads(1)
    # It has no public name; torchao multiplies with it, too.
    found: I32 = torch._int_mm(torch.from_numpy(queries), torch.from_numpy(documents).T).numpy()
    return found


def float_product(queries: I8, documents: I8) -> I32:
    """Multiply in float32."""
    total = np.zeros((len(queries), len(documents)), dtype=np.int32)
    for start in range(0, queries.shape[1], EXACT_DIMS):
        dims = slice(start, start + EXACT_DIMS)
        part = np.matmul(queries[:, dims].astype(np.float32), documents[:, dims].astype(np.float32).T)
        total += part.astype(np.int32)
    return total
