"""Values as Go writes them, typed by what they are assigned to."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence

from synthcode.verification.cases.case import Untestable, Value
from synthcode.verification.cases.members import values_of
from synthcode.verification.languages.go.types import INTEGERS, GoType

_ANY = GoType("any", "interface{}")
_INT = GoType("integer", "int", base="int")
_FLOAT = GoType("float", "float64")
_EXACT = 2**53
_ESCAPED = {'"': '\\"', "\\": "\\\\", "\n": "\\n"}


def literal(value: Value, kind: GoType) -> str:
    """Return the Go expression of a value.

    Raises
    ------
    Untestable
        If the type has no such value.
    """
    if kind.kind in ("integer", "float", "bool", "string"):
        return _scalar(value, kind)
    if value is None:
        if kind.kind in ("any", "error", "slice", "map", "pointer"):
            return "nil"
    elif kind.kind == "any":
        return _untyped(value)
    elif kind.kind == "pointer":
        [inner] = kind.parts
        text = literal(value, inner)
        return f"&{text}" if inner.kind == "struct" else f"harness_.To[{inner.text}]({text})"
    elif kind.kind in ("slice", "array"):
        return _sequence(value, kind)
    elif kind.kind == "map":
        return _mapping(value, kind)
    elif kind.kind == "struct" and (items := values_of(value, kind.fields)) is not None:
        return f"{kind.text}{{{', '.join(map(literal, items, kind.parts))}}}"
    raise _misfit(value, kind)


def quoted(text: str) -> str:
    """Return a string as Go writes it.

    Raises
    ------
    Untestable
        If it is not Unicode.
    """
    try:
        text.encode()
    except UnicodeEncodeError as problem:
        raise Untestable("a string with half a surrogate pair") from problem
    return '"' + "".join(_ESCAPED.get(one) or _escaped(one) for one in text) + '"'


def _escaped(one: str) -> str:
    return one if one.isprintable() else f"\\U{ord(one):08x}"


def _misfit(value: Value, kind: GoType) -> Untestable:
    return Untestable(f"an argument of the type {kind.text or 'unknown'} cannot be {type(value).__name__}")


def _scalar(value: Value, kind: GoType) -> str:
    if kind.kind == "bool" and isinstance(value, bool):
        return str(value).lower()
    if kind.kind == "string" and isinstance(value, str):
        return quoted(value)
    if kind.kind == "float" and isinstance(value, int | float) and not isinstance(value, bool):
        return f"{kind.text}({_float(value)})"
    if kind.kind == "integer":
        return _integer(value, kind)
    raise _misfit(value, kind)


def _integer(value: Value, kind: GoType) -> str:
    if isinstance(value, str) and len(value) == 1 and kind.base in ("rune", "byte", "int32", "uint8"):
        value = ord(value)
        if not value < 128 and kind.base in ("byte", "uint8"):
            raise Untestable("a character that is longer than a byte")
    if isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _misfit(value, kind)
    least, most = INTEGERS[kind.base]
    if not least <= value <= most:
        raise Untestable(f"{value:.3g} is beyond {kind.text}" if abs(value) < 10**300 else f"beyond {kind.text}")
    return f"{kind.text}({value})"


def _float(value: float) -> str:
    if isinstance(value, int):
        if abs(value) > _EXACT and float(value) != value:
            raise Untestable("an integer that no float is equal to")
        return str(value)
    if math.isnan(value):
        return "harness_.NaN()"
    if math.isinf(value):
        return f"harness_.Inf({1 if value > 0 else -1})"
    return repr(value)


def _sequence(value: Value, kind: GoType) -> str:
    [element] = kind.parts
    if isinstance(value, str) and element.base in ("rune", "byte"):
        return f"{kind.text}({quoted(value)})"
    if not isinstance(value, list | tuple):
        raise _misfit(value, kind)
    if kind.kind == "array" and kind.length != len(value):
        raise Untestable(f"{kind.text} does not have {len(value)} elements")
    return f"{kind.text}{{{', '.join(literal(item, element) for item in value)}}}"


def _mapping(value: Value, kind: GoType) -> str:
    key, element = kind.parts
    if isinstance(value, set) and (element.kind == "bool" or (element.kind == "struct" and not element.parts)):
        member = "true" if element.kind == "bool" else "{}"
        return f"{kind.text}{{{', '.join(f'{literal(item, key)}: {member}' for item in _ordered(value))}}}"
    if not isinstance(value, dict):
        raise _misfit(value, kind)
    pairs = (f"{literal(one, key)}: {literal(item, element)}" for one, item in value.items())
    return f"{kind.text}{{{', '.join(pairs)}}}"


def _ordered(members: set[Value]) -> list[Value]:
    return sorted(members, key=lambda one: (type(one).__name__, json.dumps(one, default=str)))


def _untyped(value: Value) -> str:
    """Return a value for a place that takes any: lists are of any values, too."""
    if value is None:
        return "nil"
    if isinstance(value, set):
        raise Untestable("Go has no type for sets")
    if isinstance(value, list | tuple):
        return f"[]interface{{}}{{{', '.join(map(_untyped, value))}}}"
    if isinstance(value, dict):
        key = "string" if all(isinstance(one, str) for one in value) else "interface{}"
        pairs = (f"{_untyped(one)}: {_untyped(item)}" for one, item in value.items())
        return f"map[{key}]interface{{}}{{{', '.join(pairs)}}}"
    return literal(value, type_of(value))


def type_of(value: Value) -> GoType:
    """Return the type that a value has by itself."""
    if isinstance(value, bool):
        return GoType("bool", "bool")
    if isinstance(value, int):
        return _INT
    if isinstance(value, float):
        return _FLOAT
    if isinstance(value, str):
        return GoType("string", "string")
    if isinstance(value, list | tuple):
        element = common_type([type_of(item) for item in value])
        return GoType("slice", f"[]{element.text}", (element,))
    if isinstance(value, dict):
        key, element = (common_type([type_of(one) for one in part]) for part in (value.keys(), value.values()))
        return GoType("map", f"map[{key.text}]{element.text}", (key, element))
    return _ANY


def common_type(types: Sequence[GoType]) -> GoType:
    """Return the type that holds values of all types; ``int`` if there is none."""
    found = list(dict.fromkeys(types)) or [_INT]
    if len(found) > 1 and all(one.kind in ("integer", "float") for one in found):
        return _FLOAT
    nested = [one for one in found if one.kind == "slice"]
    if len(found) > 1 and len(nested) == len(found):
        filled = [one.parts[0] for one in found]
        element = common_type(filled)
        return GoType("slice", f"[]{element.text}", (element,))
    return found[0] if len(found) == 1 else _ANY


def bind(bound: dict[str, list[GoType]], kind: GoType, value: Value) -> None:
    """Note which types the type parameters within a type must be for a value to be of it."""
    if kind.kind == "parameter":
        bound.setdefault(kind.text, []).append(type_of(value))
    elif kind.kind in ("slice", "array") and isinstance(value, list | tuple):
        for item in value:
            bind(bound, kind.parts[0], item)
    elif kind.kind == "pointer" and value is not None:
        bind(bound, kind.parts[0], value)
    elif kind.kind == "map" and isinstance(value, dict):
        for key, item in value.items():
            bind(bound, kind.parts[0], key)
            bind(bound, kind.parts[1], item)


def substituted(kind: GoType, bound: Mapping[str, GoType]) -> GoType:
    """Return a type in which type parameters are replaced by what they stand for."""
    if kind.kind == "parameter":
        return bound.get(kind.text, _INT)
    parts = tuple(substituted(part, bound) for part in kind.parts)
    if parts == kind.parts:
        return kind
    texts = [part.text for part in parts]
    text = {
        "slice": f"[]{texts[0]}",
        "array": f"[{kind.length}]{texts[0]}",
        "pointer": f"*{texts[0]}",
        "map": f"map[{texts[0]}]{texts[-1]}",
    }.get(kind.kind, kind.text)
    return GoType(kind.kind, text, parts, kind.length, kind.base, kind.fields)
