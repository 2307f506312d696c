"""Which servers are sent OPENAI_API_KEY: never one that only a file names."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable, Mapping

from yarl import URL

from synthcode.errors import InputError

KEY_VARIABLE = "OPENAI_API_KEY"
URL_VARIABLE = "OPENAI_BASE_URL"
HOSTS_VARIABLE = "SYNTHCODE_KEY_HOSTS"
"""Hosts (``host`` or ``host:port``, separated by commas) that are sent the key whatever names them."""
_KEY_OWNER = URL("https://api.openai.com")


def trusted_addresses(
    base_urls: Iterable[str], named: Iterable[str] = (), environment: Mapping[str, str] = os.environ
) -> list[str]:
    """Return those of the addresses that may be sent the key.

    A recipe or a run directory may come from anybody. Its servers are sent the key only if they are on this machine,
    are OpenAI's own, or are named by the user as well.

    Parameters
    ----------
    base_urls
        The servers of a run.
    named
        Addresses that the user gave on the command line.
    environment
        ``OPENAI_BASE_URL`` and ``SYNTHCODE_KEY_HOSTS`` are read from it.
    """
    origins = {_origin(url) for url in (*named, environment.get(URL_VARIABLE, ""))} - {None}
    hosts = {host.strip().lower() for host in environment.get(HOSTS_VARIABLE, "").split(",") if host.strip()}
    return [url for url in base_urls if _is_trusted(_origin(url), origins, hosts)]


def checked_key(key: str | None) -> str | None:
    """Return a key as it is sent; None for an empty one.

    Raises
    ------
    InputError
        If it cannot be one.
    """
    key = (key or "").strip()
    if not key.isascii() or not key.isprintable():
        raise InputError("the API key holds characters that keys do not have", "copy it again; it is not shown here")
    return key or None


def _is_trusted(origin: URL | None, origins: set[URL | None], hosts: set[str]) -> bool:
    if origin is None or origin.host is None:
        return False
    by_name = {origin.host, f"{origin.host}:{origin.port}"} & hosts
    return origin in origins or origin == _KEY_OWNER or bool(by_name) or _is_loopback(origin.host)


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def _origin(address: str) -> URL | None:
    """Return scheme, host and port of an address; None if it has none."""
    try:
        return URL(address.strip()).origin()
    except ValueError:
        return None
