"""Answers of rerank endpoints: Cohere's, Jina's, vLLM's, Voyage's and text-embeddings-inference's forms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from synthcode.evaluation.reranking.pair_scorer import PairScores
from synthcode.llm.backends.openai.answers.lenient_json import read_json
from synthcode.llm.error_bodies import is_error, words_in

_SHOWN_BYTES = 500
_LISTS = ("results", "data")
_SCORES = ("relevance_score", "score")


class NoScoresError(ValueError):
    """An answer with status 200 that holds no scores, or not one for each document.

    Parameters
    ----------
    what
        The problem, the server's words included.
    words
        The server's words; empty if it reports no error.
    """

    def __init__(self, what: str, words: str = "") -> None:
        super().__init__(what)
        self.words = words


def read_scores(body: bytes, documents: int) -> PairScores:
    """Return the score of each document, in the order of the request; some may be infinite or not a number.

    Raises
    ------
    NoScoresError
        If the body reports an error, or does not hold one score for each document.
    """
    shown = body[:_SHOWN_BYTES].decode("utf-8", "replace")
    try:
        answer = read_json(body)
    except ValueError as problem:
        raise NoScoresError(f"not JSON: {shown or 'an empty answer'}") from problem
    rows = _rows(answer)
    if rows is None:
        words = words_in(answer, shown).shown
        raise NoScoresError(f"no list of results in the answer: {words}", words)
    if len(rows) != documents:
        raise NoScoresError(f"{len(rows)} results for {documents} documents")
    scores = np.full(documents, np.nan)
    seen = set()
    for row in rows:
        place, score = _place(row, documents), _score(row)
        if place in seen:
            raise NoScoresError(f"two results for document {place + 1} of {documents}, and none for another")
        seen.add(place)
        scores[place] = score
    return scores


def _rows(answer: object) -> list[Any] | None:
    if isinstance(answer, dict) and not is_error(answer.get("error")):
        answer = next((answer[name] for name in _LISTS if isinstance(answer.get(name), list)), None)
    return answer if isinstance(answer, list) else None


def _place(row: Any, documents: int) -> int:
    place = row.get("index") if isinstance(row, dict) else None
    if type(place) is not int or not 0 <= place < documents:
        raise NoScoresError(f"a result for document {place!r} of {documents}, which are counted from 0")
    return place


def _score(row: dict[str, Any]) -> float:
    score = next((row[name] for name in _SCORES if name in row), None)
    if score is None or isinstance(score, bool):
        return math.nan
    try:
        return float(score)
    except (TypeError, ValueError, OverflowError):
        return math.nan
