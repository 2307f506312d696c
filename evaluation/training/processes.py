"""Training in several processes: what all of them agree on, and what only the first of them does.

torchrun and accelerate launch start the same command in each process, with its number in the environment. Every process
reads the data and trains on its share of each batch. Only the first one writes, validates and reports.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

from synthcode.errors import SynthcodeError

Value = TypeVar("Value")
Key = TypeVar("Key")

LONGEST_WAIT = timedelta(hours=2)
"""For another process: the first one validates, and writes checkpoints, while the others wait."""
_LOST = ("gloo", "nccl", "connection closed by peer", "connection reset by peer", "broken pipe", "timed out waiting")

_DEPRECATED = ("`broadcast_buffers` is deprecated", "torch.distributed.nn.functional.all_gather is deprecated")
"""Words of torch to authors of accelerate and sentence-transformers, which users would read in every process."""


class LostProcessError(SynthcodeError):
    """Another process of the same training has ended."""


def is_launched() -> bool:
    """Tell whether a launcher has started this process as one of several."""
    return "LOCAL_RANK" in os.environ and os.environ.get("WORLD_SIZE", "1") != "1"


def is_first() -> bool:
    """Tell whether this process is the one that writes and reports; the only process is the first one."""
    return not is_launched() or os.environ.get("RANK", "0") == "0"


def join() -> None:
    """Meet the other processes, if there are any: on their GPUs, or by gloo on processors.

    Raises
    ------
    LostProcessError
        If they cannot be reached.
    """
    if not is_launched():
        return
    from accelerate import PartialState

    for words in _DEPRECATED:
        warnings.filterwarnings("ignore", words, FutureWarning)
    with naming_lost_processes():
        PartialState(cpu=uses_processor(), timeout=LONGEST_WAIT)


def uses_processor() -> bool:
    """Tell whether several processes have no accelerator to train on: accelerate would take each for the only one."""
    import torch

    return is_launched() and not torch.cuda.is_available()


@contextmanager
def naming_lost_processes() -> Iterator[None]:
    """Turn what the network says into two lines, if another process has ended.

    Raises
    ------
    LostProcessError
        Then.
    """
    try:
        yield
    except RuntimeError as problem:
        if not is_launched() or not _is_of_network(problem):
            raise
        raise LostProcessError(
            "another process of this training has ended",
            "see what it reported; the same command goes on from the last checkpoint",
        ) from problem


def _is_of_network(problem: RuntimeError) -> bool:
    from torch.distributed import DistError

    words = str(problem).lower()
    return isinstance(problem, DistError) or any(sign in words for sign in _LOST)


def from_first(action: Callable[[], Value]) -> Value:
    """Return what an action returns in the first process; the others do not act, and wait for it.

    What it returns is pickled on its way from one process of this training to another.
    """
    if not is_launched():
        return action()
    from torch import distributed

    found = [action() if is_first() else None]
    distributed.broadcast_object_list(found, src=0)
    value: Value = found[0]  # type: ignore[assignment]  # the first process has set it
    return value


def wait_for_all() -> None:
    """Wait until all processes have come so far."""
    summed([0.0])


def summed(values: Sequence[float]) -> list[float]:
    """Return the sum over all processes of each value."""
    if not is_launched():
        return list(values)
    import torch
    from accelerate import PartialState

    tensor = torch.tensor(values, dtype=torch.float64, device=PartialState().device)
    torch.distributed.all_reduce(tensor)
    found: list[float] = tensor.tolist()
    return found


def averaged(values: Mapping[Key, float]) -> dict[Key, float]:
    """Return the mean over all processes of each value; all of them have the same keys."""
    if not is_launched():
        return dict(values)
    *sums, processes = summed([*values.values(), 1.0])
    return {key: total / processes for key, total in zip(values, sums, strict=True)}


def any_of(flag: bool) -> bool:
    """Tell whether the flag is set in one of the processes."""
    return summed([float(flag)])[0] > 0
