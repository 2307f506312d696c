"""Encoders that tests make: words hashed into vectors, and a count of what was encoded."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from synthcode.evaluation.encoder import Encoded, Role, Trait
from synthcode.identifiers import pieces
from synthcode.identity import digest


class HashingEncoder:
    """Bags of words in 64 dimensions; exit k reads the first k words."""

    def __init__(self, exits: tuple[int, ...] = (0,), sees: frozenset[Trait] = frozenset(), name: str = "hash") -> None:
        self.name, self.exits, self.sees = name, exits, sees
        self.identity = digest("hashing encoder", name)
        self.encoded: list[tuple[str, Role]] = []

    def encode(self, texts: Sequence[str], role: Role) -> Encoded:
        self.encoded += [(text, role) for text in texts]
        words = [pieces(text) for text in texts]
        vectors = {exit_: np.array([self._vector(row[: exit_ or None]) for row in words]) for exit_ in self.exits}
        lengths = np.array([len(row) for row in words], dtype=np.int32)
        return Encoded(vectors, lengths, lengths > 40)

    @staticmethod
    def _vector(words: Sequence[str]) -> np.ndarray:
        vector = np.full(64, 1e-3, dtype=np.float32)
        for word in words:
            vector[zlib.crc32(word.encode()) % 64] += 1
        return vector / np.linalg.norm(vector)
