"""``openai:MODEL``: any endpoint that speaks OpenAI's embeddings protocol, vLLM's included."""

from __future__ import annotations

import os
import weakref
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from synthcode.errors import InputError, ServerError
from synthcode.evaluation.encoder import ONLY_EXIT, Encoded, Role, Trait
from synthcode.evaluation.encoders.endpoints.embedding_requests import EmbeddingRequests
from synthcode.evaluation.encoders.endpoints.endpoint import REQUESTS_IN_FLIGHT, open_client
from synthcode.identity import digest

OPENAI_ADDRESS = "https://api.openai.com/v1"


class OpenAIEmbeddings:
    """A model served by an embeddings endpoint.

    Parameters
    ----------
    model
        As the server knows it.
    base_url
        Up to and including ``/v1``; absent, ``OPENAI_BASE_URL``, and else OpenAI's.
    max_tokens
        Have the server cut longer inputs (vLLM's ``truncate_prompt_tokens``); absent, it refuses them.
    prompts
        ``query`` and ``document`` -> what to put before texts.
    batch_size
        Most texts of a request; absent, 32. A server that refuses so many is sent fewer.

    Raises
    ------
    InputError
        If there is no key for OpenAI's own server.
    """

    exits = (ONLY_EXIT,)

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        max_tokens: int | None = None,
        prompts: Mapping[str, str] | None = None,
        batch_size: int | None = None,
    ) -> None:
        self.name = f"openai:{model}"
        self._model, self._max_tokens, self._prompts = model, max_tokens, dict(prompts or {})
        address = base_url or os.environ.get("OPENAI_BASE_URL")
        if address is None and os.environ.get("OPENAI_API_KEY") is None:
            raise InputError(
                "no embeddings server was named", "give --base-url, or set OPENAI_API_KEY for OpenAI's own"
            )
        self._client = open_client(address or OPENAI_ADDRESS, "embeddings server")
        self._requests = EmbeddingRequests(self._client, model, max_tokens, batch_size)
        weakref.finalize(self, self._client.close)

    @property
    def sees(self) -> frozenset[Trait]:
        """Queries and documents are told apart where they have prompts."""
        return frozenset({"side"}) if self._prompts else frozenset()

    @property
    def identity(self) -> str:
        """A digest of server, model and prompts: what the server runs under that name is not to be seen."""
        return digest("openai", str(self._client.base_url), self._model, self._max_tokens, self._prompts)

    def encode(self, texts: Sequence[str], role: Role) -> Encoded:
        """Encode texts, some requests at a time; each text's tokens are its request's mean.

        Raises
        ------
        ServerError
            If the server is not there, does not have the model, refuses a text, or gives no vectors.
        """
        prompt = self._prompts.get(role.side, "")
        # The protocol takes no empty input.
        inputs = [prompt + text or " " for text in texts]
        size = self._requests.most_texts
        batches = [inputs[start : start + size] for start in range(0, len(inputs), size)]
        with ThreadPoolExecutor(REQUESTS_IN_FLIGHT) as pool:
            answers = [answer for part in pool.map(self._requests.ask, batches) for answer in part]
        if len(widths := {answer.vectors.shape[1] for answer in answers}) > 1:
            raise self._several_widths(sorted(widths))
        vectors = np.concatenate([vectors for vectors, _ in answers])
        tokens = np.concatenate([np.full(len(vectors), tokens // len(vectors)) for vectors, tokens in answers])
        with np.errstate(invalid="ignore", over="ignore"):  # what is not finite is refused where it is stored
            lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.finfo(np.float32).tiny)
            unit = vectors / lengths
        return Encoded({ONLY_EXIT: unit}, tokens.astype(np.int32), np.zeros(len(texts), dtype=np.bool_))

    def _several_widths(self, widths: Sequence[int]) -> ServerError:
        found = " and ".join(map(str, widths))
        return ServerError(
            f"{self._client.base_url} gave vectors of {found} numbers for texts of one batch",
            "see whether several models, or several servers, answer at that address",
        )
