"""The documents of a pre-training run, in their order."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np

from synthcode.errors import InputError
from synthcode.evaluation.training.pretraining.packing import (
    Document,
    Encoded,
    HalvesPacking,
    LanguagePacking,
    Packing,
    RepositoryPacking,
    Tokens,
    Window,
)
from synthcode.evaluation.training.pretraining.snippets import Snippet
from synthcode.evaluation.training.settings import PretrainSettings, PretrainTask
from synthcode.evaluation.training.vocabulary import Vocabulary

SHORTEST_ROOM = 16
"""Tokens of a document at least, without those around it."""
ENCODED_AT_ONCE = 1024


class DocumentSequence:
    """All documents of a run; item ``step * batch_size + place`` depends on its number, not on what came before.

    The parts of every other document belong together.

    Parameters
    ----------
    snippets
        What is drawn from.
    vocabulary
        Of the model.
    settings
        Task and sizes.
    random_seed
        Of all draws.

    Raises
    ------
    InputError
        If the window is too small, or the snippets do not allow the task.
    """

    def __init__(
        self, snippets: Sequence[Snippet], vocabulary: Vocabulary, settings: PretrainSettings, random_seed: int
    ) -> None:
        self._random_seed = random_seed
        self._length = settings.steps * settings.batch_size
        around = len(vocabulary.start) + len(vocabulary.end)
        window = Window(settings.max_tokens - around, len(vocabulary.separator))
        if window.room < SHORTEST_ROOM:
            raise InputError(
                f"a window of {settings.max_tokens} tokens is too small to pre-train with",
                f"set pretrain.max_tokens to {SHORTEST_ROOM + around} or more",
            )
        self._packing = _packing(settings.task, _encoded(snippets, vocabulary, window.room), window)

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: int) -> Document:
        if not 0 <= index < self._length:
            raise IndexError(index)
        return self._packing.document(self.generator(index, 0), belongs=index % 2 == 0)

    def generator(self, index: int, use: int) -> np.random.Generator:
        """Return the source of chance of one document; each use has its own."""
        return np.random.default_rng([abs(self._random_seed), int(self._random_seed < 0), index, use])


def _encoded(snippets: Sequence[Snippet], vocabulary: Vocabulary, longest: int) -> list[tuple[Snippet, Tokens]]:
    """Return the snippets that have tokens, with as many as a document can hold, at four bytes a token."""
    found: list[tuple[Snippet, Tokens]] = []
    for start in range(0, len(snippets), ENCODED_AT_ONCE):
        batch = snippets[start : start + ENCODED_AT_ONCE]
        tokens = vocabulary.encode([snippet.content for snippet in batch])
        found += [(snippet, array("i", ids[:longest])) for snippet, ids in zip(batch, tokens, strict=True) if ids]
    return found


def _packing(task: PretrainTask, encoded: Encoded, window: Window) -> Packing:
    if not encoded:
        raise InputError("there is no program to pre-train on", "name runs or datasets with programs in pretrain.data")
    if task == "next_sentence":
        halves = HalvesPacking(encoded, window)
        if not halves.is_possible:
            raise InputError("no language has two programs to pre-train on", "add programs, or set pretrain.task: none")
        return halves
    repositories = RepositoryPacking(encoded, window)
    if repositories.is_possible:
        return repositories
    if task == "none":
        return LanguagePacking(encoded, window)
    raise InputError(
        "no language has programs of two repositories, with two programs of one of them: nothing to tell apart",
        "name runs with seeds of source-tree or codesearchnet in pretrain.data, or set pretrain.task: none",
    )
