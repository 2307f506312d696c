"""Mappings with names for keys: translations may take objects with fields in their place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from synthcode.entry_points import spelling
from synthcode.verification.cases.case import Value


def values_of(value: Value, names: Sequence[str]) -> Sequence[Value] | None:
    """Return what the fields of an object hold that stands for a value; None if none can stand for it.

    Parameters
    ----------
    value
        A sequence with as many items, or a mapping whose keys are the fields' names in any convention.
    names
        Of the fields, in their order.
    """
    if isinstance(value, list | tuple):
        return value if len(value) == len(names) else None
    if not isinstance(value, dict) or len(value) != len(names):
        return None
    found = {spelling(key): item for key, item in value.items() if isinstance(key, str)}
    spelled = [spelling(name) for name in names]
    return [found[name] for name in spelled] if sorted(spelled) == sorted(found) else None


def named_members(value: Value) -> Iterator[tuple[str, ...]]:
    """Yield the keys of each mapping within a value whose keys are names."""
    if isinstance(value, dict):
        if value and all(isinstance(key, str) and key.isidentifier() and key.isascii() for key in value):
            yield tuple(value)
        for item in value.values():
            yield from named_members(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from named_members(item)


def as_spelled(value: Value, code: str) -> Value:
    """Return a value with the names that a program has for keys: ``unitPrice`` for ``unit_price``."""
    words = set(_WORD.findall(code))
    own = {spelling(word): word for word in words}
    keys = {key for names in named_members(value) for key in names}
    names = {key: own[spelling(key)] for key in keys - words if spelling(key) in own}
    return _renamed(value, names) if names else value


def _renamed(value: Value, names: dict[str, str]) -> Value:
    if isinstance(value, dict):
        is_named = tuple(value) in named_members(value)
        return {names.get(key, key) if is_named else key: _renamed(item, names) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_renamed(item, names) for item in value)
    return value


def camel(name: str) -> str:
    """Return a name such as ``unit_price`` as ``unitPrice``."""
    first, *others = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in others)


_WORD = re.compile(r"[A-Za-z_]\w*")
