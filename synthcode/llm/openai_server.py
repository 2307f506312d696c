"""Any server that speaks OpenAI's chat completions: vLLM, SGLang, llama.cpp, hosted ones."""

from __future__ import annotations

import asyncio
import functools
import os
import time
from collections.abc import Iterable
from typing import Any, Self

import aiohttp
import orjson
from yarl import URL

import synthcode
from synthcode.errors import InputError, ServerError, did_you_mean
from synthcode.llm.backend import AttemptFailed, ErrorKind, one_line
from synthcode.llm.openai_answers import error_kind, error_message, parse_completion, parse_models
from synthcode.llm.replicas import Replica, Replicas
from synthcode.llm.retries import parse_retry_after
from synthcode.schemas.records import Completion, Request

MAX_ANSWER_BYTES = 16 * 2**20
CHECK_S = 10.0
CONNECT_S = 10.0
KEEPALIVE_S = 4.0
"""Below the 5 s after which uvicorn, and vLLM with it, closes an idle connection: one reused just then fails."""
SECRET_CHARS = 8
"""Shorter keys are placeholders (EMPTY, none) that may well be words of a program."""
MODELS_SHOWN = 10

SAMPLING_FIELDS = frozenset(
    {
        *("temperature", "top_p", "top_k", "min_p", "max_tokens", "max_completion_tokens", "min_tokens"),
        *("seed", "stop", "stop_token_ids", "include_stop_str_in_output", "ignore_eos", "skip_special_tokens"),
        *("presence_penalty", "frequency_penalty", "repetition_penalty", "logit_bias", "bad_words"),
        *("response_format", "structured_outputs", "chat_template_kwargs", "reasoning_effort", "cache_salt"),
    }
)
"""What may be told to a server beside model and messages: vLLM ignores any field that it does not know, silently."""


