"""What the parts of training know of each other: pairs on one side, a model with exits on the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from synthcode.evaluation.encoder import Role

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Embedding

    from synthcode.evaluation.training.vocabulary import Vocabulary

Features = Mapping[str, "Tensor"]
"""``input_ids`` and ``attention_mask`` of some texts, (texts, tokens); padded."""


NO_GROUP = -1


@dataclass(frozen=True)
class TrainingText:
    """A text as it is encoded, and its role."""

    text: str
    role: Role


@dataclass(frozen=True)
class TrainingPair:
    """A query with the document that answers it."""

    anchor: TrainingText
    positive: TrainingText
    negative: TrainingText | None
    """A document that does not answer it, if hard negatives are drawn."""
    group: int
    """Texts of one group are never negatives of each other: programs of one split group, equal texts."""
    negative_group: int = NO_GROUP
    """Of the hard negative. ``NO_GROUP`` if it answers no anchor at all, as a translation that failed its tests."""


class PairSequence(Protocol):
    """The pairs of a whole training run, in the order in which they are trained on.

    Item ``step * batch_size + place`` depends on the data, the settings and the random seed only, so that a run that
    was stopped goes on with the very same pairs. No two pairs of a batch are of one group.
    """

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> TrainingPair: ...


class MultiExitModel(Protocol):
    """An encoder with several exits whose weights can be trained: a torch module."""

    exits: tuple[int, ...]
    """Ascending."""
    width: int
    """Of the vector at each exit."""
    pooling: str
    """How the states of a text become its vector: a name in ``POOLINGS``."""

    @property
    def max_tokens(self) -> int:
        """Longest input, in tokens."""

    @property
    def vocabulary(self) -> Vocabulary:
        """Its tokens: see ``huggingface_vocabulary`` and ``mose_vocabulary``."""

    @property
    def token_embedding(self) -> Embedding:
        """The table that token ids are looked up in, (vocabulary, width of the table)."""

    def tokenize(self, texts: Sequence[TrainingText], max_tokens: int) -> dict[str, Tensor]:
        """Return ``input_ids`` and ``attention_mask`` (texts, tokens), padded; the end of a long text is left out."""

    def forward(self, features: dict[str, Any]) -> dict[str, Any]:
        """Add ``sentence_embedding``: (texts, exits * width), each exit's vector of unit length, exits ascending."""

    def states(self, features: Features) -> dict[int, Tensor]:
        """Return exit -> states of all tokens, (texts, tokens, width), as pooling is given them."""

    def save_model(self, folder: Path) -> None:
        """Write weights (safetensors), configuration and tokenizer, so that ``open_model`` and encoders read them."""

    def save_exit(self, folder: Path, exit_: int) -> None:
        """Write the model cut after one exit: ``SentenceTransformer(folder)`` gives the same vectors."""
