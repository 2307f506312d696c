"""Rows as a page holds them: JSON, gzipped, in the letters of base64, among which no text of theirs can be a mark."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

MOST_CHARS = 20_000
"""A longer text is cut; the page says so."""
_SEED = ("seed_id", "source", "source_id", "language", "license", "url")
_ROW = ("target_language", "verdict", "detail", "model", "prompt_name", "verification")


def pack(seeds: Sequence[Mapping[str, Any]], rows: Iterable[Mapping[str, Any]]) -> str:
    """Pack seeds and their rows.

    Parameters
    ----------
    seeds
        Columns of the seeds' table.
    rows
        Schema ``JUDGED`` and ``split``; each ``seed_id`` among the seeds'.
    """
    place = {seed["seed_id"]: number for number, seed in enumerate(seeds)}
    tree = {
        "seeds": [
            {**{name: seed[name] for name in _SEED}, "text": _cut(seed["text"]), "code": _cut(seed["code"])}
            for seed in seeds
        ],
        "rows": [
            {
                **{name: row[name] for name in _ROW if row[name]},
                **{name: row[name] for name in ("is_answer", "split") if row[name]},
                "id": row["program_id"],
                "seed": place[row["seed_id"]],
                "code": _cut(row["code"] or ""),
            }
            for row in rows
        ],
    }
    # No time in the header: the same rows are the same bytes.
    return base64.b64encode(gzip.compress(orjson.dumps(tree), 6, mtime=0)).decode()


def _cut(text: str) -> str:
    if len(text) <= MOST_CHARS:
        return text
    return f"{text[:MOST_CHARS]}\n[cut: {len(text) - MOST_CHARS:,} more characters]"
