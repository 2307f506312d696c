"""Requests to a server that speaks OpenAI's protocol: one client, and what its errors mean, for all endpoints."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from synthcode.errors import ServerError, first_line
from synthcode.llm.backends.openai.connection.addresses import parse_address
from synthcode.llm.error_bodies import words_of
from synthcode.network.certificates import client_context, tls_problem
from synthcode.network.proxies import proxy_for
from synthcode.redaction import redact, refuse_credentials_in_address, register
from synthcode.sanitize import one_line

if TYPE_CHECKING:
    from openai import APIStatusError, OpenAI

REQUESTS_IN_FLIGHT = 8
RETRIES = 6
"""After 429, 5xx and lost connections; the client waits half a second and more between them."""


def open_client(address: str, what: str) -> OpenAI:
    """Return a client of a server; neither its key nor texts follow a redirect.

    Parameters
    ----------
    address
        Up to and including ``/v1``.
    what
        The kind of server, for errors: ``embeddings server``.

    Raises
    ------
    InputError
        If it is not an address, or holds a secret.
    """
    from openai import DefaultHttpxClient, OpenAI

    refuse_credentials_in_address(address, f"the address of the {what}")
    key = os.environ.get("OPENAI_API_KEY")
    register(key)
    url = parse_address(address)
    proxy = proxy_for(str(url))
    client = DefaultHttpxClient(
        follow_redirects=False,
        trust_env=False,
        proxy=None if proxy is None else proxy.url,
        verify=client_context() if url.scheme == "https" else True,
    )
    return OpenAI(
        base_url=str(url.with_query(None)),
        default_query=dict(url.query),
        api_key=key or "none",  # a local server needs no key, but the client requires one
        max_retries=RETRIES,
        http_client=client,
    )


class Refused(Exception):
    """A request that the server did not take.

    Parameters
    ----------
    status
        Of the answer; None for an answer with status 200 that is not what it should be.
    words
        The server's own.
    what
        The problem, those words included.
    """

    def __init__(self, status: int | None, words: str, what: str) -> None:
        super().__init__(what)
        self.status, self.words, self.what = status, words, what


class Endpoint:
    """One kind of request to a server.

    Parameters
    ----------
    client
        Repeats requests after 429, 5xx and lost connections.
    lacking
        What an error says that the server gave: ``no embeddings of 'MODEL'``.
    done
        What was done with what is kept after an error: ``encoded``.
    """

    def __init__(self, client: OpenAI, lacking: str, done: str) -> None:
        self._client, self._lacking, self._kept = client, lacking, f"what was {done} is kept"

    def post(self, path: str, body: dict[str, Any]) -> bytes:
        """Return the body of the answer, which has status 200.

        Parameters
        ----------
        path
            Below the server's address, or a whole address.
        body
            Of the request.

        Raises
        ------
        Refused
            If the server answers with another status.
        ServerError
            If the server is not there, or redirects.
        """
        import httpx2
        from openai import APIStatusError, OpenAIError

        try:
            content: bytes = self._client.post(path, cast_to=httpx2.Response, body=body).content
        except APIStatusError as problem:
            raise self._of_status(problem) from problem
        except OpenAIError as problem:
            raise self._of_connection(problem) from problem
        return content

    def error(self, what: str, fix: str = "") -> ServerError:
        """Return the error that says what the server did, and what to do, if that is known."""
        server = f"{self._client.base_url} gave {self._lacking}"
        return ServerError(f"{server}: {one_line(redact(what))}", fix or f"see what the server says; {self._kept}")

    def _of_status(self, problem: APIStatusError) -> ServerError | Refused:
        response = problem.response
        if 300 <= problem.status_code < 400:
            location = one_line(response.headers.get("location", "nowhere").partition("?")[0])
            return self.error(f"it redirects to {location}", "give that address with --base-url, if you trust it")
        words = words_of(response.content).shown.strip() or response.reason_phrase
        return Refused(problem.status_code, words, f"HTTP {problem.status_code}: {words}")

    def _of_connection(self, problem: Exception) -> ServerError:
        if tls := tls_problem(problem):
            return self.error(tls.reason, tls.fix)
        fixes = {
            "APIConnectionError": "start the server, or give its address with --base-url",
            "APITimeoutError": f"see whether the server is overloaded; {self._kept}",
        }
        return self.error(first_line(problem), fixes.get(type(problem).__name__, ""))
