"""What a training run will take, before it is started: measured on a few of its own pairs."""

from __future__ import annotations

from pathlib import Path

from rich.filesize import decimal

from synthcode.evaluation.training.classifiers.opening import ExampleCounts
from synthcode.evaluation.training.pairs.counts import DataCounts
from synthcode.evaluation.training.pairs.opening import TrainingData
from synthcode.evaluation.training.runs.costs.step_cost import cost_of_examples, cost_of_pairs
from synthcode.evaluation.training.runs.task_settings import ITEMS
from synthcode.evaluation.training.settings import TrainingSettings
from synthcode.sanitize import visible_line

BYTES_A_WEIGHT = 16
"""A weight, its gradient, and AdamW's two means, each in single precision."""
LONGEST_LABEL = 40
"""Characters of a label that are printed."""
MOST_LABELS = 10
"""That are named."""


def estimate(dataset: Path, settings: TrainingSettings) -> list[str]:
    """Return lines on data, steps, tokens, memory and time; nothing is written.

    Raises
    ------
    InputError
        If the data or the base cannot be used.
    """
    from synthcode.evaluation.training.runs.session import open_data, open_new

    data = open_data(dataset, settings)
    model, _ = open_new(dataset, data)
    optimiser = data.settings.optimiser
    per_item, cost = cost_of_pairs(model, data) if isinstance(data, TrainingData) else cost_of_examples(model, data)
    tokens = per_item * optimiser.steps * optimiser.batch_size
    in_memory = per_item * min(optimiser.batch_size, optimiser.chunk_size or optimiser.batch_size)
    weights = sum(parameter.numel() for parameter in model.parameters())
    # Cached gradients take a second forward pass: about a third of a step more.
    seconds = tokens * cost.seconds * (4 / 3 if optimiser.chunk_size else 1)
    memory = weights * BYTES_A_WEIGHT + in_memory * cost.bytes
    return [
        *(f"warning: {warning}" for warning in data.warnings),
        _data_line(data.counts) if isinstance(data, TrainingData) else _labels_line(data.counts),
        f"model: {weights:,} weights, exits {', '.join(map(str, model.exits))}",
        f"training: {optimiser.steps:,} steps of {optimiser.batch_size:,} {ITEMS[settings.task]},"
        f" about {tokens:,.0f} tokens",
        f"memory: about {decimal(round(memory))}, and what Python and torch take themselves",
        f"time: about {_duration(seconds)} on this machine's processor, without validation"
        + (", and pre-training is not counted" if settings.pretrain is not None else ""),
    ]


def _data_line(counts: DataCounts) -> str:
    programs = ", ".join(f"{language} {count:,}" for language, count in sorted(counts.programs.items()))
    return f"data: {counts.seeds:,} problems in {counts.groups:,} groups; programs: {programs}"


def _labels_line(counts: ExampleCounts) -> str:
    most = sorted(counts.examples.items(), key=lambda one: (-one[1], one[0]))
    labels = ", ".join(f"{visible_line(label)[:LONGEST_LABEL]} {count:,}" for label, count in most[:MOST_LABELS])
    more = f" and {len(most) - MOST_LABELS:,} more" if len(most) > MOST_LABELS else ""
    programs = sum(counts.programs.values())
    return f"data: {programs:,} programs; inputs by label: {labels}{more}; {counts.validation:,} for validation"


def _duration(seconds: float) -> str:
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{max(1, minutes)} min"
