"""Addresses of model servers as people give them: with or without ``/v1``, whole endpoints, with a query."""

from __future__ import annotations

import re
from functools import lru_cache

from yarl import URL

from synthcode.errors import InputError
from synthcode.redaction import is_secret_name

_FIX = "give it as http://HOST:PORT/v1, the key apart from it"
_ENDPOINT = re.compile(
    r"/(?:(?:chat/)?completions|models|embeddings|rerank|responses|api/(?:chat|generate|tags|embed)|generate(?:_stream)?)/*$"
)
_VERSION = re.compile(r"/v\d\w*(?:/openai)?$")
"""``/v1``, ``/v1beta/openai``: the path is complete."""


def parse_address(address: str) -> URL:
    """Return the base address of a server, up to and including ``/v1`` if it was given.

    The path of an endpoint, such as ``/chat/completions``, is cut off; a query stays, a fragment does not.

    Raises
    ------
    InputError
        If it is not an address, or holds a secret.
    """
    try:
        url = URL(address.strip())
    except ValueError as problem:
        raise InputError("the address of the model server is not a URL", _FIX) from problem
    if url.user or url.password:  # not shown: it may be a secret
        raise InputError(f"the address of the model server on {url.host} holds a user name or password", _FIX)
    if url.scheme not in ("http", "https") or not url.host:
        shown = "what was given" if "@" in address else repr(address)  # a scheme may be all that is missing
        raise InputError(f"{shown} is not the address of a model server", _FIX)
    secret = next((name for name in url.query if is_secret_name(name)), None)
    if secret is not None:
        raise InputError(f"the address {url.origin()}{url.path} of the model server holds a key ({secret})", _FIX)
    path = _ENDPOINT.sub("", re.sub(r"/{2,}", "/", url.raw_path).rstrip("/")).rstrip("/")
    return url.with_path(path, encoded=True).with_query(url.query)


def possible_bases(url: URL) -> list[URL]:
    """Return where the API of a server may be: at the address, and at ``/v1`` below it if that is not in it."""
    return [url] if _VERSION.search(url.path) else [url, below(url, "v1")]


@lru_cache(maxsize=256)
def below(url: URL, *names: str) -> URL:
    """Return the address below another one, with its query."""
    return url.joinpath(*names).with_query(url.query)
