"""Bodies of HTTP responses, of bounded size, decompressed."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import aiohttp
from aiohttp import hdrs

from synthcode.llm.backend import AttemptFailed, ErrorKind

MAX_ANSWER_BYTES = 16 * 2**20
"""Of an answer as it is read, that is after it was decompressed."""
_MOST_LAYERS = 3
_GZIP, _ZLIB, _RAW = 31, 15, -15


async def read_body(response: aiohttp.ClientResponse) -> bytes:
    """Return the body of a response. No encoding is requested, and any is read: gateways compress all the same.

    Raises
    ------
    AttemptFailed
        If it is longer than any completion, or cannot be decompressed.
    """
    if 0 <= (response.content_length or -1) <= MAX_ANSWER_BYTES:
        body = await response.read()
    else:
        received = bytearray()
        async for chunk in response.content.iter_any():
            received += chunk
            _refuse_large(len(received))
        body = bytes(received)
    encodings = response.headers.get(hdrs.CONTENT_ENCODING)
    layers = (encodings and _layers(encodings)) or _recognised(body)
    return _decompressed(body, layers) if layers else body


def _layers(encodings: str) -> list[str]:
    """Return the names in a header, the outermost encoding first."""
    names = encodings[:200].lower().replace(" ", "").split(",")
    return [name for name in reversed(names) if name not in ("", "identity", "none")]


def _recognised(body: bytes) -> list[str]:
    """Return the encoding whose first bytes a body has: a proxy may have taken the header away."""
    if not body.startswith(_FIRST_BYTES):
        return []
    return [name for magic, name in _MAGIC.items() if body.startswith(magic)]


def _decompressed(body: bytes, layers: list[str]) -> bytes:
    what = f"cannot be decompressed (Content-Encoding: {', '.join(reversed(layers))})"
    if len(layers) > _MOST_LAYERS or not set(layers) <= _DECODERS.keys():
        raise AttemptFailed(ErrorKind.BAD_ANSWER, what)
    try:
        decoded = body
        for layer in layers:
            decoded = _DECODERS[layer](decoded) if decoded else b""
    except (OSError, zlib.error, EOFError) as problem:
        if body.lstrip()[:1] in (b"{", b"["):  # a header that a proxy forgot to take away
            return body
        raise AttemptFailed(ErrorKind.BAD_ANSWER, f"{what}: {problem}") from problem
    return decoded


def _inflate(data: bytes, form: int) -> bytes:
    decoded = bytearray()
    while data:
        inflater = zlib.decompressobj(form)
        decoded += inflater.decompress(data, MAX_ANSWER_BYTES + 1 - len(decoded))
        _refuse_large(len(decoded))
        if not inflater.eof:
            raise EOFError("it ends early")
        data = inflater.unused_data.lstrip(b"\0") if form == _GZIP else b""  # gzip may have several members
    return bytes(decoded)


def _gunzip(data: bytes) -> bytes:
    return _inflate(data, _GZIP)


def _deflate(data: bytes) -> bytes:
    try:
        return _inflate(data, _ZLIB)
    except zlib.error:  # what many senders mean by it
        return _inflate(data, _RAW)


def _by_arrow(codec: str) -> Callable[[bytes], bytes]:
    def decompress(data: bytes) -> bytes:
        import pyarrow as pa

        decoded: bytes = pa.CompressedInputStream(pa.BufferReader(data), codec).read(MAX_ANSWER_BYTES + 1)
        _refuse_large(len(decoded))
        return decoded

    return decompress


_DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _deflate,
    "br": _by_arrow("brotli"),
    "zstd": _by_arrow("zstd"),
}


_MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
"""First bytes that no JSON has."""
_FIRST_BYTES = tuple(_MAGIC)


def _refuse_large(size: int) -> None:
    if size > MAX_ANSWER_BYTES:
        raise AttemptFailed(ErrorKind.ANSWER_TOO_LARGE, f"more than {MAX_ANSWER_BYTES:,} bytes")
