"""What combinations of encoders are made of, and what they are given to rank a benchmark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias, runtime_checkable

from synthcode.errors import InputError
from synthcode.evaluation.encoder import ONLY_EXIT, Encoder, LexicalScorer
from synthcode.evaluation.retrieval.benchmark import Benchmark
from synthcode.evaluation.retrieval.rankings import Rankings
from synthcode.vocabulary import Variant

Advance = Callable[[int], None]
"""Receives the amount of work done since the last call; raises if a stop was requested."""


@dataclass(frozen=True)
class Part:
    """One encoder of a combination: a specification, or results whose vectors are stored."""

    label: str
    """Its name in results."""
    encoder: Encoder | LexicalScorer | Combination
    exit: int = ONLY_EXIT
    """The exit whose vectors are used."""
    results: StoredResults | None = None
    """The results that it was named by."""


@dataclass(frozen=True)
class StoredResults:
    """A results folder as a part of a combination."""

    folder: Path
    dataset: str
    """What was scored, in words: the dataset and its split."""
    dataset_digest: str
    store: Path | None
    """Where its vectors are, as far as the results say."""


@dataclass(frozen=True)
class RankingWork:
    """A benchmark to rank, and where a combination gets the rankings of its parts."""

    benchmark: Benchmark
    variants: Sequence[Variant]
    store: Path
    """A folder for what is not to be computed twice."""
    fresh: bool
    """Whether what is stored there is to be computed again."""
    open_parts: Callable[[Benchmark], Sequence[Rankings]]
    """Encodes what has no vectors; returns the rankings of the parts, in their order."""
    validation: Callable[[], Benchmark]
    """Reads the validation split of the same dataset.

    Raises
    ------
    InputError
        If there is none.
    """
    resources: ExitStack
    """Closed when the ranking is done: files that are open, folders that are held."""
    progress: Callable[[str, int], AbstractContextManager[Advance]]
    """Opens the progress of a piece of work, of a label and an amount."""
    message: Callable[[str], None]
    """Takes a line for people."""


@runtime_checkable
class Combination(Protocol):
    """Anything that ranks a benchmark itself.

    It does so from the rankings of other encoders, which are made first, or without parts, from representations that
    are not one vector a text.
    """

    @property
    def name(self) -> str:
        """Its name in results."""

    @property
    def identity(self) -> str:
        """A digest of its settings; those of its parts are not in it."""

    @property
    def parts(self) -> Sequence[Part]:
        """What it combines."""

    @property
    def reads_validation(self) -> bool:
        """Whether its rankings depend on those of the validation split."""

    def rankings(self, work: RankingWork) -> Rankings:
        """Return its rankings of a benchmark."""

    def notes(self) -> Sequence[str]:
        """Return what results say of its first rankings: paragraphs and tables of Markdown."""


AnyEncoder: TypeAlias = Encoder | LexicalScorer | Combination
"""Whatever ``evaluate`` scores."""


def single_encoder(encoder: AnyEncoder) -> Encoder | LexicalScorer:
    """Return an encoder that is not a combination: one that compares any two texts.

    Raises
    ------
    InputError
        If it is a combination.
    """
    if isinstance(encoder, Combination):
        raise InputError(
            f"{encoder.name} ranks a corpus: it has no vector of a program that clones or labels are scored by",
            "score clones and labels with a dense encoder or bm25",
        )
    return encoder
