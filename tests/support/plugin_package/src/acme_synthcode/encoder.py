"""An encoder that counts letters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synthcode.evaluation.encoder import ONLY_EXIT, Encoded, Role


class LetterCounts:
    """Counts the letters of an alphabet.

    Parameters
    ----------
    alphabet
        What comes after the colon of ``--encoder acme-letters:ALPHABET``.
    max_tokens
        The option ``--max-tokens``: longer texts are cut.
    """

    exits = (ONLY_EXIT,)
    sees: frozenset[str] = frozenset()

    def __init__(self, alphabet: str, *, max_tokens: int | None = None) -> None:
        self._alphabet, self._longest = alphabet, max_tokens
        self.name = f"acme-letters:{alphabet}"
        self.identity = f"acme-{alphabet}-{max_tokens}"

    def encode(self, texts: Sequence[str], role: Role) -> Encoded:
        """Return one row of counts for each text, scaled to unit length."""
        cut = [text[: self._longest] for text in texts]
        counts = np.array([[text.count(letter) + 1 for letter in self._alphabet] for text in cut], np.float32)
        vectors = counts / np.linalg.norm(counts, axis=1, keepdims=True)
        lengths = np.array([len(text) for text in cut], np.int32)
        return Encoded({ONLY_EXIT: vectors}, lengths, lengths < [len(text) for text in texts])
