"""The device of a search among vectors."""

from __future__ import annotations

import subprocess
import sys

import pytest

from synthcode.evaluation import device
from synthcode.evaluation.device import search_device

WITHOUT_GPU = """
import sys
from synthcode.evaluation import device
device.GPU_FILES = ("/dev/there-is-no-such-file*",)
print(device.search_device(), "torch" in sys.modules)
"""


def test_a_machine_without_a_gpu_does_not_import_torch_for_it() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_GPU], capture_output=True, text=True, check=True)
    assert done.stdout == "cpu False\n" or sys.platform != "linux"


def test_torch_decides_where_a_driver_is(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(device, "GPU_FILES", ("/dev/nul?",))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert search_device() == "cuda"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert search_device() == "cpu"


@pytest.mark.parametrize("name", ["cpu", "cuda", "cuda:1"])
def test_a_device_that_the_user_names_is_taken(name: str) -> None:
    assert search_device(name) == name
