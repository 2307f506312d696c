"""Kinds of values: what a result of one type can hold, and what no translation into a typed language can return."""

from __future__ import annotations

from collections.abc import Iterable

from synthcode.verification.cases.case import Raises, Untestable, Value
from synthcode.verification.cases.results import Pairs, Record


def kind_of(value: Value | Raises) -> str:
    """Return what a value is in any language: ``numbers``, ``text``, ``items``, ``fields`` or ``none``."""
    if value is None or isinstance(value, Raises):
        return "none"
    if isinstance(value, bool | int | float):
        return "numbers"
    if isinstance(value, str):
        return "text"
    return "fields" if isinstance(value, dict | Pairs | Record) else "items"


def require_one_kind(items: Iterable[Value], type_name: str) -> None:
    """Refuse an expected collection of several kinds for a type whose items are of one.

    Parameters
    ----------
    items
        What is expected.
    type_name
        Of the result, as the program spells it.

    Raises
    ------
    Untestable
        If they have several kinds: no translation can return them so.
    """
    kinds = {kind_of(item) for item in items}
    if len(kinds) > 1:
        raise Untestable(f"a result of the type {type_name} cannot hold {' and '.join(sorted(kinds))}")
