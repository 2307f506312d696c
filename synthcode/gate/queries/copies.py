"""Whether a query is a text handed back: the same characters, the same words, or all of the text and more."""

from __future__ import annotations

import re
from collections import Counter

_WORD = re.compile(r"\w+")
_NGRAM = 5
_SAME_WORDS = 0.9
"""Share of words in common from which only their order differs."""
_CONTAINED_WORDS = 4
"""A text of fewer words may stand in a query for it."""


class Wording:
    """A text as it is compared: words in lower case, without punctuation."""

    def __init__(self, text: str) -> None:
        self._words = _WORD.findall(text.casefold())
        self.folded = " ".join(self._words)
        padded = f" {self.folded} "
        self._grams = {padded[start : start + _NGRAM] for start in range(max(len(padded) - _NGRAM, 0) + 1)}

    def is_near(self, other: Wording, similarity: float) -> bool:
        """Return whether two texts are near-copies: by Jaccard similarity of five consecutive characters, or words."""
        common = len(self._grams & other._grams)
        if common >= similarity * (len(self._grams) + len(other._grams) - common):
            return True
        shared = (Counter(self._words) & Counter(other._words)).total()
        return 2 * shared >= _SAME_WORDS * (len(self._words) + len(other._words))

    def contains(self, other: Wording) -> bool:
        """Return whether all of another text stands in this one."""
        return len(other._words) >= _CONTAINED_WORDS and f" {other.folded} " in f" {self.folded} "
