"""Requests to an embeddings endpoint, in the form that it takes: how vectors are encoded, how many texts at a time.

Servers differ in both, and none says so beforehand. What a server refuses is tried in another form, and what it takes
is remembered.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from synthcode.errors import ServerError
from synthcode.evaluation.encoders.endpoints.embedding_answers import (
    Answer,
    MiscountedError,
    NoVectorsError,
    about_batch,
    about_format,
    about_length,
    read_answer,
)
from synthcode.evaluation.encoders.endpoints.endpoint import Endpoint, Refused

if TYPE_CHECKING:
    from openai import OpenAI

Format = Literal["base64", "float", "unnamed"]

FORMATS: tuple[Format, ...] = ("base64", "float", "unnamed")
"""In the order in which they are tried: a third of the bytes, what every server of the protocol knows, and no wish."""

TEXTS_IN_REQUEST = 32
REFUSED = (400, 413, 415, 422)
"""Statuses of requests that may be taken in another form."""

LENGTH_FIX = "if a text is too long, give --max-tokens (vLLM cuts texts to it)"
_FIXES = {
    401: "set the right key in OPENAI_API_KEY",
    403: "see whether the key in OPENAI_API_KEY may use this model",
    404: "name a model that the server has, as openai:MODEL",
}


class _Miscounted(Refused):
    """An answer of which it is not clear which vector is whose; of one text it is."""


class EmbeddingRequests:
    """The endpoint of one model.

    Parameters
    ----------
    client
        Repeats requests after 429, 5xx and lost connections.
    model
        As the server knows it.
    max_tokens
        Sent as vLLM's ``truncate_prompt_tokens``.
    batch_size
        Most texts of a request; fewer are sent if the server refuses so many.
    """

    def __init__(self, client: OpenAI, model: str, max_tokens: int | None, batch_size: int | None) -> None:
        self._endpoint = Endpoint(client, f"no embeddings of {model!r}", "encoded")
        self._model, self._max_tokens = model, max_tokens
        self._most_texts = batch_size or TEXTS_IN_REQUEST
        self._format: Format | None = None
        """That the server has taken."""
        self._lock = threading.Lock()

    @property
    def most_texts(self) -> int:
        """Texts of a request that the server is thought to take."""
        return self._most_texts

    def ask(self, texts: list[str]) -> list[Answer]:
        """Return the answers for some texts, in their order: one, or several if the server takes fewer at a time.

        Raises
        ------
        ServerError
            If the server is not there, does not have the model, refuses a text, or gives no vectors.
        """
        if len(texts) > self._most_texts:
            return self._ask_parts(texts, self._most_texts)
        try:
            return [self._ask_formats(texts)]
        except _Miscounted as refusal:
            if len(texts) == 1:
                raise self._failure(refusal) from refusal
            with self._lock:
                self._most_texts = 1
            return self._ask_parts(texts, 1)
        except Refused as refusal:
            half = (len(texts) + 1) // 2
            if len(texts) == 1 or not _is_of_form(refusal):
                raise self._failure(refusal) from refusal
            if about_batch(refusal.words) or not about_length(refusal.words):
                with self._lock:
                    self._most_texts = min(self._most_texts, half)
            return self._ask_parts(texts, half)

    def _ask_parts(self, texts: list[str], size: int) -> list[Answer]:
        parts = [texts[start : start + size] for start in range(0, len(texts), size)]
        return [answer for part in parts for answer in self.ask(part)]

    def _ask_formats(self, texts: list[str]) -> Answer:
        """Ask in the format that the server takes; before any is known, in one after another."""
        if self._format is not None:
            return self._ask_once(texts, self._format)
        first: Refused | None = None
        for format_ in FORMATS:
            try:
                answer = self._ask_once(texts, format_)
            except _Miscounted:
                self._format = format_
                raise
            except Refused as refusal:
                if not _is_of_form(refusal) or (about_batch(refusal.words) and not about_format(refusal.words)):
                    raise
                # Of a text that is too long, the first refusal says so; later ones may be about the format.
                first = refusal if first is None or about_format(first.words) else first
                continue
            self._format = format_
            return answer
        assert first is not None
        raise first

    def _ask_once(self, texts: Sequence[str], format_: Format) -> Answer:
        body: dict[str, Any] = {"model": self._model, "input": texts}
        if format_ != "unnamed":
            body["encoding_format"] = format_
        if self._max_tokens is not None:
            body["truncate_prompt_tokens"] = self._max_tokens
        content = self._endpoint.post("/embeddings", body)
        try:
            return read_answer(content, len(texts))
        except NoVectorsError as problem:
            kind = _Miscounted if isinstance(problem, MiscountedError) else Refused
            raise kind(None, problem.words, str(problem)) from problem

    def _failure(self, refusal: Refused) -> ServerError:
        if refusal.status in _FIXES:
            return self._endpoint.error(refusal.what, _FIXES[refusal.status])
        if about_length(refusal.words):
            return self._endpoint.error(refusal.what, LENGTH_FIX)
        if refusal.status is None and not refusal.words:
            return self._endpoint.error(refusal.what, "see whether that is the address of an embeddings server")
        return self._endpoint.error(refusal.what)


def _is_of_form(refusal: Refused) -> bool:
    """Return whether the same texts may be taken in another form; gateways pass errors on with status 200, too."""
    if refusal.status is None:
        return about_batch(refusal.words) or about_format(refusal.what)
    return refusal.status in REFUSED
