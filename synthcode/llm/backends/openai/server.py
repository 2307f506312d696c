"""Any server that speaks OpenAI's chat completions: vLLM, SGLang, llama.cpp, hosted ones."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from typing import Any, Self

import orjson

from synthcode import redaction
from synthcode.errors import ServerError
from synthcode.llm.backend import ACCESS, AttemptFailed, CachedTokens, ErrorKind
from synthcode.llm.backends.context_window import fits_for_certain, refuse_cut, refuse_misfit, with_cut_named
from synthcode.llm.backends.openai.answers.completions import completion_of, parse_token_count, read_answer
from synthcode.llm.backends.openai.answers.metrics import parse_cached_tokens
from synthcode.llm.backends.openai.answers.model_lists import listed_as
from synthcode.llm.backends.openai.answers.raw_answers import redacted
from synthcode.llm.backends.openai.chat_requests import ChatRequests
from synthcode.llm.backends.openai.connection.api_key import checked_key
from synthcode.llm.backends.openai.connection.replicas import REST_S, Replica, Replicas
from synthcode.llm.backends.openai.connection.transport import Transport
from synthcode.llm.backends.openai.errors import access_failure, lack
from synthcode.llm.backends.openai.probing.harmless import CHECK_S
from synthcode.llm.backends.openai.probing.preflight import Preflight
from synthcode.llm.backends.openai.probing.probe import PREFILL_FIELDS, takes_prefill, takes_stop
from synthcode.llm.backends.openai.probing.suspicions import Suspicions
from synthcode.llm.sampling import max_tokens_of, sampling_fields
from synthcode.network.proxies import proxy_for
from synthcode.schemas.records import Completion, Message, Request

_UNSENT = frozenset({ErrorKind.CONNECTION, ErrorKind.TLS})


class OpenAIServer:
    """One server, or several replicas with the same model.

    Parameters
    ----------
    base_urls
        Up to and including ``/v1``.
    model
        The model that :meth:`check` looks for.
    api_key
        Sent as a bearer token, and never to where a server redirects; never logged, shown or stored.
    key_urls
        Those of ``base_urls`` that are sent the key; None means all. See
        :mod:`synthcode.llm.backends.openai.connection.api_key`.
    prefill
        Whether to have the last message, where it is of role assistant, continued; see :meth:`find_out`.
    model_check
        Whether a server must list the model, or answer for it if it lists none.
    use_proxies
        Whether the proxies of the environment count.

    Raises
    ------
    InputError
        If an address or the key cannot be used.
    """

    def __init__(
        self,
        base_urls: Iterable[str],
        model: str,
        api_key: str | None = None,
        *,
        key_urls: Iterable[str] | None = None,
        prefill: bool = False,
        model_check: bool = True,
        use_proxies: bool = True,
    ) -> None:
        self.model = model
        self._replicas = Replicas(base_urls)
        if use_proxies:
            for replica in self._replicas.all:
                proxy_for(str(replica.url))  # refuses one that is not supported
        key = checked_key(api_key)
        redaction.register(key)
        self._redactor = redaction.current()
        trusted = self._replicas.all if key_urls is None else Replicas.parse(key_urls)
        self._transport = Transport(key, {replica.chat.origin() for replica in trusted}, use_proxies=use_proxies)
        self._chat = ChatRequests(self._transport)
        self._model_check = model_check
        self._preflight = Preflight(self._transport, self._chat, self._redactor, model, model_check=model_check)
        self._suspicions = Suspicions(self._chat, self._withholds_key, self._preflight.answers_for)
        self._prefill = prefill
        self._counts_tokens = False
        self.window: int | None = None
        """Tokens of prompt and answer together, once :meth:`check` has run; None if no server says."""

    def __repr__(self) -> str:
        return f"OpenAIServer({self._replicas!r}, model={self.model!r})"

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(self, *problem: object) -> None:
        await self._transport.__aexit__(*problem)

    async def check(self) -> None:
        """Find out whether one replica is there at least, and whether each that is there has the model."""
        absences = []
        for replica in self._replicas.all:
            try:
                models = await self._preflight.examine(replica)
            except ServerError as problem:
                absences.append(problem)
                continue
            name = None if models is None else listed_as(self.model, models)
            if models is not None and name is None and self._model_check:
                raise lack(replica.base, self.model, list(models))
            if models is not None and name is not None:
                windows = [known for known in (self.window, models[name]) if known is not None]
                self.window = min(windows, default=None)
        if len(absences) == len(self._replicas.all):
            raise absences[0]

    async def find_out(self, *, prefill: bool, stop: bool) -> bool:
        """Find out, once, what the requests need of the server; see ``ProbesCapabilities.find_out``."""
        first = self._replicas.all[0]

        async def ask(body: dict[str, Any]) -> bytes:
            try:
                async with asyncio.timeout(CHECK_S):
                    return await self._chat.send(first.chat, body)
            except AttemptFailed as failure:
                if failure.kind not in ACCESS:
                    raise
                raise access_failure(first.base, failure, key_withheld=self._withholds_key(first)) from None

        self._counts_tokens = self.window is not None and await self._try_to_count(first)
        if prefill and not await takes_prefill(ask, self.model):
            raise ServerError(
                f"the model server at {first.base} does not continue a message of role assistant",
                "use a prompt without assistant.jinja, or a server that does: vLLM, SGLang",
            )
        self._prefill = prefill
        return not stop or await takes_stop(ask, self.model)

    async def cached_prompt_tokens(self) -> CachedTokens | None:
        """Return what the prefix caches of all replicas have served; None if not all of them tell."""
        found = []
        for replica in self._replicas.all:
            try:
                async with asyncio.timeout(CHECK_S):
                    tokens = parse_cached_tokens(await self._transport.exchange("GET", replica.metrics, None))
            except (AttemptFailed, TimeoutError):
                return None
            if tokens is None:
                return None
            found.append(tokens)
        return CachedTokens(sum(one.asked for one in found), sum(one.hit for one in found))

    async def _try_to_count(self, replica: Replica) -> bool:
        try:
            async with asyncio.timeout(CHECK_S):
                await self._count_tokens(replica, (Message("user", "hello"),))
        except (AttemptFailed, TimeoutError):
            return False
        return True

    async def _count_tokens(self, replica: Replica, messages: Sequence[Message]) -> int:
        body = {"model": self.model, "messages": _turns(messages), **self._prefill_fields(messages)}
        return parse_token_count(await self._transport.exchange("POST", replica.tokenize, orjson.dumps(body)))

    async def models(self) -> list[str]:
        """Return the names of the models that the first replica has.

        Raises
        ------
        ServerError
            If it is not there.
        """
        return list(await self._preflight.models(self._replicas.all[0]))

    async def complete(self, request: Request) -> Completion | None:
        """Ask one replica once; the next one where it takes no connection."""
        body = self._body(request)
        refused: AttemptFailed | None = None
        for replica in self._replicas.in_order(request.seed_id):
            started = time.perf_counter()
            try:
                await self._refuse_misfit(replica, request)
                answer = await self._chat.send(replica.chat, body)
                return self._read(answer, time.perf_counter() - started, request)
            except AttemptFailed as failure:
                failure.message = self._redactor.message(failure.message)
                if (failure.retry_after_s or 0.0) > REST_S:
                    self._replicas.rest(replica)
                if failure.kind not in _UNSENT:
                    raise await self._suspicions.settled(failure, replica, request) from None
                self._replicas.rest(replica)
                refused = failure
        assert refused is not None
        raise refused

    def _withholds_key(self, replica: Replica) -> bool:
        return self._transport.withholds_key(replica.chat)

    async def _refuse_misfit(self, replica: Replica, request: Request) -> None:
        """Refuse what does not fit the window; a tokenizer is asked only where that is not certain."""
        if self.window is None or not self._counts_tokens:
            return
        max_tokens = max_tokens_of(request.sampling)
        if max_tokens is not None and not fits_for_certain(request.messages, max_tokens, self.window):
            refuse_misfit(await self._count_tokens(replica, request.messages), max_tokens, self.window)

    def _body(self, request: Request) -> dict[str, Any]:
        messages = request.messages
        body = {"model": request.model, "messages": _turns(messages)}
        return {**body, **sampling_fields(request.sampling), **self._prefill_fields(messages)}

    def _prefill_fields(self, messages: Sequence[Message]) -> dict[str, Any]:
        return PREFILL_FIELDS if self._prefill and messages[-1].role == "assistant" else {}

    def _read(self, body: bytes, latency_s: float, request: Request) -> Completion:
        max_tokens = max_tokens_of(request.sampling)
        answer = read_answer(body)
        completion = redacted(completion_of(answer, body, latency_s), answer, self._redactor)
        completion = with_cut_named(completion, max_tokens)
        refuse_cut(completion, max_tokens, self.window)
        return completion


async def list_models(base_url: str, api_key: str | None = None) -> list[str]:
    """Return the names of the models that a server has.

    Raises
    ------
    InputError
        If the address or the key cannot be used.
    ServerError
        If the server is not there.
    """
    async with OpenAIServer([base_url], "", api_key) as server:
        return await server.models()


def _turns(messages: Sequence[Message]) -> list[dict[str, str]]:
    return [{"role": message.role, "content": message.content} for message in messages]
