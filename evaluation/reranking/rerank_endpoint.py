"""A rerank endpoint: ``/rerank``, ``/v1/rerank`` or ``/v2/rerank``, in the form that the server takes.

Servers differ in the path, in the name of the documents and in how many they take; none says so beforehand. What a
server refuses is tried in another form, and what it takes is remembered.
"""

from __future__ import annotations

import re
import threading
import time
import weakref
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import groupby, islice
from typing import Any, NamedTuple

import numpy as np

from synthcode.errors import Interrupted, ServerError, SynthcodeError
from synthcode.evaluation.encoders.endpoints.embedding_answers import about_length
from synthcode.evaluation.encoders.endpoints.endpoint import REQUESTS_IN_FLIGHT, Endpoint, Refused, open_client
from synthcode.evaluation.reranking.pair_scorer import OnScored, Pair, PairScores, Scored
from synthcode.evaluation.reranking.rerank_answers import NoScoresError, read_scores
from synthcode.identity import digest

DOCUMENTS_IN_REQUEST = 100

_VERSION = re.compile(r"/v\d\w{0,9}/?$")
_NO_SUCH_PATH = (404, 405, 501)
_OF_FORM = (400, 413, 415, 422)
"""Statuses of requests that may be taken in another form."""
_FIXES = {
    401: "set the right key in OPENAI_API_KEY",
    403: "see whether the key in OPENAI_API_KEY may use this model",
    404: "name a model that the server has, as rerank:MODEL, and the address of a server that reranks",
}
_LENGTH_FIX = "if a text is too long, give --max-tokens (vLLM cuts texts to it)"


class _Form(NamedTuple):
    """How a server is asked."""

    path: str
    documents: str
    """The field's name; ``texts`` in text-embeddings-inference."""
    counts: bool
    """Whether the request says how many results to return: some servers return fewer than all otherwise."""