class OpenAIServer:
    """One server, or several replicas with the same model.

    Parameters
    ----------
    base_urls
        Up to and including ``/v1``.
    model
        The model that :meth:`check` looks for.
    api_key
        Sent as a bearer token; never logged, shown or stored.
    prefill
        Whether the server is one (vLLM, SGLang) that continues a last message of role assistant when it is
        told to. Others take the fields for it without a word, and close the turn.

    Raises
    ------
    InputError
        Where an address or the key cannot be used.
    """

    def __init__(
        self, base_urls: Iterable[str], model: str, api_key: str | None = None, *, prefill: bool = False
    ) -> None:
        self.model = model
        self._replicas = Replicas(base_urls)
        self._key = _checked_key(api_key)
        self._prefill = prefill
        self._session: aiohttp.ClientSession | None = None

    def __repr__(self) -> str:
        return f"OpenAIServer({self._replicas!r}, model={self.model!r})"

    async def __aenter__(self) -> Self:
        headers = {
            "User-Agent": f"synthcode/{synthcode.__version__}",
            "Content-Type": "application/json",
            "Accept-Encoding": "identity",
        }
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        # How many are in flight, and for how long, is the scheduler's. Nothing is unpacked: it might be a bomb.
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEPALIVE_S),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            headers=headers,
        )
        return self

    async def __aexit__(self, *_problem: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def check(self) -> None:
        """Find out whether one replica is there at least, and whether each that is there has the model."""
        absences = []
        for replica in self._replicas.all:
            try:
                models = await self._models(replica)
            except ServerError as absence:
                absences.append(absence)
                continue
            if self.model not in models:
                raise _lack(replica.base, self.model, models)
        if len(absences) == len(self._replicas.all):
            raise absences[0]

    async def models(self) -> list[str]:
        """Return the names of the models that the first replica has.

        Raises
        ------
        ServerError
            Where it is not there.
        """
        return await self._models(self._replicas.all[0])

    async def complete(self, request: Request) -> Completion | None:
        """Ask one replica once; the next one where it takes no connection."""
        body = self._body(request)
        refused: AttemptFailed | None = None
        for replica in self._replicas.in_order(request.seed_id):
            started = time.perf_counter()
            try:
                answer = await self._exchange("POST", replica.chat, body)
                return parse_completion(answer, time.perf_counter() - started)
            except AttemptFailed as failure:
                failure.message = self._without_key(failure.message)
                if failure.kind is not ErrorKind.CONNECTION:
                    raise
                self._replicas.rest(replica)
                refused = failure
        assert refused is not None
        raise refused

    async def _models(self, replica: Replica) -> list[str]:
        try:
            async with asyncio.timeout(CHECK_S):
                return parse_models(await self._exchange("GET", replica.models, None))
        except TimeoutError as problem:
            raise _absence(replica.base, f"no answer within {CHECK_S:g} s") from problem
        except AttemptFailed as failure:
            raise _refusal(replica.base, failure) from failure

    def _body(self, request: Request) -> bytes:
        messages = [{"role": message.role, "content": message.content} for message in request.messages]
        body = {"model": request.model, "messages": messages, **_sampling(request.sampling)}
        if self._prefill and messages[-1]["role"] == "assistant":
            body |= {"add_generation_prompt": False, "continue_final_message": True}
        return orjson.dumps(body)

    async def _exchange(self, method: str, url: URL, body: bytes | None) -> bytes:
        """Send one HTTP request and return the body of its 200, without the key if that was in it."""
        assert self._session is not None, "not entered"
        try:
            async with self._session.request(method, url, data=body, allow_redirects=False) as response:
                answer = await _read(response)
                if response.status == 200:
                    return self._without_secret(answer)
                retry_after = response.headers.get("Retry-After")
                raise self._failure(response.status, answer, retry_after)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as problem:
            raise AttemptFailed(ErrorKind.CONNECTION, _reason(problem)) from problem
        except aiohttp.ClientError as problem:
            raise AttemptFailed(ErrorKind.DISCONNECTED, _reason(problem)) from problem

    def _failure(self, status: int, body: bytes, retry_after: str | None) -> AttemptFailed:
        message = f"HTTP {status}: {self._without_key(error_message(body))}"
        return AttemptFailed(error_kind(status, body), message, parse_retry_after(retry_after))

    def _without_key(self, text: str) -> str:
        return text.replace(self._key, "***") if self._key else text

    def _without_secret(self, answer: bytes) -> bytes:
        if self._key is None or len(self._key) < SECRET_CHARS:
            return answer
        return answer.replace(self._key.encode(), b"***")


async def list_models(base_url: str, api_key: str | None = None) -> list[str]:
    """Return the names of the models that a server has.

    Raises
    ------
    InputError
        Where the address or the key cannot be used.
    ServerError
        Where the server is not there.
    """
    async with OpenAIServer([base_url], "", api_key) as server:
        return await server.models()


@functools.lru_cache(maxsize=64)
def _sampling(text: str) -> dict[str, Any]:
    fields: dict[str, Any] = orjson.loads(text)
    for name in fields:
        if name not in SAMPLING_FIELDS:
            raise InputError(
                f"unknown sampling setting {name!r}{did_you_mean(name, SAMPLING_FIELDS)}",
                f"known: {', '.join(sorted(SAMPLING_FIELDS))}",
            )
    return fields


def _checked_key(key: str | None) -> str | None:
    key = (key or "").strip()
    if not key.isascii() or not key.isprintable():
        raise InputError("the API key holds characters that keys do not have", "copy it again; it is not shown here")
    return key or None


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """Return the body, unless it is longer than any completion."""
    if 0 <= (response.content_length or -1) <= MAX_ANSWER_BYTES:
        return await response.read()
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise AttemptFailed(ErrorKind.ANSWER_TOO_LARGE, f"more than {MAX_ANSWER_BYTES:,} bytes")
    return bytes(body)


def _reason(problem: aiohttp.ClientError) -> str:
    system = getattr(problem, "os_error", None)
    if isinstance(system, ConnectionError) and system.errno:
        return os.strerror(system.errno)  # asyncio's own words are "Connect call failed"
    return (system.strerror if system else None) or str(problem) or type(problem).__name__


def _absence(base: str, reason: str) -> ServerError:
    return ServerError(
        f"no model server answers at {base} ({reason})", "start it, or give another address with --base-url"
    )


def _refusal(base: str, failure: AttemptFailed) -> ServerError:
    if failure.kind is ErrorKind.UNAUTHORIZED:
        return ServerError(f"the model server at {base} does not take the key ({failure.message})", "set the right key")
    if failure.kind in (ErrorKind.NOT_FOUND, ErrorKind.BAD_ANSWER, ErrorKind.BAD_REQUEST):
        return ServerError(
            f"what answers at {base} lists no models ({failure.message})",
            "give the address of an OpenAI-compatible server, up to and including /v1",
        )
    return _absence(base, failure.message)


def _lack(base: str, model: str, models: list[str]) -> ServerError:
    names = ", ".join(one_line(name, 100) for name in sorted(models)[:MODELS_SHOWN]) or "none"
    more = f" and {len(models) - MODELS_SHOWN} more" if len(models) > MODELS_SHOWN else ""
    return ServerError(
        f"the model server at {base} does not have the model {model!r}{did_you_mean(model, models)}",
        f"give one that it has with --model: {names}{more}",
    )
