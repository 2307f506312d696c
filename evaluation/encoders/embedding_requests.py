"""Requests to an embeddings endpoint, in the form that it takes: how vectors are encoded, how many texts at a time.

Servers differ in both, and none says so beforehand. What a server refuses is tried in another form, and what it takes
is remembered.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from synthcode.errors import ServerError, first_line
from synthcode.evaluation.encoders.embedding_answers import (
    Answer,
    NoVectorsError,
    about_batch,
    about_format,
    about_length,
    read_answer,
)
from synthcode.llm.error_bodies import words_of
from synthcode.network.certificates import tls_problem
from synthcode.redaction import redact
from synthcode.sanitize import one_line

if TYPE_CHECKING:
    from openai import APIStatusError, OpenAI

Format = Literal["base64", "float", "unnamed"]

FORMATS: tuple[Format, ...] = ("base64", "float", "unnamed")
"""In the order in which they are tried: a third of the bytes, what every server of the protocol knows, and no wish."""

TEXTS_IN_REQUEST = 32
REFUSED = (400, 413, 415, 422)
"""Statuses of requests that may be taken in another form."""

KEPT = "see what the server says; what was encoded is kept"
LENGTH_FIX = "if a text is too long, give --max-tokens (vLLM cuts texts to it)"
_FIXES = {
    401: "set the right key in OPENAI_API_KEY",
    403: "see whether the key in OPENAI_API_KEY may use this model",
    404: "name a model that the server has, as openai:MODEL",
}


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
        self._client, self._model, self._max_tokens = client, model, max_tokens
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
        except _Refused as refusal:
            half = (len(texts) + 1) // 2
            if len(texts) == 1 or not refusal.is_of_form:
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
        first: _Refused | None = None
        for format_ in FORMATS:
            try:
                answer = self._ask_once(texts, format_)
            except _Refused as refusal:
                if not refusal.is_of_form or (about_batch(refusal.words) and not about_format(refusal.words)):
                    raise
                # Of a text that is too long, the first refusal says so; later ones may be about the format.
                first = refusal if first is None or about_format(first.words) else first
                continue
            self._format = format_
            return answer
        assert first is not None
        raise first

    def _ask_once(self, texts: Sequence[str], format_: Format) -> Answer:
        import httpx2
        from openai import APIStatusError, OpenAIError

        body: dict[str, Any] = {"model": self._model, "input": texts}
        if format_ != "unnamed":
            body["encoding_format"] = format_
        if self._max_tokens is not None:
            body["truncate_prompt_tokens"] = self._max_tokens
        try:
            response = self._client.post("/embeddings", cast_to=httpx2.Response, body=body)
        except APIStatusError as problem:
            raise self._of_status(problem) from problem
        except OpenAIError as problem:
            raise self._of_connection(problem) from problem
        try:
            return read_answer(response.content, len(texts))
        except NoVectorsError as problem:
            raise _Refused(None, problem.words, str(problem)) from problem

    def _of_status(self, problem: APIStatusError) -> ServerError | _Refused:
        response = problem.response
        if 300 <= problem.status_code < 400:
            location = one_line(response.headers.get("location", "nowhere").partition("?")[0])
            return self._error(f"it redirects to {location}", "give that address with --base-url, if you trust it")
        words = words_of(response.content).shown.strip() or response.reason_phrase
        return _Refused(problem.status_code, words, f"HTTP {problem.status_code}: {words}")

    def _of_connection(self, problem: Exception) -> ServerError:
        if tls := tls_problem(problem):
            return self._error(tls.reason, tls.fix)
        fixes = {
            "APIConnectionError": "start the server, or give its address with --base-url",
            "APITimeoutError": "see whether the server is overloaded; what was encoded is kept",
        }
        return self._error(first_line(problem), fixes.get(type(problem).__name__, KEPT))

    def _failure(self, refusal: _Refused) -> ServerError:
        if refusal.status in _FIXES:
            return self._error(refusal.what, _FIXES[refusal.status])
        if about_length(refusal.words):
            return self._error(refusal.what, LENGTH_FIX)
        if refusal.status is None and not refusal.words:
            return self._error(refusal.what, "see whether that is the address of an embeddings server")
        return self._error(refusal.what, KEPT)

    def _error(self, what: str, fix: str) -> ServerError:
        server = f"{self._client.base_url} gave no embeddings of {self._model!r}"
        return ServerError(f"{server}: {one_line(redact(what))}", fix)


class _Refused(Exception):
    """A request that the server did not take."""

    def __init__(self, status: int | None, words: str, what: str) -> None:
        super().__init__(what)
        self.status, self.words, self.what = status, words, what

    @property
    def is_of_form(self) -> bool:
        """Whether the same texts may be taken in another form; gateways pass errors on with status 200, too."""
        if self.status is None:
            return about_batch(self.words) or about_format(self.what)
        return self.status in REFUSED