class RerankEndpoint:
    """A reranker that a server runs.

    Parameters
    ----------
    model
        As the server knows it.
    base_url
        Of the server, with ``/v1`` or ``/v2`` or without.
    max_tokens
        Have the server cut longer inputs (vLLM's ``truncate_prompt_tokens``); absent, it refuses them or cuts them.
    batch_size
        Most documents of a request; absent, 100. A server that refuses so many is sent fewer.

    Raises
    ------
    InputError
        If it is not an address.
    """

    def __init__(self, model: str, *, base_url: str, max_tokens: int | None, batch_size: int | None) -> None:
        self.name = f"rerank:{model}"
        self._model, self._max_tokens = model, max_tokens
        client = open_client(base_url, "rerank server")
        self._address = str(client.base_url).rstrip("/")
        self._endpoint = Endpoint(client, f"no scores of {model!r}", "scored")
        self._most_documents = batch_size or DOCUMENTS_IN_REQUEST
        self._form: _Form | None = None
        """That the server has taken."""
        self._lock = threading.Lock()
        weakref.finalize(self, client.close)

    @property
    def identity(self) -> str:
        """A digest of server, model and longest input: what the server runs under that name is not to be seen."""
        return digest("rerank endpoint", self._address, self._model, self._max_tokens)

    def score(self, pairs: Sequence[Pair], on_scored: OnScored) -> None:
        """Send some requests at a time, and hand over the scores of each as it is answered.

        Raises
        ------
        ServerError
            If the server is not there, does not have the model, refuses a text, or gives no scores.
        """
        requests = self._requests(pairs)
        failure: BaseException | None = None
        with ThreadPoolExecutor(REQUESTS_IN_FLIGHT) as pool:
            in_flight = self._submitted(pool, pairs, requests, 1)  # it finds out what form the server takes
            while in_flight:
                done, in_flight = wait(in_flight, return_when=FIRST_COMPLETED)
                for answered in done:
                    try:
                        on_scored(answered.result())
                    except (SynthcodeError, Interrupted) as problem:  # what is in flight is waited for, and kept
                        failure = failure or problem
                if failure is None:
                    in_flight |= self._submitted(pool, pairs, requests, REQUESTS_IN_FLIGHT - len(in_flight))
        if failure is not None:
            raise failure

    def _submitted(
        self, pool: ThreadPoolExecutor, pairs: Sequence[Pair], requests: Iterator[range], number: int
    ) -> set[Future[Scored]]:
        return {pool.submit(self._timed, pairs, places) for places in islice(requests, number)}

    def _requests(self, pairs: Sequence[Pair]) -> Iterator[range]:
        """Yield the places of the pairs of each request: one query, and some of its documents."""
        start = 0
        for _, of_query in groupby(pairs, key=lambda pair: pair.query):
            end = start + sum(1 for _ in of_query)
            while start < end:
                size = min(self._most_documents, end - start)
                yield range(start, start + size)
                start += size

    def _timed(self, pairs: Sequence[Pair], places: range) -> Scored:
        started = time.perf_counter()
        scores = self._ask(pairs[places[0]].query, [pairs[place].document for place in places])
        return Scored(places, scores, time.perf_counter() - started)

    def _ask(self, query: str, documents: list[str]) -> PairScores:
        """Return the scores of documents, in one request or, if the server takes fewer at a time, several."""
        try:
            return self._ask_forms(query, documents)
        except Refused as refusal:
            half = (len(documents) + 1) // 2
            if len(documents) == 1 or refusal.status not in _OF_FORM or about_length(refusal.words):
                raise self._failure(refusal) from refusal
            with self._lock:
                self._most_documents = min(self._most_documents, half)
            return np.concatenate([self._ask(query, documents[:half]), self._ask(query, documents[half:])])

    def _ask_forms(self, query: str, documents: list[str]) -> PairScores:
        """Ask in the form that the server takes; before any is known, in one after another."""
        if self._form is not None:
            return self._ask_once(self._form, query, documents)
        first: Refused | None = None
        for form in self._forms():
            try:
                scores = self._ask_once(form, query, documents)
            except Refused as refusal:
                is_about_model = refusal.status == 404 and self._model in refusal.words
                if is_about_model or refusal.status not in (*_NO_SUCH_PATH, *_OF_FORM, None):
                    raise
                # Where there is an endpoint, what it says counts more than what other paths say.
                if first is None or (first.status in _NO_SUCH_PATH and refusal.status not in _NO_SUCH_PATH):
                    first = refusal
                continue
            self._form = form
            return scores
        assert first is not None
        raise first

    def _forms(self) -> Iterator[_Form]:
        root = _VERSION.sub("", self._address)
        paths = dict.fromkeys([f"{self._address}/rerank", *(f"{root}{at}/rerank" for at in ("/v1", "", "/v2"))])
        for path in paths:
            yield from (_Form(path, "documents", counts=False), _Form(path, "documents", counts=True))
            yield _Form(path, "texts", counts=False)

    def _ask_once(self, form: _Form, query: str, documents: list[str]) -> PairScores:
        body: dict[str, Any] = {"model": self._model, "query": query or " ", form.documents: documents}
        if form.counts:
            body["top_n"] = len(documents)
        if self._max_tokens is not None:
            body["truncate_prompt_tokens"] = self._max_tokens
        content = self._endpoint.post(form.path, body)
        try:
            return read_scores(content, len(documents))
        except NoScoresError as problem:
            raise Refused(None, problem.words, str(problem)) from problem

    def _failure(self, refusal: Refused) -> ServerError:
        if refusal.status in _FIXES:
            return self._endpoint.error(refusal.what, _FIXES[refusal.status])
        if about_length(refusal.words):
            return self._endpoint.error(refusal.what, _LENGTH_FIX)
        if refusal.status is None and not refusal.words:
            fix = "see whether that is the address of a server that reranks; what was scored is kept"
            return self._endpoint.error(refusal.what, fix)
        return self._endpoint.error(refusal.what)
