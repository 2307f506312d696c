"""What the heads of a model say of many inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from synthcode.evaluation.encoder import Answers
from synthcode.evaluation.encoders.inputs.length_batches import batches_by_length
from synthcode.evaluation.training.classifiers.examples import I64
from synthcode.evaluation.training.classifiers.inputs import InputTokens

if TYPE_CHECKING:
    from synthcode.evaluation.training.models.multi_exit import MultiExitEncoder

F32 = npt.NDArray[np.float32]
BATCH_TOKENS = 16_384
BATCH_INPUTS = 128
_INPUTS_AT_ONCE = 4_096
"""Inputs whose tokens are held together, and sorted by their length."""


def classify(
    model: MultiExitEncoder,
    tokens: InputTokens,
    texts: Sequence[str],
    inputs: I64,
    advance: Callable[[int], None] = lambda count: None,
    exits: Sequence[int] | None = None,
) -> Answers:
    """Return what each exit's head says of each input; the caller has put the model into evaluation mode.

    Parameters
    ----------
    model
        With a classifier.
    tokens
        Of the same model.
    texts
        Programs.
    inputs
        Places of the programs of each input, (inputs, 1) or (inputs, 2).
    advance
        Called with the number of inputs after each batch.
    exits
        Those that answer; by default, all. No block after the deepest one runs.
    """
    assert model.classifier is not None
    shape = len(inputs), len(model.classifier.form.labels)
    found = {exit_: np.empty(shape, np.float32) for exit_ in exits or model.exits}
    seen = at_limit = 0
    for places, features in _batches(tokens, texts, inputs):
        lengths = features["attention_mask"].sum(dim=1)
        seen, at_limit = seen + int(lengths.sum()), at_limit + int((lengths >= tokens.max_tokens).sum())
        for exit_, logits in _logits(model, features, exits).items():
            found[exit_][places] = logits
        advance(len(places))
    return Answers(found, seen, at_limit)


def _batches(tokens: InputTokens, texts: Sequence[str], inputs: I64) -> Iterator[tuple[I64, dict[str, Any]]]:
    for start in range(0, len(inputs), _INPUTS_AT_ONCE):
        block = inputs[start : start + _INPUTS_AT_ONCE].tolist()
        rows = tokens.rows([[texts[place] for place in one] for one in block])
        for places in batches_by_length([len(row.ids) for row in rows], BATCH_TOKENS, BATCH_INPUTS):
            yield start + places, tokens.padded([rows[place] for place in places])


def _logits(model: MultiExitEncoder, features: dict[str, Any], exits: Sequence[int] | None) -> dict[int, F32]:
    import torch

    device = next(model.parameters()).device
    moved = {name: tensor.to(device) for name, tensor in features.items()}
    with torch.no_grad():
        return {exit_: logits.float().cpu().numpy() for exit_, logits in model.logits(moved, exits).items()}
