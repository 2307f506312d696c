"""JavaScript expressions of values."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

from synthcode.verification.cases.case import Untestable, Value

_LARGEST = 2**53 - 1
"""A number holds this integer exactly, and all smaller ones."""

_NOT_FINITE = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def literals(arguments: tuple[Value, ...]) -> list[str]:
    """Return the expressions of a list of arguments, the likeliest first.

    A mapping may be an object or a ``Map``, a set a ``Set`` or an array: one expression for each.

    Raises
    ------
    Untestable
        If a value has no literal.
    """
    forms = [_list(arguments, as_collections=False)]
    if any(_holds_collections(value) for value in arguments):
        forms.append(_list(arguments, as_collections=True))
    return forms


def _parts(value: object) -> Iterator[object]:
    yield value
    if isinstance(value, list | tuple | set | dict):
        for item in value:
            yield from _parts(item)
    if isinstance(value, dict):
        for item in value.values():
            yield from _parts(item)


def _holds_collections(value: Value) -> bool:
    return any(isinstance(part, dict | set) for part in _parts(value))


def _list(items: tuple[Value, ...] | list[Value], *, as_collections: bool) -> str:
    return f"[{', '.join(_literal(item, as_collections) for item in items)}]"


def _literal(value: Value, as_collections: bool) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else _NOT_FINITE[str(value)]
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, list | tuple):
        return _list(list(value), as_collections=as_collections)
    if isinstance(value, set):
        items = _list(sorted(value, key=repr), as_collections=as_collections)
        return items if as_collections else f"new Set({items})"
    if isinstance(value, dict):
        return _mapping(value, as_collections)
    raise Untestable(f"JavaScript has no literal for {type(value).__name__}")


def _integer(value: int) -> str:
    try:
        is_exact = abs(value) <= _LARGEST or float(value) == value
    except OverflowError:
        is_exact = False
    if not is_exact:
        raise Untestable("an integer has more than 53 bits")
    return str(value)


def _mapping(value: dict[Value, Value], as_collections: bool) -> str:
    pairs = [(key, _literal(item, as_collections)) for key, item in value.items()]
    if not as_collections and all(isinstance(key, str | int) and not isinstance(key, bool) for key in value):
        return f"({{{', '.join(f'[{json.dumps(str(key))}]: {item}' for key, item in pairs)}}})"
    return f"new Map([{', '.join(f'[{_literal(key, as_collections)}, {item}]' for key, item in pairs)}])"
