"""What every trainable encoder with exits has, whatever its blocks are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from synthcode.evaluation.cost import ExitSize
    from synthcode.evaluation.training.contracts import Features, TrainingText
    from synthcode.evaluation.training.models.classifier import ExitClassifiers
    from synthcode.evaluation.training.vocabulary import Vocabulary

PROBE = ((3, 1, 2, 4), (2, 5, 1, 3))
"""Token ids that every vocabulary has."""


class MultiExitEncoder(nn.Module, ABC):
    """An encoder whose output is the unit vectors of all its exits, concatenated.

    A :class:`synthcode.evaluation.training.contracts.MultiExitModel`, and a module that
    ``SentenceTransformer(modules=[encoder])`` takes. Weights stay on the device and in the format that torch moves them
    to; a new one is in evaluation mode.
    """

    exits: tuple[int, ...]
    width: int
    pooling: str
    tokenizer: Any
    classifier: ExitClassifiers | None
    """Heads of classification, saved with the model; None if it has none."""

    def __init__(self) -> None:
        super().__init__()
        self.classifier = None

    def logits(self, features: Features, exits: Sequence[int] | None = None) -> dict[int, Tensor]:
        """Return exit -> what its head of classification says, (inputs, labels).

        Parameters
        ----------
        features
            As ``InputTokens.padded`` returns them; heads that compare no programs need no ``programs``.
        exits
            See ``states``.
        """
        assert self.classifier is not None
        states = self.states(features, exits)
        found: dict[int, Tensor] = self.classifier(states, features["attention_mask"], features.get("programs"))
        return found

    def forward(self, features: dict[str, Any]) -> dict[str, Any]:
        """Add ``sentence_embedding``: (texts, exits * width), each exit's vector of unit length, exits ascending."""
        vectors = self.vectors(features)
        return {**features, "sentence_embedding": torch.cat([vectors[exit_] for exit_ in self.exits], dim=1)}

    @property
    @abstractmethod
    def vocabulary(self) -> Vocabulary:
        """Its tokens, special ones included."""

    @property
    @abstractmethod
    def token_embedding(self) -> nn.Embedding:
        """The table that token ids are looked up in, (vocabulary, width of the table)."""

    @property
    @abstractmethod
    def max_tokens(self) -> int:
        """Longest input, in tokens."""

    @abstractmethod
    def tokenize(self, texts: Sequence[TrainingText], max_tokens: int) -> dict[str, Tensor]:
        """Return ``input_ids`` and ``attention_mask`` (texts, tokens), padded; the end of a long text is left out."""

    @abstractmethod
    def vectors(self, features: Features, exits: Sequence[int] | None = None) -> dict[int, Tensor]:
        """Return exit -> unit vectors, (texts, width); no block after the deepest of ``exits`` runs."""

    @abstractmethod
    def states(self, features: Features, exits: Sequence[int] | None = None) -> dict[int, Tensor]:
        """Return exit -> states of all tokens, (texts, tokens, width), as pooling is given them."""

    @abstractmethod
    def gradient_checkpointing_enable(self, gradient_checkpointing_kwargs: Mapping[str, Any] | None = None) -> None:
        """Keep only inputs of blocks, and run the blocks again in the backward pass of training: saves memory."""

    @abstractmethod
    def exit_sizes(self, tokens: int = 512) -> list[ExitSize]:
        """Return parameters and operations of each exit by itself, for texts of ``tokens`` tokens at most."""

    @abstractmethod
    def save_model(self, folder: Path) -> None:
        """Write weights (safetensors), configuration and tokenizer, so that ``open_model`` and encoders read them.

        Files of an earlier model in ``folder`` are replaced, and others left. ``config.json`` comes last: until then,
        nothing loads the folder as a model.
        """

    @abstractmethod
    def save_exit(self, folder: Path, exit_: int) -> None:
        """Write the model cut after one exit, as ``save_model`` does.

        Raises
        ------
        InputError
            If it is not one of the exits.
        """

    def freeze_unused(self) -> None:
        """Leave weights that no exit depends on out of training, as BERT's pooler: training several GPUs needs that."""
        device = next(self.parameters()).device
        ids = torch.tensor(PROBE, device=device)
        output = self({"input_ids": ids, "attention_mask": torch.ones_like(ids)})["sentence_embedding"]
        used = _leaves(output)
        for parameter in self.parameters():
            parameter.requires_grad_(parameter in used)


def _leaves(output: Tensor) -> set[Tensor]:
    """Return the leaves of a tensor's graph: what a backward pass would give gradients to."""
    pending, seen = [output.grad_fn], set()
    leaves = set()
    while pending:
        node: Any = pending.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if hasattr(node, "variable"):
            leaves.add(node.variable)
        pending += [next_ for next_, _ in node.next_functions]
    return leaves
