"""Ways to pack snippets into one window: by repository, by language, or as two halves of a program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple, Protocol

import numpy as np

from synthcode.evaluation.training.pretraining.snippets import Snippet

Tokens = Sequence[int]
Encoded = Sequence[tuple[Snippet, Tokens]]
"""Snippets, each with its token ids: at least one."""


class Document(NamedTuple):
    """Parts of programs as token ids."""

    parts: list[Tokens]
    """They fit into the window, with separators between them."""
    belongs: bool
    """Whether all parts are of one repository; for ``next_sentence``, whether the second part follows the first."""


class Window(NamedTuple):
    """The room of a document."""

    room: int
    """Tokens, without those around the document."""
    separator: int
    """Tokens between two parts."""

    @property
    def longest(self) -> int:
        """Tokens of a part at most: two of them always fit."""
        return (self.room - self.separator) // 2

    def filled(self, parts: Iterable[Tokens], room: int | None = None) -> list[Tokens]:
        """Return as many parts as fit, each cut to the longest, and the last one to the room that is left."""
        left = self.room if room is None else room
        found: list[Tokens] = []
        for part in parts:
            left -= self.separator if found else 0
            if left <= 0:
                break
            found.append(part[: min(self.longest, left)])
            left -= len(found[-1])
        return found

    def size(self, parts: Sequence[Tokens]) -> int:
        """Return the tokens of parts, with separators between them."""
        return sum(map(len, parts)) + self.separator * (len(parts) - 1)


class Packing(Protocol):
    """A way to make documents."""

    def document(self, generator: np.random.Generator, belongs: bool) -> Document:
        """Draw a document whose parts belong together, or do not."""


class RepositoryPacking:
    """Snippets of one repository; the end of a document that does not belong together is of others.

    Documents of both kinds are drawn alike, are of one language and of the same length: only their content tells them
    apart.
    """

    def __init__(self, encoded: Encoded, window: Window) -> None:
        self._window = window
        pools = (pool for pool in _pools(encoded).values() if pool.groups > 1)
        self._firsts = [
            first
            for pool in pools
            for first in ((pool, group) for group in range(pool.groups))
            if len(pool.members(first[1])) > 1
            for _ in pool.members(first[1])  # large repositories are drawn as often as their snippets
        ]

    @property
    def is_possible(self) -> bool:
        """Whether a repository has two snippets in a language in which another one has some, too."""
        return bool(self._firsts)

    def document(self, generator: np.random.Generator, belongs: bool) -> Document:
        """See :class:`Packing`."""
        pool, group = self._firsts[generator.integers(len(self._firsts))]
        parts = self._window.filled(pool.drawn(generator, group))
        if not belongs:
            mixed = chain(parts[: generator.integers(1, len(parts))], pool.foreign(generator, group))
            parts = self._window.filled(mixed, self._window.size(parts))
        return Document(parts, belongs)


class LanguagePacking:
    """Snippets of one language: for masked tokens only, where repositories are not known."""

    def __init__(self, encoded: Encoded, window: Window) -> None:
        self._window = window
        self._places = [pool for pool in _pools(encoded, by_repository=False).values() for _ in pool.tokens]

    def document(self, generator: np.random.Generator, belongs: bool) -> Document:
        """See :class:`Packing`."""
        pool = self._places[generator.integers(len(self._places))]
        return Document(self._window.filled(pool.drawn(generator, 0)), belongs)


class HalvesPacking:
    """The two halves of a program, or the second half of another one in the same language: BERT's next sentence."""

    def __init__(self, encoded: Encoded, window: Window) -> None:
        self._window = window
        halved = [(snippet, tokens) for snippet, tokens in encoded if len(tokens) > 1]
        pools = (pool for pool in _pools(halved, by_repository=False).values() if len(pool.tokens) > 1)
        self._places = [(pool, place) for pool in pools for place in range(len(pool.tokens))]

    @property
    def is_possible(self) -> bool:
        """Whether there are two programs in a language."""
        return bool(self._places)

    def document(self, generator: np.random.Generator, belongs: bool) -> Document:
        """See :class:`Packing`."""
        pool, place = self._places[generator.integers(len(self._places))]
        first, second = self._halves(pool.tokens[place])
        if not belongs:
            other = int(generator.integers(len(pool.tokens) - 1))
            _, second = self._halves(pool.tokens[other + (other >= place)])
        return Document([first, second], belongs)

    def _halves(self, tokens: Tokens) -> tuple[Tokens, Tokens]:
        half = min(len(tokens) // 2, self._window.longest)
        return tokens[:half], tokens[half : half + self._window.longest]


class _Pool:
    """The snippets of a language, those of each repository together."""

    def __init__(self, members: Sequence[tuple[str, Tokens]]) -> None:
        self.tokens = [tokens for _, tokens in members]
        names = [repository for repository, _ in members]
        self._starts = [place for place, name in enumerate(names) if place == 0 or name != names[place - 1]]
        self._starts.append(len(names))

    @property
    def groups(self) -> int:
        """How many repositories there are."""
        return len(self._starts) - 1

    def members(self, group: int) -> range:
        """Return the places of a repository's snippets."""
        return range(self._starts[group], self._starts[group + 1])

    def drawn(self, generator: np.random.Generator, group: int) -> Iterator[Tokens]:
        """Yield the snippets of a repository in a drawn order."""
        members = self.members(group)
        return (self.tokens[members[place]] for place in generator.permutation(len(members)))

    def foreign(self, generator: np.random.Generator, group: int) -> Iterator[Tokens]:
        """Yield snippets of another repository, and of further ones when it ends; it never ends."""
        own = self.members(group)
        while True:
            place = int(generator.integers(len(self.tokens) - len(own)))
            place += len(own) if place >= own.start else 0
            yield from self.drawn(generator, int(np.searchsorted(self._starts, place, side="right")) - 1)


def _pools(encoded: Encoded, *, by_repository: bool = True) -> dict[str, _Pool]:
    """Return the snippets of each language; those without a repository are left out, or all are of one."""
    members: dict[str, list[tuple[str, Tokens]]] = {}
    for snippet, tokens in encoded:
        repository = snippet.repository if by_repository else "any"
        if repository:
            members.setdefault(snippet.language, []).append((repository, tokens))
    return {language: _Pool(sorted(found, key=lambda one: one[0])) for language, found in members.items()}
