"""``openai:MODEL``: any endpoint that speaks OpenAI's embeddings protocol, vLLM's included."""

from __future__ import annotations

import os
import weakref
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from synthcode.errors import InputError, ServerError, first_line
from synthcode.evaluation.encoder import ONLY_EXIT, Encoded, Role, Trait, Vectors
from synthcode.identity import digest
from synthcode.llm.backends.openai.addresses import parse_address
from synthcode.network.certificates import client_context, tls_problem
from synthcode.network.proxies import proxy_for
from synthcode.redaction import redact, refuse_credentials_in_address, register
from synthcode.sanitize import one_line

OPENAI_ADDRESS = "https://api.openai.com/v1"
TEXTS_IN_REQUEST = 32
REQUESTS_IN_FLIGHT = 8
RETRIES = 6
"""After 429, 5xx and lost connections; the client waits half a second and more between them."""


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
    ) -> None:
        from openai import DefaultHttpxClient, OpenAI

        self.name = f"openai:{model}"
        self._model, self._max_tokens, self._prompts = model, max_tokens, dict(prompts or {})
        address = base_url or os.environ.get("OPENAI_BASE_URL")
        key = os.environ.get("OPENAI_API_KEY")
        if address is None and key is None:
            raise InputError(
                "no embeddings server was named", "give --base-url, or set OPENAI_API_KEY for OpenAI's own"
            )
        refuse_credentials_in_address(address or "", "the address of the embeddings server")
        register(key)
        url = parse_address(address or OPENAI_ADDRESS)
        proxy = proxy_for(str(url))
        # A local server needs no key, but the client requires one. Neither key nor texts follow a redirect.
        client = DefaultHttpxClient(
            follow_redirects=False,
            trust_env=False,
            proxy=None if proxy is None else proxy.url,
            verify=client_context() if url.scheme == "https" else True,
        )
        self._client = OpenAI(
            base_url=str(url.with_query(None)),
            default_query=dict(url.query),
            api_key=key or "none",
            max_retries=RETRIES,
            http_client=client,
        )
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
        batches = [inputs[start : start + TEXTS_IN_REQUEST] for start in range(0, len(inputs), TEXTS_IN_REQUEST)]
        with ThreadPoolExecutor(REQUESTS_IN_FLIGHT) as pool:
            answers = list(pool.map(self._ask, batches))
        if len({vectors.shape[1] for vectors, _ in answers}) > 1:
            raise self._nonsense("vectors of several lengths")
        vectors = np.concatenate([vectors for vectors, _ in answers])
        tokens = np.concatenate([np.full(len(vectors), tokens // len(vectors)) for vectors, tokens in answers])
        with np.errstate(invalid="ignore", over="ignore"):  # what is not finite is refused where it is stored
            lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.finfo(np.float32).tiny)
            unit = vectors / lengths
        return Encoded({ONLY_EXIT: unit}, tokens.astype(np.int32), np.zeros(len(texts), dtype=np.bool_))

    def _ask(self, inputs: list[str]) -> tuple[Vectors, int]:
        """Return the vectors of some texts, in their order, and the tokens of all together."""
        from openai import OpenAIError

        cut = None if self._max_tokens is None else {"truncate_prompt_tokens": self._max_tokens}
        try:
            answer = self._client.embeddings.create(model=self._model, input=inputs, extra_body=cut)
            return _vectors(answer.data, len(inputs)), answer.usage.prompt_tokens if answer.usage else 0
        except OpenAIError as problem:
            raise self._refusal(problem) from problem
        except (ValueError, TypeError, AttributeError) as problem:  # JSON of another form
            raise self._nonsense(first_line(problem)) from problem

    def _nonsense(self, what: str) -> ServerError:
        return ServerError(
            f"{self._client.base_url} gave no embeddings of {self._model!r}: {what}",
            "see whether that is the address of an embeddings server",
        )

    def _refusal(self, problem: Exception) -> ServerError:
        server = f"{self._client.base_url} gave no embeddings of {self._model!r}"
        if tls := tls_problem(problem):
            return ServerError(f"{server}: {tls.reason}", tls.fix)
        if location := _redirected_to(problem):
            return ServerError(
                f"{server}: it redirects to {redact(location)}", "give that address with --base-url, if you trust it"
            )
        what = f"{server}: {redact(first_line(problem))}"
        fixes = {
            "APIConnectionError": "start the server, or give its address with --base-url",
            "APITimeoutError": "see whether the server is overloaded; what was encoded is kept",
            "NotFoundError": "name a model that the server has, as openai:MODEL",
            "AuthenticationError": "set the right key in OPENAI_API_KEY",
            "BadRequestError": "if a text is too long, give --max-tokens (vLLM cuts texts to it)",
        }
        return ServerError(
            what, fixes.get(type(problem).__name__, "see what the server says; what was encoded is kept")
        )


def _redirected_to(problem: Exception) -> str | None:
    """Return where a server redirects, without a query; None if it does not."""
    from openai import APIStatusError

    if not isinstance(problem, APIStatusError) or not 300 <= problem.status_code < 400:
        return None
    return one_line(problem.response.headers.get("location", "nowhere").partition("?")[0])


def _vectors(items: Sequence[Any], texts: int) -> Vectors:
    """Return the vectors of an answer in the texts' order, (texts, width)."""
    rows = sorted(items, key=lambda item: item.index)
    if [row.index for row in rows] != list(range(texts)):
        raise ValueError(f"{len(rows)} vectors for {texts} texts, or not numbered as those are")
    widths = [len(row.embedding) for row in rows]
    if other := next((place for place, width in enumerate(widths) if width != widths[0]), None):
        raise ValueError(
            f"text {other + 1} of {texts} has a vector of {widths[other]} numbers, text 1 one of {widths[0]}"
        )
    with np.errstate(over="ignore"):
        vectors = np.array([row.embedding for row in rows], dtype=np.float32)
    if vectors.ndim != 2 or not vectors.size:
        raise ValueError("vectors without numbers")
    return vectors
