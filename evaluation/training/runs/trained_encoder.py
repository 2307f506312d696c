"""The model that is being trained, as an encoder: scored without a trace on its training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

import numpy as np

from synthcode.evaluation.encoder import Encoded, Role, Trait
from synthcode.evaluation.encoders.inputs.length_batches import batches_by_length
from synthcode.evaluation.training.contracts import MultiExitModel, TrainingText
from synthcode.evaluation.training.models.undisturbed import as_module, undisturbed

BATCH_TOKENS = 16_384
BATCH_TEXTS = 128
PROBE = "def add(a, b):\n    return a + b"
_OTHER = {"side": Role("document", "code", "go"), "kind": Role("query", "text", "go")}
_OTHER["language"] = Role("query", "code", "java")


class TrainedEncoder:
    """An encoder around a model: its vectors are those of the weights of the moment.

    Parameters
    ----------
    model
        A torch module.
    max_tokens
        Longest input.
    """

    name = "model"
    identity = ""

    def __init__(self, model: MultiExitModel, max_tokens: int) -> None:
        self._model, self._max_tokens = model, max_tokens
        self.exits = tuple(model.exits)
        self.sees = seen_traits(model)

    def encode(self, texts: Sequence[str], role: Role) -> Encoded:
        """Return the vectors of all exits; dropout is off meanwhile, and no random number is drawn."""
        import torch

        inputs = [TrainingText(text, role) for text in texts]
        found = np.empty((len(texts), len(self.exits) * self._model.width), np.float32)
        tokens = np.zeros(len(texts), np.int32)
        with undisturbed(self._model), torch.no_grad():
            for places in batches_by_length([len(text) for text in texts], BATCH_TOKENS, BATCH_TEXTS):
                features = self._model.tokenize([inputs[place] for place in places], self._max_tokens)
                tokens[places] = features["attention_mask"].sum(dim=1).numpy()
                found[places] = self._vectors(features)
        vectors = np.split(found, len(self.exits), axis=1)
        by_exit = {exit_: np.ascontiguousarray(part) for exit_, part in zip(self.exits, vectors, strict=True)}
        return Encoded(by_exit, tokens, tokens >= self._max_tokens)

    def _vectors(self, features: dict[str, Any]) -> Any:
        device = next(as_module(self._model).parameters()).device
        moved = {name: tensor.to(device) for name, tensor in features.items()}
        return self._model.forward(moved)["sentence_embedding"].float().cpu().numpy()


def seen_traits(model: MultiExitModel) -> frozenset[Trait]:
    """Return the traits of a role that change the tokens of a text, and so its vectors."""

    def ids(role: Role) -> list[list[int]]:
        found: list[list[int]] = model.tokenize([TrainingText(PROBE, role)], 128)["input_ids"].tolist()
        return found

    usual = ids(Role("query", "code", "go"))
    return frozenset(trait for trait in get_args(Trait) if ids(_OTHER[trait]) != usual)
