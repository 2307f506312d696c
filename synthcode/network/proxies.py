"""Which proxy leads to an address: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, alike for all clients."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from importlib.util import find_spec
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies

from synthcode.errors import InputError

_NETWORK = re.compile(r"/(?:\d{1,3}|[\d.]{7,15})$", re.ASCII)
_SCHEMES = ("http", "https")
_PORTS = {"http": 80, "https": 443}


class Proxy(NamedTuple):
    """A proxy, and where it comes from."""

    url: str
    """With user name and password, if it has them."""
    variable: str

    def __str__(self) -> str:
        parts = urlsplit(self.url)
        host = parts.netloc.rpartition("@")[2]
        return f"the proxy {parts.scheme}://{host} ({self.variable})"


def proxy_for(address: str, proxies: Mapping[str, str] | None = None) -> Proxy | None:
    """Return the proxy that leads to an address, None if it is reached without one.

    ``NO_PROXY`` lists hosts, domains with all below them, ``host:port``, addresses and networks (``10.0.0.0/8``), names
    with ``*`` in them, or ``*``, separated by commas, semicolons or blanks.

    Parameters
    ----------
    address
        ``http://...`` or ``https://...``.
    proxies
        Scheme, ``all`` or ``no`` -> value; None takes those of the environment.

    Raises
    ------
    InputError
        If the proxy is not an HTTP proxy: SOCKS is not supported.
    """
    known = getproxies() if proxies is None else proxies
    parts = urlsplit(address)
    name = next((name for name in (parts.scheme, "all") if known.get(name, "").strip()), None)
    if name is None or _is_exempt(parts, known.get("no", "")):
        return None
    value = known[name].strip()
    proxy = Proxy(value if "://" in value else f"http://{value}", f"{name.upper()}_PROXY")
    _refuse_unusable(proxy)
    return proxy


def refuse_unusable_proxies(proxies: Mapping[str, str] | None = None) -> None:
    """Refuse proxies that Hugging Face's client cannot use: it loads them all, whatever the address.

    It speaks SOCKS where the package socksio is installed.

    Raises
    ------
    InputError
        If one of them is not an HTTP proxy.
    """
    known = getproxies() if proxies is None else proxies
    for name in (*_SCHEMES, "all"):
        value = known.get(name, "").strip()
        if value and not (value.lower().startswith("socks") and find_spec("socksio")):
            _refuse_unusable(Proxy(value if "://" in value else f"http://{value}", f"{name.upper()}_PROXY"))


def _refuse_unusable(proxy: Proxy) -> None:
    try:
        parts = urlsplit(proxy.url)
        is_usable = parts.scheme.lower() in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise InputError(
            f"{proxy.variable} is not the address of a proxy", f"set {proxy.variable}=http://HOST:PORT, or unset it"
        ) from None
    if not is_usable:
        raise InputError(
            f"{proxy} is not an HTTP proxy: SOCKS and others are not supported",
            f"set {proxy.variable}=http://HOST:PORT, unset it, or list the server's host in NO_PROXY",
        )


def _is_exempt(address: SplitResult, exempt: str) -> bool:
    host = (address.hostname or "").rstrip(".")
    port = address.port or _PORTS.get(address.scheme)
    entries = exempt.replace(",", " ").replace(";", " ").lower().split()
    return any(entry == "*" or _covers(entry, host, port) for entry in entries)


def _covers(entry: str, host: str, port: int | None) -> bool:
    """Return whether an entry of ``NO_PROXY`` covers a host."""
    entry = entry.rpartition("://")[2]
    if _NETWORK.search(entry):
        return _in_network(entry, host)
    entry = entry.partition("/")[0]  # of an address as browsers show it
    name, colon, digits = entry.rpartition(":")
    if colon and digits.isdigit() and (":" not in name or name.startswith("[")):
        if int(digits) != port:
            return False
        entry = name
    if "*" in entry[1:]:
        return fnmatchcase(host, entry.replace("[", "").replace("]", ""))
    entry = entry.strip("[]").removeprefix("*").strip(".")
    return bool(entry) and (host == entry or host.endswith(f".{entry}"))


def _in_network(entry: str, host: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry.replace("[", "").replace("]", ""), strict=False)
    except ValueError:
        return False
