"""HTTP with an OpenAI-compatible server: one exchange, bounded, with a key that goes to that server only."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Set
from functools import cached_property
from typing import Self

import aiohttp
from aiohttp import hdrs
from yarl import URL

import synthcode
from synthcode import redaction
from synthcode.llm.backend import TRANSIENT, AttemptFailed, ErrorKind
from synthcode.llm.backends.openai.connection.api_key import KEY_VARIABLE
from synthcode.llm.backends.openai.connection.connections import (
    PROXY_STATUSES,
    connection_failure,
    fix_of,
    refused_by_proxy,
)
from synthcode.llm.backends.openai.connection.http_bodies import read_body
from synthcode.llm.error_bodies import words_of
from synthcode.llm.failures import judge
from synthcode.llm.requested_waits import wait_in_body
from synthcode.network.certificates import client_context
from synthcode.network.proxies import Proxy, proxy_for
from synthcode.retry_after import requested_wait

MAX_HEADER_BYTES = 64 * 2**10
"""Of one header: gateways send cookies and policies of more than aiohttp's 8 KB."""
_AZURE = ".azure.com"
_AZURE_KEY = "api-key"
"""Azure's deployments read keys from here, and tokens only from Authorization."""
_AMAZON_ERROR = "x-amzn-errortype"
_MAX_NAME_CHARS = 200
MAX_REDIRECTS = 3
CONNECT_S = 10.0
KEEPALIVE_S = 4.0
"""Below the 5 s after which uvicorn, and vLLM with it, closes an idle connection: one reused just then fails."""
PEEK_S = 3.0
_SAME_METHOD = (307, 308)
_PROXY_LOGIN = 407


class Transport:
    """Sends requests and returns the bodies of successful answers.

    Parameters
    ----------
    key
        Sent as a bearer token, to ``key_origins`` only.
    key_origins
        Scheme, host and port of the servers that are sent the key.
    use_proxies
        Whether the proxies of the environment count.
    """

    def __init__(self, key: str | None, key_origins: Set[URL], *, use_proxies: bool = True) -> None:
        self._key = key
        self._key_origins = key_origins if key else frozenset()
        self._redactor = redaction.current()
        self._session: aiohttp.ClientSession | None = None
        self._moved: dict[URL, URL] = {}
        self._use_proxies = use_proxies
        self._proxies: dict[URL, Proxy | None] = {}

    async def __aenter__(self) -> Self:
        headers = {
            "User-Agent": f"synthcode/{synthcode.__version__}",
            "Content-Type": "application/json",
            "Accept-Encoding": "identity",
        }
        # How many are in flight, and for how long, is the scheduler's.
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEPALIVE_S),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=headers,
            auto_decompress=False,
            max_line_size=MAX_HEADER_BYTES,
            max_field_size=MAX_HEADER_BYTES,
        )
        return self

    async def __aexit__(self, *_problem: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def exchange(self, method: str, url: URL, body: bytes | None) -> bytes:
        """Send one request and return the body of its answer.

        Redirects to the same scheme, host and port are followed where they keep the method; no other is.

        Raises
        ------
        AttemptFailed
            If there is no answer, or it is not a success.
        """
        assert self._session is not None, "not entered"
        asked, url = url, self._moved.get(url, url)
        proxy = self._proxy_for(url)
        try:
            for _ in range(MAX_REDIRECTS + 1):
                async with self._session.request(
                    method,
                    url,
                    data=body,
                    headers=self.headers(url),
                    allow_redirects=False,
                    proxy=None if proxy is None else proxy.url,
                    ssl=self._certificates if url.scheme == "https" else True,
                ) as response:
                    answer = await read_body(response)
                    if response.ok and response.status < 300:
                        return answer
                    target = _target(response)
                    if target is None or not _may_follow(method, response.status, url, target):
                        raise self._failure(response, answer, target)
                url = self._moved[asked] = target
        except aiohttp.ClientError as problem:
            raise connection_failure(problem, proxy) from problem
        del self._moved[asked]
        raise AttemptFailed(ErrorKind.REDIRECTED, f"more than {MAX_REDIRECTS} redirects, the last one to {_shown(url)}")

    async def speaks_http(self, url: URL) -> bool:
        """Return whether anything answers at an address, whatever its certificate and its answer; no key is sent."""
        assert self._session is not None, "not entered"
        try:
            async with (
                asyncio.timeout(PEEK_S),
                self._session.get(url, ssl=False, allow_redirects=False) as response,
            ):
                return response.status > 0
        except (aiohttp.ClientError, TimeoutError):
            return False

    @cached_property
    def _certificates(self) -> ssl.SSLContext:
        return client_context()

    def _proxy_for(self, url: URL) -> Proxy | None:
        origin = url.origin()
        if origin not in self._proxies:
            self._proxies[origin] = proxy_for(str(origin)) if self._use_proxies else None
        return self._proxies[origin]

    def withholds_key(self, url: URL) -> bool:
        """Return whether there is a key that this server is not sent."""
        return self._key is not None and url.origin() not in self._key_origins

    def headers(self, url: URL) -> dict[str, str] | None:
        """Return the headers that carry the key; None if the server is not sent it."""
        if self._key is None or url.origin() not in self._key_origins:
            return None
        azure = {_AZURE_KEY: self._key} if (url.host or "").endswith(_AZURE) else {}
        return {"Authorization": f"Bearer {self._key}", **azure}

    def _failure(self, response: aiohttp.ClientResponse, body: bytes, target: URL | None) -> AttemptFailed:
        words = words_of(body, response.headers.get(_AMAZON_ERROR, "")[:_MAX_NAME_CHARS])
        verdict = judge(response.status, words)
        said = words.shown
        if verdict.kind is ErrorKind.REDIRECTED:
            said = f"redirects to {_shown(target)}" if target else f"redirects nowhere: {said}"
        proxy = self._proxy_for(response.url) if response.status in PROXY_STATUSES else None
        if proxy is not None and response.status == _PROXY_LOGIN:
            return refused_by_proxy(proxy, response.status, "")
        withheld = response.status == 401 and self.withholds_key(response.url)
        status = f"HTTP {response.status}{f' ({KEY_VARIABLE} was not sent)' if withheld else ''}"
        message = f"{status}: {self._redactor.message(said)}"
        fix = None if proxy is None else fix_of(proxy)
        wait = requested_wait(response.headers)
        if wait is None and verdict.kind in TRANSIENT:
            wait = wait_in_body(body)
        return AttemptFailed(verdict.kind, message, wait, verdict.suspicion, fix)


def _target(response: aiohttp.ClientResponse) -> URL | None:
    """Return where a redirect leads; None if the answer is not one, or names no address."""
    location = response.headers.get(hdrs.LOCATION, "")
    if not 300 <= response.status < 400 or not location:
        return None
    try:
        target = response.url.join(URL(location))
        return target if target.host and target.scheme in ("http", "https") else None
    except ValueError:
        return None


def _may_follow(method: str, status: int, url: URL, target: URL) -> bool:
    """Return whether a redirect keeps the request as it is, and the key with the server that it is for."""
    keeps_method = status in _SAME_METHOD or (method == "GET" and status in (301, 302))
    return keeps_method and target.origin() == url.origin()


def _shown(target: URL) -> str:
    """Return an address without what may be secret in it."""
    return str(target.with_user(None).with_query(None).with_fragment(None))
