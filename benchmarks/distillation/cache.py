"""Cached gradients: those of a large batch in chunks against the whole batch's, and the memory that each takes."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from torch import Tensor

from distillation.models import settings_of
from synthcode.evaluation.training.batches import PairCollator
from synthcode.evaluation.training.losses.opening import open_loss
from synthcode.evaluation.training.models.opening import open_training_model
from synthcode.evaluation.training.pairs.opening import open_pairs
from synthcode.markdown import markdown_table

MOST = 1e-5
CHUNKS = (0, 128, 64, 16, 4)
"""0 encodes the whole batch at once."""


def main(chosen: argparse.Namespace) -> int:
    if chosen.chunk is not None:
        gradients(chosen, chosen.chunk)
        # Not ru_maxrss: a child begins with its parent's.
        print(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1])
        return 0
    batch, chunk = (8, 2) if chosen.quick else (256, 16)
    chosen.batch_size = batch
    whole, chunked = gradients(chosen, 0), gradients(chosen, chunk)
    worst = max(float((whole[name] - chunked[name]).abs().max()) for name in whole)
    scale = max(float(gradient.abs().max()) for gradient in whole.values())
    print(
        f"A batch of {batch} in chunks of {chunk}: the largest difference of a gradient is {worst:.2e}, the largest"
        f" gradient {scale:.2e}; at most {MOST:.0e} is right.\n"
    )
    rows = []
    for size in (0, chunk) if chosen.quick else CHUNKS:
        rows.append([str(size) if size else "none", f"{_peak_kb(chosen, size) / 1000:,.0f}"])
    print(f"Peak memory of a process that computes the gradients of a batch of {batch}, all else included\n")
    print(markdown_table(["chunk", "MB"], rows))
    return int(worst > MOST)


def gradients(chosen: argparse.Namespace, chunk: int) -> dict[str, Tensor]:
    """Return the gradients of one batch, without dropout: chunks would draw other masks than the whole batch."""
    settings = settings_of(chosen, chosen.random_seeds[0], exits=chosen.exits)
    settings = replace(settings, optimiser=replace(settings.optimiser, steps=1, chunk_size=chunk or None))
    data = open_pairs(chosen.dataset, settings)
    model = open_training_model(settings, [], settings.random_seed).eval()
    batch = PairCollator(model, chosen.max_tokens)([data.pairs[place] for place in range(len(data.pairs))])
    labels = batch.pop("label")
    columns = [
        {key: batch[f"{column}_{key}"] for key in ("input_ids", "attention_mask")} for column in ("anchor", "positive")
    ]
    open_loss(model, settings)(columns, labels).backward()
    return {name: one.grad for name, one in model.named_parameters() if one.grad is not None}


def _peak_kb(chosen: argparse.Namespace, chunk: int) -> int:
    """Measure in a process of its own: memory that was once taken is not given back."""
    options = {"dataset": chosen.dataset, "base": chosen.base, "exits": ",".join(map(str, chosen.exits))}
    options |= {"batch-size": chosen.batch_size, "max-tokens": chosen.max_tokens, "chunk": chunk}
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    done = subprocess.run([sys.executable, sys.argv[0], "cache", *words], check=True, capture_output=True, text=True)
    return int(done.stdout.split()[-1])
