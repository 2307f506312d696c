"""Which programs are equal, and which are but for comments, layout and the name of their function: eight bytes each."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from synthcode.evaluation.classification.published.benchmark import I64
from synthcode.languages import LANGUAGES

BUT_FOR = "but for comments, layout and the name of a function"
"""How ``renamed`` keys are put into words."""

_STRING = r'"(?:\\.|[^"\\\n])*"?|' + r"'(?:\\.|[^'\\\n])*'?"
"""To its end, or to that of its line: a search that fails would look at the rest again from the next quote on."""
_SLASHES = re.compile(rf"(?s:{_STRING}|//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/)?)")
_HASHES = re.compile(rf"(?s:{_STRING}|#[^\n]*)")
_CALLED = re.compile(r"(?<![\w@.])(?!(?:if|for|while|switch|catch|return|sizeof)\b)([^\W\d]\w*)\s*\(")
"""A name with its arguments: of a function's text, the function."""

_TOKEN = re.compile(r"\w+|[^\w\s]")


class ProgramKeys(NamedTuple):
    """Two digests of each program, (programs,) each: what differs in a key differs."""

    text: I64
    """Of the text."""
    renamed: I64
    """Of the text without comments and layout, its function called ``f``."""


def program_keys(texts: Sequence[str], language: str) -> ProgramKeys:
    """Return the keys of programs.

    No parser reads them, so any text has keys, in linear time. An unknown language has no comments.
    """
    return ProgramKeys(digests(texts), digests(_renamed(text, language) for text in texts))


def digests(texts: Iterable[str]) -> I64:
    """Return 64 bits of the digest of each text."""
    hashed = (hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest() for text in texts)
    return np.fromiter((int.from_bytes(digest, "little", signed=True) for digest in hashed), dtype=np.int64)


def _renamed(text: str, language: str) -> str:
    if language in LANGUAGES:
        comments = _HASHES if LANGUAGES[language].line_comment == "#" else _SLASHES
        text = comments.sub(_string_or_nothing, text)
    named = _CALLED.search(text)
    own = named[1] if named is not None else None
    return " ".join("f" if token == own else token for token in _TOKEN.findall(text))


def _string_or_nothing(found: re.Match[str]) -> str:
    return found[0] if found[0][0] in "\"'" else " "
