"""A row of a table, whatever format it came in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from synthcode.bounded import limits
from synthcode.schemas.records import Rejection


class Row(NamedTuple):
    """A row that was read, or one that could not be."""

    place: str
    """Where it stands: ``tasks.jsonl:12``, counted from 1."""
    cells: Mapping[str, Any]
    problem: Rejection | None = None


def unreadable(place: str, detail: str) -> Row:
    """Return the row that stands for one that cannot be read."""
    return Row(place, {}, Rejection("unreadable_row", detail))


def not_utf8(place: str, detail: str) -> Row:
    """Return the row that stands for one that is not UTF-8."""
    return Row(place, {}, Rejection("invalid_utf8", detail))


def too_large(place: str) -> Row:
    """Return the row that stands for one that is above the bound of a row."""
    return Row(place, {}, Rejection("too_large", f"the row is larger than {limits.ROW:,} bytes"))
