"""Whose certificates count, and what is wrong with one, alike for all clients."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from typing import NamedTuple

from synthcode.errors import InputError

_BUNDLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""OpenSSL's own variable, which replaces the authorities of the system; those of requests and curl add to them."""
_NOT_TLS = (
    *("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "UNEXPECTED_MESSAGE", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG"),
)
_NO_AGREEMENT = ("HANDSHAKE_FAILURE", "PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "NO_PROTOCOLS", "NO_SHARED_CIPHER")
"""Other errors of TLS, such as an early end, are a broken connection."""
WRITE_HTTP = "write http:// instead of https://"


class TlsProblem(NamedTuple):
    """Why no safe connection came about, and what to do."""

    reason: str
    fix: str


def client_context(environment: Mapping[str, str] = os.environ) -> ssl.SSLContext:
    """Return what checks the certificates of servers.

    Raises
    ------
    InputError
        If a bundle of certificates that the environment names cannot be read.
    """
    context = ssl.create_default_context()
    for variable in _BUNDLES:
        path = environment.get(variable, "")
        if not path:
            continue
        try:
            if os.path.isdir(path):
                context.load_verify_locations(capath=path)
            else:
                context.load_verify_locations(cafile=path)
        except (OSError, ssl.SSLError) as problem:
            raise InputError(
                f"{variable}={path} cannot be read as certificates: {problem}", f"name a PEM file, or unset {variable}"
            ) from problem
    return context


def tls_problem(problem: BaseException) -> TlsProblem | None:
    """Return what is wrong with a connection, None if it is not TLS; causes of the exception are looked at too."""
    for cause in _causes(problem):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _of_certificate(cause)
        if isinstance(cause, ssl.SSLError):
            said = str(cause).upper().replace(" ", "_")
            if any(name in said for name in _NOT_TLS):
                return TlsProblem("it does not speak https", WRITE_HTTP)
            if any(name in said for name in _NO_AGREEMENT):
                return TlsProblem(f"TLS: {cause.reason or cause}", "check the TLS versions and settings of the server")
    return None


def _of_certificate(problem: ssl.SSLCertVerificationError) -> TlsProblem:
    said = problem.verify_message or str(problem)
    reason = f"its certificate is not accepted: {said}"
    lower = said.lower()
    if "expired" in lower or "not yet valid" in lower:
        return TlsProblem(reason, "renew the certificate of the server, and check the clock of this machine")
    if "mismatch" in lower or "not valid for" in lower or "doesn't match" in lower:
        return TlsProblem(reason, "give the address with the name that the certificate is for")
    return TlsProblem(
        reason, "if you trust the server, set SSL_CERT_FILE to a PEM file with the certificate of its authority"
    )


def _causes(problem: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while problem is not None and problem not in found:
        # First what aiohttp's errors hold: they are SSL errors by name only.
        more = (getattr(problem, "certificate_error", None), getattr(problem, "os_error", None))
        found += [error for error in more if isinstance(error, BaseException)]
        found.append(problem)
        problem = problem.__cause__ or problem.__context__
    return found
