"""Vectors that no score may come from: not finite, zero, of another width, or not as many as texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from synthcode.errors import InputError
from synthcode.evaluation.encoder import ONLY_EXIT, Encoded, Vectors
from synthcode.sanitize import short_name, visible

FIX = "try --dtype float32; of a server, see what it computes in"
OWN_FIX = "return Encoded({exit: float32 array of shape (texts, width)}, tokens, truncated)"
LETTERS = 60
"""Of a text in an error."""

Flags = npt.NDArray[np.bool_]


class VectorCheck:
    """Checks everything that one encoder gives.

    Parameters
    ----------
    name
        The encoder's, for errors.
    widths
        Exit -> numbers in a vector, as far as they are known; the first vectors of an exit decide the others' width.
    """

    def __init__(self, name: str, widths: Mapping[int, int] | None = None) -> None:
        self._name = visible(short_name(name))
        self._widths = dict(widths or {})

    def __call__(self, encoded: Encoded, texts: Sequence[str]) -> Encoded:
        """Return what an encoder gave for some texts if all of it can be scored.

        A text without a visible character, or without a word that the encoder knows, may have a zero vector: there is
        nothing in it to encode.

        Raises
        ------
        InputError
            If a vector cannot be used: with how many, and the first text concerned.
        """
        blank = np.array([not text.strip() for text in texts], dtype=np.bool_)
        if not isinstance(encoded, Encoded):
            raise InputError(f"{self._name} gave {type(encoded).__name__} from 'encode', not Encoded", OWN_FIX)
        if encoded.wordless is not None:
            blank |= encoded.wordless
        for exit_, vectors in sorted(encoded.vectors.items()):
            who = self._name if exit_ == ONLY_EXIT else f"{self._name}, exit {exit_},"
            if getattr(vectors, "dtype", None) != np.float32:
                kind = getattr(vectors, "dtype", type(vectors).__name__)
                raise InputError(f"{who} gave vectors of type {kind}, not float32", OWN_FIX)
            self._check_shape(who, exit_, vectors, len(texts))
            finite = np.asarray(np.isfinite(vectors).all(axis=1))
            _refuse(who, "a vector that is not finite", ~finite, texts)
            has_length = np.asarray((np.abs(vectors) > np.finfo(np.float32).tiny).any(axis=1))
            _refuse(who, "a zero vector", ~(has_length | blank), texts)
        return encoded

    def _check_shape(self, who: str, exit_: int, vectors: Vectors, texts: int) -> None:
        if vectors.ndim != 2 or len(vectors) != texts:
            raise InputError(f"{who} gave {len(vectors)} vectors for {texts} texts", "see the encoder's own log")
        usual = self._widths.setdefault(exit_, vectors.shape[1])
        if not usual or vectors.shape[1] != usual:
            raise InputError(
                f"{who} gave vectors of {vectors.shape[1]} numbers for {texts} texts, and of {usual} for others",
                "see whether the model, or the server's, was changed meanwhile",
            )


def _refuse(who: str, what: str, wrong: Flags, texts: Sequence[str]) -> None:
    if not wrong.any():
        return
    first = int(np.flatnonzero(wrong)[0])
    excerpt = visible(" ".join(texts[first].split())[:LETTERS])
    counted = f"{int(wrong.sum()):,} of {len(texts):,} texts, the first for text {first + 1}"
    raise InputError(f"{who} gave {what} for {counted}: {excerpt!r}", FIX)
