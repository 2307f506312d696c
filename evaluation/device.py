"""Device, number format and attention of a model, from the user's choice and what the machine has."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from glob import glob
from importlib.util import find_spec
from typing import TYPE_CHECKING

from synthcode.errors import InputError

if TYPE_CHECKING:
    import torch

DTYPES = ("float32", "bfloat16", "float16")
GPU_FILES = ("/dev/nvidia*", "/dev/nvhost*", "/dev/nvmap", "/dev/dxg", "/dev/kfd")
"""What drivers of GPUs that torch calls CUDA put there on Linux: NVIDIA's, those of Tegra and of WSL, AMD's."""


@dataclass(frozen=True)
class Placement:
    """A device, a number format that it has, and an attention that runs on both."""

    device: torch.device
    dtype: torch.dtype
    attention: str


def search_device(device: str = "auto") -> str:
    """Resolve ``auto`` for a search among vectors: ``cuda`` if available, else ``cpu``.

    On a machine without a GPU, torch is not imported to find that out: vectors of a server or of the user's own
    encoder need nothing else of it, and it takes seconds and 200 MB.
    """
    if device != "auto":
        return device
    if find_spec("torch") is None or (sys.platform == "linux" and not any(map(glob, GPU_FILES))):
        return "cpu"
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def resolve(device: str = "auto", dtype: str = "auto", attention: str = "auto") -> Placement:
    """Resolve ``auto``: CUDA if available, then with bfloat16 and, if installed, FlashAttention.

    Raises
    ------
    InputError
        If torch has no such device or format.
    """
    import torch
    from transformers.utils.import_utils import is_flash_attn_2_available
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]  # bars of loading weights would stand between ours

    try:
        place = torch.device(device if device != "auto" else "cuda" if torch.cuda.is_available() else "cpu")
        torch.empty(0, device=place)
    except (RuntimeError, AssertionError) as problem:
        what = str(problem).splitlines()[0]
        raise InputError(f"no device {device!r}: {what}", "choose 'cpu', 'cuda' or 'auto'") from problem
    if dtype not in (*DTYPES, "auto"):
        raise InputError(f"no number format {dtype!r}", f"choose among {', '.join(DTYPES)}, auto")
    on_gpu = place.type == "cuda"
    number = dtype if dtype != "auto" else "bfloat16" if on_gpu else "float32"
    # FlashAttention has no single precision.
    flash = on_gpu and number != "float32" and is_flash_attn_2_available()
    if attention == "flash_attention_2" and not flash:
        raise InputError(
            f"FlashAttention does not run in {number} on {place}, or is not installed", "choose 'sdpa' or 'auto'"
        )
    chosen = attention if attention != "auto" else "flash_attention_2" if flash else "sdpa"
    return Placement(place, getattr(torch, number), chosen)
