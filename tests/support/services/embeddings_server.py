"""An embeddings server on loopback that counts its requests, and fails on demand."""

from __future__ import annotations

import base64
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

import numpy as np

from synthcode.evaluation.encoder import Role
from synthcode.evaluation.model_probe import PROBE_TEXTS
from tests.support.models.encoders import HashingEncoder
from tests.support.services.json_server import json_server

MODEL = "hash"


class EmbeddingsServer:
    """What it saw, and how it is to fail."""

    def __init__(self) -> None:
        self.base_url = ""
        self.texts: Counter[str] = Counter()
        """Text -> how often it was encoded and the answer was sent, but for the texts that probe the model."""
        self.probes = 0
        """How often the model was probed."""
        self.turn = 0
        """By how many places vectors are turned: another model by the same name."""
        self.fail_next = 0
        """Requests that are to be answered with 500."""
        self.hold_after: int | None = None
        """Texts after which no request is answered any more."""
        self.holding = threading.Event()
        self.longest = 10_000
        """Characters of a text beyond which it is refused."""
        self.distort: Callable[[dict[str, Any]], Any] | None = None
        """What becomes of an answer on its way."""
        self.refuse: Callable[[dict[str, Any]], tuple[int, Any] | None] | None = None
        """Status and body for a request that is not taken; None takes it."""
        self.requests: list[tuple[int, str | None]] = []
        """Texts and format of each request that was taken."""
        self.refused = 0
        """Requests that were not taken by ``refuse``."""
        self.spares_probes = False
        """Whether answers to probes come as they are."""
        self._lock = threading.Lock()

    def answer(self, body: dict[str, Any]) -> tuple[int, Any]:
        texts = body["input"]
        with self._lock:
            if self.fail_next:
                self.fail_next -= 1
                return 500, {"error": {"message": "overloaded"}}
            if self.refuse is not None and (refusal := self.refuse(body)) is not None:
                self.refused += 1
                return refusal
            self.requests.append((len(texts), body.get("encoding_format")))
            if body["model"] != MODEL:
                return 404, {"error": {"message": f"The model {body['model']!r} does not exist."}}
            if max(map(len, texts)) > body.get("truncate_prompt_tokens", self.longest):
                return 400, {"error": {"message": "This model's maximum context length is exceeded."}}
            is_probe = tuple(texts) == PROBE_TEXTS
            is_held_back = not is_probe and self.hold_after is not None and self.texts.total() >= self.hold_after
            self.probes += is_probe
            if not is_held_back and not is_probe:
                self.texts.update(texts)
        if is_held_back:
            self.holding.set()
            threading.Event().wait()  # until the process ends
        vectors = HashingEncoder().encode(texts, Role("", "", "")).vectors[0]
        vectors = np.roll(vectors, self.turn, axis=1) if self.turn else vectors
        encode = _base64 if body.get("encoding_format") == "base64" else _floats
        rows = [{"index": number, "embedding": encode(vector)} for number, vector in enumerate(vectors)]
        return 200, {"object": "list", "data": rows[::-1], "model": MODEL, "usage": {"prompt_tokens": 7 * len(texts)}}


def _base64(vector: np.ndarray) -> str:
    return base64.b64encode((3 * vector).astype("<f4").tobytes()).decode()


def _floats(vector: np.ndarray) -> list[float]:
    return (3 * vector).astype("<f4").tolist()


@contextmanager
def embeddings_server() -> Iterator[EmbeddingsServer]:
    """Run the server until the block is left."""
    state = EmbeddingsServer()

    def answer(_handler: BaseHTTPRequestHandler, body: Any) -> tuple[int, Any]:
        status, said = state.answer(body)
        is_probe = tuple(body["input"]) == PROBE_TEXTS
        distorts = status == 200 and not (is_probe and state.spares_probes)
        return status, state.distort(said) if state.distort and distorts else said

    with json_server(answer) as state.base_url:
        yield state
