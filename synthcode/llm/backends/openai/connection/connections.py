"""Why there is no connection, or none through the proxy, and what to do."""

from __future__ import annotations

import os

import aiohttp

from synthcode.llm.backend import AttemptFailed, ErrorKind
from synthcode.network.certificates import tls_problem
from synthcode.network.proxies import Proxy

PROXY_STATUSES = frozenset({403, 407, 502, 503, 504})
"""What a proxy answers for itself if it does not let a request through, or does not reach the server."""
_LOGIN_WANTED = 407


def connection_failure(problem: aiohttp.ClientError, proxy: Proxy | None) -> AttemptFailed:
    """Return the failure that a client's error is."""
    tls = tls_problem(problem)
    if tls is not None:
        return AttemptFailed(ErrorKind.TLS, tls.reason, fix=tls.fix)
    reason = _reason(problem)
    if proxy is not None and isinstance(problem, aiohttp.ClientProxyConnectionError):
        return AttemptFailed(ErrorKind.CONNECTION, f"{proxy}: {reason}", fix=fix_of(proxy))
    if proxy is not None and isinstance(problem, aiohttp.ClientHttpProxyError):
        return refused_by_proxy(proxy, problem.status, problem.message)
    no_connection = isinstance(problem, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
    kind = ErrorKind.CONNECTION if no_connection else ErrorKind.DISCONNECTED
    return AttemptFailed(kind, reason, fix=None if proxy is None else fix_of(proxy))


def refused_by_proxy(proxy: Proxy, status: int, message: str) -> AttemptFailed:
    """Return the failure for a proxy that opens no connection."""
    what = "wants a user name and a password" if status == _LOGIN_WANTED else "opens no connection"
    return AttemptFailed(ErrorKind.CONNECTION, f"{proxy} {what}: HTTP {status} {message}".strip(), fix=fix_of(proxy))


def fix_of(proxy: Proxy) -> str:
    """Return what the user can do about a proxy."""
    return f"check {proxy.variable}; if the server is reached without a proxy, list its host in NO_PROXY"


def _reason(problem: aiohttp.ClientError) -> str:
    """Return in a few words why a request was not answered."""
    system = getattr(problem, "os_error", None)
    if isinstance(system, ConnectionError) and system.errno:
        return os.strerror(system.errno)  # asyncio's own words are "Connect call failed"
    return (system.strerror if system else None) or str(problem) or type(problem).__name__
