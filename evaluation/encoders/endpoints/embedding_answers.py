"""Reading the answers of an embeddings endpoint: vectors, or the reason why there are none. All of it is hostile."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Sequence
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np

from synthcode.evaluation.encoder import Vectors
from synthcode.llm.backends.openai.answers.completions import count_of
from synthcode.llm.backends.openai.answers.lenient_json import read_json
from synthcode.llm.error_bodies import is_error, words_in

_SHOWN_BYTES = 500
_INDEX_DIGITS = 10
_LARGEST, _SMALLEST = 1e6, 1e-4
"""The largest number of an embedding is between them; of float64 or bytes in the other order, read as float32, it is
larger, and of float16 mostly smaller."""
_ABOUT_LENGTH = re.compile(
    r"\btokens?\b|context[ _](?:length|window|size)|too long|maximum (?:input|sequence|text) length"
    r"|(?:sequence|input|prompt|text)\W+(?:\w+\W+){0,2}length|n_ctx|n_ubatch|physical batch"
)
_ABOUT_BATCH = re.compile(
    r"(?<!physical )\bbatch|too many(?! tokens)|at most \d+\b(?! tokens)"
    r"|(?:number|amount|count|list|array) of (?:\w+ ){0,2}(?:inputs?|texts?|strings?|items?)"
    r"|\binputs?\b.{0,40}\b(?:items|elements|entries)\b|array (?:is )?too (?:long|large)|array length"
)
_ABOUT_FORMAT = re.compile(r"encoding[_ ]?format|base64|encoding type")


class Answer(NamedTuple):
    """What came of some texts."""

    vectors: Vectors
    """(texts, width), in the texts' order; not checked for values that are not finite."""
    tokens: int
    """Of all texts together; 0 if the server does not say."""


class NoVectorsError(ValueError):
    """An answer with status 200 that holds no vectors, or not one for each text.

    Parameters
    ----------
    what
        What is wrong with it, the server's words included.
    words
        The server's words; empty if it reports no error.
    """

    def __init__(self, what: str, words: str = "") -> None:
        super().__init__(what)
        self.words = words


class MiscountedError(NoVectorsError):
    """An answer that does not have one vector for each text, or does not say whose they are."""


def read_answer(body: bytes, texts: int) -> Answer:
    """Return the vectors that a body holds.

    Rows without ``index`` stand in the texts' order. Vectors are lists of numbers, or base64 of little-endian float32.

    Raises
    ------
    MiscountedError
        If the body does not hold one vector for each text.
    NoVectorsError
        If it reports an error, or vectors of several widths.
    """
    shown = body[:_SHOWN_BYTES].decode("utf-8", "replace")
    try:
        answer = read_json(body)
    except ValueError as problem:
        raise NoVectorsError(f"not JSON: {shown or 'an empty answer'}") from problem
    rows = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(answer, dict) or is_error(answer.get("error")) or not isinstance(rows, list):
        words = words_in(answer, shown).shown
        raise NoVectorsError(f"no list of embeddings in the answer: {words}", words)
    ordered = _in_order(rows, texts)
    vectors = [_vector(row.get("embedding"), place, texts) for place, row in enumerate(ordered)]
    widths = [len(vector) for vector in vectors]
    if other := next((place for place, width in enumerate(widths) if width != widths[0]), None):
        raise NoVectorsError(
            f"text {other + 1} of {texts} has a vector of {widths[other]} numbers, text 1 one of {widths[0]}"
        )
    usage = answer.get("usage")
    return Answer(np.stack(vectors), (count_of(usage.get("prompt_tokens")) if isinstance(usage, dict) else None) or 0)


def about_length(words: str) -> bool:
    """Return whether a server's words say that a text is too long."""
    return bool(_ABOUT_LENGTH.search(words.lower()))


def about_batch(words: str) -> bool:
    """Return whether a server's words say that a request has too many texts."""
    return bool(_ABOUT_BATCH.search(words.lower()))


def about_format(words: str) -> bool:
    """Return whether a server's words are about the encoding of vectors."""
    return bool(_ABOUT_FORMAT.search(words.lower()))


def _in_order(rows: Sequence[Any], texts: int) -> list[dict[str, Any]]:
    if len(rows) != texts or not all(isinstance(row, dict) for row in rows):
        raise MiscountedError(f"{len(rows)} vectors for {texts} text{'s' if texts > 1 else ''}")
    indexes = [row.get("index") for row in rows]
    if all(index is None for index in indexes):
        return list(rows)
    numbers = [number for index in indexes if (number := _number(index)) is not None]
    if len(numbers) != texts:
        raise MiscountedError(f"vectors for {texts} texts, not all of them numbered")
    first = min(numbers)  # some servers count from 1
    if sorted(numbers) != list(range(first, first + texts)):
        raise MiscountedError(f"{texts} vectors for {texts} texts, not numbered as those are")
    return [row for _, row in sorted(zip(numbers, rows, strict=True), key=itemgetter(0))]


def _number(index: object) -> int | None:
    """Return an index, which some servers write as text or with a decimal point."""
    if isinstance(index, str) and index.isascii() and index.isdigit() and len(index) < _INDEX_DIGITS:
        return int(index)
    if isinstance(index, bool) or not isinstance(index, int | float):
        return None
    return int(index) if math.isfinite(index) and index == int(index) else None


def _vector(value: object, place: int, texts: int) -> Vectors:
    who = f"text {place + 1} of {texts}"
    if value is None:
        raise NoVectorsError(f"{who} has no vector, but null")
    try:
        with np.errstate(over="ignore"):  # what is not finite is refused where all vectors are checked
            vector = _from_base64(value) if isinstance(value, str) else np.array(value, dtype=np.float32)
    except (ValueError, TypeError, OverflowError) as problem:
        raise NoVectorsError(f"{who} has no vector of numbers: {problem}") from problem
    if vector.ndim == 2:
        raise NoVectorsError(f"{who} has {len(vector)} vectors: one for each token, not one for the text")
    if vector.ndim != 1 or not vector.size:
        raise NoVectorsError(f"{who} has a vector without numbers")
    return vector


def _from_base64(value: str) -> Vectors:
    try:
        vector = np.frombuffer(base64.b64decode(value, validate=True), dtype="<f4").astype(np.float32)
    except ValueError as problem:  # binascii.Error is one
        raise ValueError(f"{value[:20]!r} is not base64 of float32 ({problem})") from problem
    largest = float(np.abs(vector[np.isfinite(vector)]).max(initial=0))
    if largest > _LARGEST or 0 < largest < _SMALLEST:
        raise ValueError(f"{value[:20]!r} is base64, but not of little-endian float32: the largest is {largest:.3g}")
    return vector
