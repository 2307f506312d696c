"""A rerank server on loopback, in each of the forms that servers have; it counts pairs, and fails on demand."""

from __future__ import annotations

import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

from synthcode.evaluation.model_probe import PROBE_TEXTS
from tests.support.services.json_server import json_server

MODEL = "judge"


def score(query: str, document: str) -> float:
    """Return the score of a pair: the words that both have, and a little that tells pairs apart."""
    common = len(set(query.split()) & set(document.split()))
    return common + zlib.crc32(f"{query}\0{document}".encode()) / 2**33


class RerankServer:
    """What it saw, and how it is to behave."""

    def __init__(self) -> None:
        self.base_url = ""
        self.path = "/v1/rerank"
        """The only path that it has."""
        self.documents = "documents"
        """The field of the documents."""
        self.needs_count = False
        """Whether it returns one result unless ``top_n`` says otherwise."""
        self.most = 1000
        """Documents of a request beyond which it is refused."""
        self.pairs: Counter[tuple[str, str]] = Counter()
        """How often each pair was scored and the answer was sent, but for those that probe the model."""
        self.answer_as: Callable[[list[dict[str, Any]]], Any] = lambda rows: {"results": rows}
        """The body for results of ``index`` and ``relevance_score``."""
        self.hold_after: int | None = None
        """Pairs after which no request is answered any more."""
        self.holding = threading.Event()
        self.fail_after: int | None = None
        """Pairs after which every request is answered with ``failure``."""
        self.failure: tuple[int, Any] = (400, {"error": {"message": "out of order"}})
        self.turn = 0.0
        """What is added to every score: another model by the same name."""
        self.keys: set[str] = set()
        self._lock = threading.Lock()

    def answer(self, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        if path != self.path:
            return 404, {"detail": "Not Found"}
        if self.documents not in body:
            return 422, {"detail": [{"msg": f"Field required: {self.documents}"}]}
        if body["model"] != MODEL:
            return 404, {"error": {"message": f"The model {body['model']!r} does not exist."}}
        query, documents = body["query"], body[self.documents]
        if len(documents) > self.most:
            return 400, {"error": {"message": f"at most {self.most} documents"}}
        with self._lock:
            is_probe = query in PROBE_TEXTS
            if not is_probe and self.fail_after is not None and self.pairs.total() >= self.fail_after:
                return self.failure
            is_held_back = not is_probe and self.hold_after is not None and self.pairs.total() >= self.hold_after
            count = body.get("top_n", 1) if self.needs_count else len(documents)
            if not is_probe and not is_held_back and count == len(documents):
                self.pairs.update((query, document) for document in documents)
        if is_held_back:
            self.holding.set()
            threading.Event().wait()  # until the process ends
        rows = [
            {"index": place, "relevance_score": score(query, document) + self.turn}
            for place, document in enumerate(documents)
        ]
        ranked = sorted(rows, key=lambda row: -row["relevance_score"])[:count]
        return 200, {"results": ranked} if is_probe and self.documents == "documents" else self.answer_as(ranked)


@contextmanager
def rerank_server() -> Iterator[RerankServer]:
    """Run the server until the block is left."""
    state = RerankServer()

    def answer(handler: BaseHTTPRequestHandler, body: Any) -> tuple[int, Any]:
        state.keys.add(handler.headers["Authorization"])
        return state.answer(handler.path, body)

    with json_server(answer) as state.base_url:
        yield state
