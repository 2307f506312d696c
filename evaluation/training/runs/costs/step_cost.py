"""What a step of training takes on this machine: measured on a few inputs of a run, without changing a weight."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from synthcode.evaluation.encoder import Role
from synthcode.evaluation.training.contracts import TrainingText
from synthcode.evaluation.training.pairs.counts import mean_tokens

if TYPE_CHECKING:
    from torch import Tensor

    from synthcode.evaluation.training.classifiers.opening import LabelledData
    from synthcode.evaluation.training.models.multi_exit import MultiExitEncoder
    from synthcode.evaluation.training.pairs.opening import TrainingData

SAMPLE = 16
"""Pairs or inputs that are trained on."""
COUNTED = 256
"""Inputs whose tokens are counted."""


@dataclass(frozen=True)
class StepCost:
    """What a token takes on this machine."""

    seconds: float
    bytes: float
    """Kept for the backward pass."""


def cost_of_pairs(model: MultiExitEncoder, data: TrainingData) -> tuple[float, StepCost]:
    """Return the mean tokens of a pair, and what a token takes."""
    import torch

    from synthcode.evaluation.training.batches import PairCollator
    from synthcode.evaluation.training.losses.length_chunks import encode_by_length

    most = data.settings.optimiser.max_tokens
    batch = PairCollator(model, most)([data.pairs[place] for place in range(min(SAMPLE, len(data.pairs)))])
    columns = [
        {key: batch[f"{column}_{key}"] for key in ("input_ids", "attention_mask")} for column in ("anchor", "positive")
    ]
    tokens = sum(int(column["attention_mask"].sum()) for column in columns)

    def loss() -> Tensor:
        vectors = [encode_by_length(lambda one: model(one)["sentence_embedding"], column) for column in columns]
        return torch.cat(vectors).square().sum()

    return mean_tokens(data.pairs, lambda texts: _token_counts(model, texts, most)), _measured(model, tokens, loss)


def cost_of_examples(model: MultiExitEncoder, data: LabelledData) -> tuple[float, StepCost]:
    """Return the mean tokens of an input of a classifier, and what a token takes; the model gets new heads."""
    from synthcode.evaluation.training.classifiers.inputs import InputTokens
    from synthcode.evaluation.training.classifiers.loss import ClassifierLoss, ExampleCollator
    from synthcode.evaluation.training.losses.weights import exit_weights
    from synthcode.evaluation.training.runs.fine_tuning import add_classifier

    add_classifier(model, data)
    inputs = InputTokens(model, data.settings.optimiser.max_tokens)
    examples = data.examples
    places = np.unique(np.linspace(0, len(examples) - 1, COUNTED).astype(int)).tolist()
    lengths = [len(row.ids) for row in inputs.rows([examples[place].programs for place in places])]
    batch = ExampleCollator(inputs)([examples[place] for place in range(min(SAMPLE, len(examples)))])
    module = ClassifierLoss(model, exit_weights(model.exits, data.settings.loss.exit_weights))
    tokens = int(batch["attention_mask"].sum())
    return sum(lengths) / len(lengths), _measured(model, tokens, lambda: module(**batch)["loss"])


def _measured(model: MultiExitEncoder, tokens: int, loss: Callable[[], Tensor]) -> StepCost:
    import torch

    kept: dict[int, int] = {}

    def keep(tensor: Any) -> Any:
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    model.train()
    started = time.perf_counter()
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        found = loss()
    found.backward()  # type: ignore[no-untyped-call]
    elapsed = time.perf_counter() - started
    model.zero_grad()
    weights = {parameter.untyped_storage().data_ptr() for parameter in model.parameters()}
    activations = sum(size for place, size in kept.items() if place not in weights)
    return StepCost(elapsed / max(1, tokens), activations / max(1, tokens))


def _token_counts(model: MultiExitEncoder, texts: Sequence[str], most: int) -> list[int]:
    role = Role("document", "code", "python")
    mask = model.tokenize([TrainingText(text, role) for text in texts], most)["attention_mask"]
    counts: list[int] = mask.sum(dim=1).tolist()
    return counts
