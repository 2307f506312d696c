"""Streaming rows with ``datasets`` in a process that has no use for torch."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_torch() -> Iterator[None]:
    """Keep ``datasets`` from importing torch for each stream that the block makes.

    Where torch is installed, ``datasets`` makes every stream a dataset of torch: seconds, and 200 MB of memory, for a
    command that only reads rows. In a process that has imported torch already, nothing changes.
    """
    import datasets

    found = datasets.config.TORCH_AVAILABLE
    datasets.config.TORCH_AVAILABLE = found and "torch" in sys.modules
    try:
        yield
    finally:
        datasets.config.TORCH_AVAILABLE = found
