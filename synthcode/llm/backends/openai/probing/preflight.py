"""Whether a server is there and has the model, found out before the first request."""

from __future__ import annotations

import asyncio

from yarl import URL

from synthcode.errors import ServerError
from synthcode.llm.backend import ACCESS, AttemptFailed, ErrorKind
from synthcode.llm.backends.openai.answers.model_lists import is_first_page, listed_as, parse_models
from synthcode.llm.backends.openai.chat_requests import ChatRequests
from synthcode.llm.backends.openai.connection.addresses import below, possible_bases
from synthcode.llm.backends.openai.connection.replicas import Replica
from synthcode.llm.backends.openai.connection.transport import Transport
from synthcode.llm.backends.openai.errors import other_scheme, refusal
from synthcode.llm.backends.openai.probing.harmless import CHECK_S, harmless_body, probe
from synthcode.network.certificates import WRITE_HTTP
from synthcode.redaction import Redactor

_NOT_THERE = frozenset({ErrorKind.CONNECTION, ErrorKind.TLS, ErrorKind.DISCONNECTED, ErrorKind.TIMEOUT})
_ENTRY = frozenset({ErrorKind.UNAUTHORIZED, ErrorKind.NO_CREDIT, ErrorKind.REDIRECTED})
"""What a list of models is refused for that every request will be refused for."""
_AWAY = frozenset({*_NOT_THERE, ErrorKind.OVERLOADED, ErrorKind.SERVER_ERROR})
_PROOF = frozenset({ErrorKind.RATE_LIMITED, ErrorKind.TIMEOUT})
"""How a harmless request may fail at a server that is there, and only slow or busy."""


class Preflight:
    """Looks at one server after another.

    The list of models says whether the model is there. A server without such a list is sent a harmless request. An
    address without ``/v1`` is tried with it as well, and kept if it is right.

    Parameters
    ----------
    transport, chat
        Send requests.
    redactor
        Takes secrets out of models' names.
    model
        The model to look for.
    model_check
        Whether a server must list the model, or answer for it.
    """

    def __init__(
        self, transport: Transport, chat: ChatRequests, redactor: Redactor, model: str, *, model_check: bool
    ) -> None:
        self._transport = transport
        self._chat = chat
        self._redactor = redactor
        self._model = model
        self._model_check = model_check

    async def examine(self, replica: Replica) -> dict[str, int | None] | None:
        """Return the models that a server lists, with their windows; None if it is one that lists none.

        Raises
        ------
        ServerError
            If it is not there, or is not a model server.
        """
        try:
            models = await self._find_list(replica)
        except AttemptFailed as failure:
            await self._try_without_list(replica, failure)
            replica.lists_models = False
            return None
        replica.lists_models = True
        return models

    async def answers_for(self, replica: Replica) -> bool:
        """Return whether a server claims to have the model."""
        try:
            models = await self._find_list(replica)
        except AttemptFailed:
            return not replica.lists_models
        return not self._model_check or listed_as(self._model, models) is not None

    async def models(self, replica: Replica) -> dict[str, int | None]:
        """Return the models that a server lists, with the tokens of their windows.

        Raises
        ------
        ServerError
            If it is not there, or lists none.
        """
        try:
            return await self._find_list(replica)
        except AttemptFailed as failure:
            raise await self.explained(replica, failure) from failure

    async def explained(
        self, replica: Replica, failure: AttemptFailed, probed: AttemptFailed | None = None
    ) -> ServerError:
        """Return why a server is of no use, in two lines."""
        if failure.kind in _NOT_THERE or "https" in failure.message.lower():
            other = replica.url.with_scheme("http" if replica.url.scheme == "https" else "https")
            if failure.fix in (None, WRITE_HTTP) and await self._transport.speaks_http(other):
                return other_scheme(replica.base, failure, str(other.with_query(None)))
        withheld = self._transport.withholds_key(replica.chat)
        return refusal(replica.base, failure, key_withheld=withheld, probed=probed)

    async def _find_list(self, replica: Replica) -> dict[str, int | None]:
        """Return the list of models, and move the replica to where it is."""
        first: AttemptFailed | None = None
        for base in possible_bases(replica.url):
            try:
                models = await self._list(base)
            except AttemptFailed as failure:
                first = first or failure
                if failure.kind in _NOT_THERE or failure.kind in _ENTRY:
                    break
            else:
                replica.url = base
                return models
        assert first is not None
        raise first

    async def _list(self, base: URL) -> dict[str, int | None]:
        try:
            async with asyncio.timeout(CHECK_S):
                body = await self._transport.exchange("GET", below(base, "models"), None)
        except TimeoutError as problem:
            raise AttemptFailed(ErrorKind.TIMEOUT, f"no answer within {CHECK_S:g} s") from problem
        models = parse_models(body)
        if not models:
            raise AttemptFailed(ErrorKind.BAD_ANSWER, "an empty list")
        if self._model and is_first_page(body) and listed_as(self._model, models) is None:
            raise AttemptFailed(ErrorKind.BAD_ANSWER, "the first page of a list, without the model")
        return {self._redactor.values(name): window for name, window in models.items()}

    async def _try_without_list(self, replica: Replica, failure: AttemptFailed) -> None:
        """Find out with a harmless request whether a server without a list of models answers.

        Raises
        ------
        ServerError
            If it does not, and the model is to be checked, or the server is away.
        """
        if failure.kind in _NOT_THERE:
            raise await self.explained(replica, failure) from failure
        if self._model_check and ({failure.kind, failure.suspicion} & _ENTRY):
            raise await self.explained(replica, failure) from failure
        probes = []
        for base in possible_bases(replica.url):
            probed = await probe(self._chat, below(base, "chat", "completions"), harmless_body(self._model))
            if probed is None or probed.kind in _PROOF or probed.kind in ACCESS:
                replica.url = base
                break
            probes.append(probed)
        else:
            if self._model_check or (failure.kind in _AWAY and probes[0].kind in _AWAY):
                raise await self.explained(replica, failure, probes[0]) from failure
