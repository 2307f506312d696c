"""What a training run will take, before it is started: measured on a few of its own pairs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.filesize import decimal

from synthcode.evaluation.training.contracts import TrainingText
from synthcode.evaluation.training.pairs.counts import DataCounts, mean_tokens
from synthcode.evaluation.training.pairs.opening import TrainingData, open_pairs
from synthcode.evaluation.training.settings import TrainingSettings

if TYPE_CHECKING:
    from synthcode.evaluation.training.models.multi_exit import MultiExitEncoder

SAMPLE_PAIRS = 16
BYTES_A_WEIGHT = 16
"""A weight, its gradient, and AdamW's two means, each in single precision."""


@dataclass(frozen=True)
class StepCost:
    """What a token takes on this machine."""

    seconds: float
    bytes: float
    """Kept for the backward pass."""


def estimate(dataset: Path, settings: TrainingSettings) -> list[str]:
    """Return lines on data, steps, tokens, memory and time; nothing is written.

    Raises
    ------
    InputError
        If the data or the base cannot be used.
    """
    from synthcode.evaluation.training.runs.session import open_new

    data = open_pairs(dataset, settings)
    model, _ = open_new(dataset, data)
    optimiser = data.settings.optimiser
    per_pair = mean_tokens(data.pairs, lambda texts: _token_counts(model, texts, optimiser.max_tokens))
    tokens = per_pair * optimiser.steps * optimiser.batch_size
    cost = measure_step(model, data, SAMPLE_PAIRS)
    in_memory = per_pair * min(optimiser.batch_size, optimiser.chunk_size or optimiser.batch_size)
    weights = sum(parameter.numel() for parameter in model.parameters())
    # Cached gradients take a second forward pass: about a third of a step more.
    seconds = tokens * cost.seconds * (4 / 3 if optimiser.chunk_size else 1)
    memory = weights * BYTES_A_WEIGHT + in_memory * cost.bytes
    return [
        *(f"warning: {warning}" for warning in data.warnings),
        _data_line(data.counts),
        f"model: {weights:,} weights, exits {', '.join(map(str, model.exits))}",
        f"training: {optimiser.steps:,} steps of {optimiser.batch_size:,} pairs, about {tokens:,.0f} tokens",
        f"memory: about {decimal(round(memory))}, and what Python and torch take themselves",
        f"time: about {_duration(seconds)} on this machine's processor, without validation"
        + (", and pre-training is not counted" if settings.pretrain is not None else ""),
    ]


def measure_step(model: MultiExitEncoder, data: TrainingData, pairs: int) -> StepCost:
    """Train on some pairs without changing a weight; return what a token took."""
    import torch

    from synthcode.evaluation.training.batches import PairCollator
    from synthcode.evaluation.training.losses.length_chunks import encode_by_length

    count = min(pairs, len(data.pairs))
    batch = PairCollator(model, data.settings.optimiser.max_tokens)([data.pairs[place] for place in range(count)])
    columns = [
        {key: batch[f"{column}_{key}"] for key in ("input_ids", "attention_mask")} for column in ("anchor", "positive")
    ]
    tokens = sum(int(column["attention_mask"].sum()) for column in columns)
    kept: dict[int, int] = {}

    def keep(tensor: Any) -> Any:
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    model.train()
    started = time.perf_counter()
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        vectors = [
            encode_by_length(lambda features: model(features)["sentence_embedding"], column) for column in columns
        ]
    torch.cat(vectors).square().sum().backward()  # type: ignore[no-untyped-call]
    elapsed = time.perf_counter() - started
    model.zero_grad()
    weights = {parameter.untyped_storage().data_ptr() for parameter in model.parameters()}
    activations = sum(size for place, size in kept.items() if place not in weights)
    return StepCost(elapsed / max(1, tokens), activations / max(1, tokens))


def _token_counts(model: MultiExitEncoder, texts: Sequence[str], most: int) -> list[int]:
    from synthcode.evaluation.encoder import Role

    role = Role("document", "code", "python")
    mask = model.tokenize([TrainingText(text, role) for text in texts], most)["attention_mask"]
    counts: list[int] = mask.sum(dim=1).tolist()
    return counts


def _data_line(counts: DataCounts) -> str:
    programs = ", ".join(f"{language} {count:,}" for language, count in sorted(counts.programs.items()))
    return f"data: {counts.seeds:,} problems in {counts.groups:,} groups; programs: {programs}"


def _duration(seconds: float) -> str:
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{max(1, minutes)} min"
