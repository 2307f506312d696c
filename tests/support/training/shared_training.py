"""Trains every kind of encoder as one of several processes does; ends with status 0 if all of them can be trained so.

DistributedDataParallel refuses the second pass if a weight that is trained got no gradient in the first.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel

from synthcode.evaluation.encoder import Role
from synthcode.evaluation.training.contracts import TrainingText
from synthcode.evaluation.training.models.huggingface import open_huggingface
from tests.support.models.tiny_encoders import KINDS, write_encoder

TEXT = TrainingText("f(x)", Role("query", "code", "python"))
PASSES = 2


def train(base: Path, checkpointing: bool) -> None:
    model = open_huggingface(str(base), (1, 2), "linear").train()
    if checkpointing:
        model.gradient_checkpointing_enable()
    features = model.tokenize([TEXT], 64)
    shared = DistributedDataParallel(model)
    for _ in range(PASSES):
        vectors = shared(features)["sentence_embedding"]
        vectors.backward(torch.randn(vectors.shape))
    assert all(weight.grad is not None for weight in model.parameters() if weight.requires_grad)


def main() -> None:
    distributed.init_process_group("gloo", store=distributed.HashStore(), rank=0, world_size=1)
    with tempfile.TemporaryDirectory() as folder:
        for kind in KINDS:
            base = write_encoder(Path(folder) / kind, kind)
            for checkpointing in (False, True):
                train(base, checkpointing)


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    # Without the destructors: a thread of gloo may wait for Python's lock while the main thread waits for it.
    os._exit(0)
