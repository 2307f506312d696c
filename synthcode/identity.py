"""Content hashes: work is known by what it is, never by where it stands."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import orjson

DIGEST_CHARS = 32


def canonical_json(value: Any) -> str:
    """Return ``value`` as JSON that does not depend on the order of keys."""
    return _canonical_bytes(value).decode()


def digest(*parts: Any) -> str:
    """Hash JSON-like parts.

    Returns
    -------
    str
        128 bits of SHA-256 over the canonical JSON of the parts, as 32 lower-case hex digits: at a
        billion rows the chance of one collision is below 1e-20.
    """
    return hashlib.sha256(_canonical_bytes(parts)).hexdigest()[:DIGEST_CHARS]


def seed_id(source: str, source_id: str, language: str, text: str, code: str) -> str:
    """Hash what makes a seed: its name, its language, its text, its code.

    Benchmarks repeat themselves under other names (MBPP/704 is MBPP/248): with the name in it both are
    seeds, and deduplication, which says so, decides.
    """
    return digest("seed", source, source_id, language, text, code)


def program_id(seed: str, request: str | None = None) -> str:
    """Name a program after what it came from: its ``seed_id``, and the ``request_id`` of a translation.

    Both, since seeds with the same code share a request; hashed, so that no document of a corpus has
    the id of a query: some tools leave such pairs out.
    """
    return digest("program", seed, request)


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as 64 hex digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _canonical_bytes(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
