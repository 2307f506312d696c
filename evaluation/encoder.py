"""The contract of encoders: texts and their roles in, vectors of every exit out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from synthcode.evaluation.cost import ExitCost

Vectors = npt.NDArray[np.float32]
"""(texts, width)."""

Scores = npt.NDArray[np.float32]
"""(queries, documents)."""

Side = Literal["query", "document"]

Trait = Literal["side", "kind", "language"]

ONLY_EXIT = 0
"""The exit of an encoder that has none: its output."""


@dataclass(frozen=True)
class Role:
    """The role of a text, as far as an encoder may know it."""

    side: Side | Literal[""]
    kind: Literal["text", "code", ""]
    """A description in words, or a program."""
    language: str
    """Of the program; ``text`` for a description."""

    def seen_by(self, encoder: Encoder) -> Role:
        """Return the role with what the encoder does not look at left out.

        Texts whose roles are then the same have the same vectors, and are encoded once.
        """
        sees = encoder.sees
        return Role(
            side=self.side if "side" in sees else "",
            kind=self.kind if "kind" in sees else "",
            language=self.language if "language" in sees else "",
        )


@dataclass(frozen=True)
class Encoded:
    """The result of encoding some texts."""

    vectors: Mapping[int, Vectors]
    """Exit -> one finite row a text, in the texts' order."""
    tokens: npt.NDArray[np.int32]
    """Of each text, as many as the encoder was given; zeros where it does not say."""
    truncated: npt.NDArray[np.bool_]
    """Whether a text's end was left out because it was too long."""
    wordless: npt.NDArray[np.bool_] | None = None
    """Whether the encoder knows no word of a text: its vector may be zero, and matches nothing."""


class Encoder(Protocol):
    """Anything that turns texts into vectors whose inner products rank documents."""

    @property
    def name(self) -> str:
        """Its name in results: its specification, as ``st:NAME``."""

    @property
    def identity(self) -> str:
        """A digest of all that its vectors depend on, without the list of computed exits."""

    @property
    def exits(self) -> tuple[int, ...]:
        """The exits that ``encode`` gives, ascending; ``(ONLY_EXIT,)`` where there is nothing but the output."""

    @property
    def sees(self) -> frozenset[Trait]:
        """The traits of a text's role that change its vectors."""

    def encode(self, texts: Sequence[str], role: Role) -> Encoded:
        """Encode texts that all have one role; nothing is written, no text is left out."""


@runtime_checkable
class Costed(Protocol):
    """An encoder that can say what each of its exits costs."""

    def costs(self) -> list[ExitCost]:
        """Return the cost of each exit on its own; measured here and now."""


class Answers(NamedTuple):
    """What the heads of a classifier say of some inputs."""

    logits: Mapping[int, Vectors]
    """Exit -> (inputs, labels)."""
    tokens: int
    at_limit: int
    """Inputs as long as the window: their ends may be left out."""


@runtime_checkable
class Classifier(Protocol):
    """A model that was fine-tuned with a head at each exit: it says what an input is, and gives no vectors."""

    @property
    def name(self) -> str:
        """Its name in results."""

    @property
    def exits(self) -> tuple[int, ...]:
        """The exits that answer, ascending."""

    @property
    def identity(self) -> str:
        """A digest of all that its answers depend on."""

    @property
    def task(self) -> str:
        """``clones`` or ``classification``."""

    @property
    def labels(self) -> tuple[str, ...]:
        """What each output stands for; of clones, the second one is that of clones."""

    def classify(self, texts: Sequence[str], inputs: npt.NDArray[np.int64], advance: Callable[[int], None]) -> Answers:
        """Return what each exit's head says of each input.

        Parameters
        ----------
        texts
            Programs.
        inputs
            Places of the programs of each input, (inputs, 1) or (inputs, 2).
        advance
            Called with a number of inputs when they are done.
        """


@runtime_checkable
class LexicalScorer(Protocol):
    """Anything that scores documents by their words: no vectors, and a score only within a corpus."""

    @property
    def name(self) -> str:
        """Its name in results."""

    @property
    def identity(self) -> str:
        """A digest of all that its scores depend on."""

    def score_blocks(self, queries: Sequence[str], documents: Sequence[str]) -> Iterator[Scores]:
        """Yield the scores of some queries after others, (some queries, documents)."""
