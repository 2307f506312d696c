"""Values as Rust writes them, typed by what they are assigned to."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence

from synthcode.verification.cases.case import Untestable, Value
from synthcode.verification.cases.members import values_of
from synthcode.verification.languages.rust.types import INTEGERS, RustType

_EXACT = 2**53
_STR = RustType("reference", "&str", (RustType("str", "str"),))
_INT = RustType("integer", "i64")
_FLOAT = RustType("float", "f64")
_VEC = "::std::vec::Vec"
_CONSTANT = frozenset({"integer", "float", "bool", "char", "str"})
"""What a reference within a value may lead to: it lives as long as the program."""


def literal(value: Value, kind: RustType) -> str:
    """Return the Rust expression of a value.

    Raises
    ------
    Untestable
        If the type has no such value.
    """
    if kind.kind == "option":
        inner = f"Some({literal(value, kind.parts[0])})" if value is not None else "None"
        return f"::std::option::Option::{inner}"
    if kind.kind in ("integer", "float", "bool", "char", "str", "String"):
        return _scalar(value, kind)
    if kind.kind == "reference":
        return _reference(value, kind)
    if kind.kind == "wrapper" and kind.path != "::std::borrow::Cow":
        return f"{kind.path}::new({literal(value, kind.parts[0])})"
    if kind.kind == "wrapper":
        owned = RustType("String", "") if kind.parts[0].kind == "str" else kind.parts[0]
        return f"{kind.path}::Owned({literal(value, owned)})"
    if kind.kind in ("array", "list", "set", "iterator"):
        return _sequence(value, kind)
    if kind.kind == "map" and isinstance(value, dict):
        pairs = (f"({literal(one, kind.parts[0])}, {literal(item, kind.parts[1])})" for one, item in value.items())
        return _collected(pairs, kind)
    values = values_of(value, kind.fields or [""] * len(kind.parts)) if kind.kind in ("tuple", "struct") else None
    if values is not None:
        items = list(map(literal, values, kind.parts))
        if kind.kind == "tuple":
            return f"({''.join(f'{item}, ' for item in items)})"
        if kind.fields:
            return f"{kind.path} {{ {', '.join(map(': '.join, zip(kind.fields, items, strict=True)))} }}"
        return f"{kind.path}({', '.join(items)})"
    raise _misfit(value, kind)


def quoted(text: str) -> str:
    """Return a string as Rust writes it.

    Raises
    ------
    Untestable
        If it is not Unicode.
    """
    try:
        text.encode()
    except UnicodeEncodeError as problem:
        raise Untestable("a string with half a surrogate pair") from problem
    return '"' + "".join(_escaped(one) for one in text) + '"'


def _escaped(one: str) -> str:
    if one in '"\\':
        return f"\\{one}"
    return one if one.isprintable() else f"\\u{{{ord(one):x}}}"


def _misfit(value: Value, kind: RustType) -> Untestable:
    return Untestable(f"an argument of the type {kind.text or 'unknown'} cannot be {type(value).__name__}")


def _scalar(value: Value, kind: RustType) -> str:
    if kind.kind == "bool" and isinstance(value, bool):
        return str(value).lower()
    if kind.kind == "str" and isinstance(value, str):
        return quoted(value)
    if kind.kind == "String" and isinstance(value, str):
        return f"::std::string::String::from({quoted(value)})"
    if kind.kind == "char" and isinstance(value, str) and len(value) == 1 and not "\ud800" <= value <= "\udfff":
        return f"'\\u{{{ord(value):x}}}'"
    if kind.kind == "float" and isinstance(value, int | float) and not isinstance(value, bool):
        return _float(value, kind.text)
    if kind.kind == "integer":
        return _integer(value, kind)
    raise _misfit(value, kind)


def _integer(value: Value, kind: RustType) -> str:
    if kind.text == "u8" and isinstance(value, str) and len(value) == 1 and ord(value) < 128:
        value = ord(value)
    if isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _misfit(value, kind)
    least, most = INTEGERS[kind.text]
    if not least <= value <= most:
        raise Untestable(f"an integer is beyond {kind.text}")
    return f"({value}{kind.text})" if value < 0 else f"{value}{kind.text}"


def _float(value: float, name: str) -> str:
    if isinstance(value, int):
        if abs(value) > _EXACT and (abs(value) > 10**300 or float(value) != value):
            raise Untestable("an integer that no float is equal to")
        value = float(value)
    if not math.isfinite(value):
        return f"{name}::NAN" if math.isnan(value) else f"{name}::{'NEG_' * (value < 0)}INFINITY"
    return f"({value!r}{name})"


def _reference(value: Value, kind: RustType) -> str:
    """Return a reference within a value: to what lives as long as the program."""
    [inner] = kind.parts
    if inner.kind == "str":
        return _scalar(value, inner)
    if kind.is_mutable:
        raise Untestable(f"an argument holds references of the type {kind.text}")
    if inner.kind in _CONSTANT:
        return f"&{literal(value, inner)}"
    if inner.kind in ("slice", "array") and _is_constant(inner.parts[0]) and isinstance(value, list | tuple):
        items = ", ".join(literal(item, inner.parts[0]) for item in value)
        return f"(&[{items}] as &{inner.text})"
    raise Untestable(f"an argument holds references of the type {kind.text}")


def _is_constant(kind: RustType) -> bool:
    if kind.kind in ("reference", "slice", "array", "tuple"):
        return all(map(_is_constant, kind.parts))
    return kind.kind in _CONSTANT


def _sequence(value: Value, kind: RustType) -> str:
    [element, *_] = kind.parts
    if isinstance(value, str) and (element.kind == "char" or element.text == "u8"):
        value = list(value)
    if isinstance(value, set) and kind.kind in ("set", "list", "iterator"):
        value = sorted(value, key=lambda one: (type(one).__name__, json.dumps(one, default=str)))
    if not isinstance(value, list | tuple):
        raise _misfit(value, kind)
    items = [literal(item, element) for item in value]
    if kind.kind == "array":
        if kind.length not in (None, len(value)):
            raise Untestable(f"{kind.text} does not have {len(value)} elements")
        return f"[{', '.join(items)}]"
    return _collected(items, kind)


def _collected(items: Iterable[str], kind: RustType) -> str:
    text = f"::std::vec![{', '.join(items)}]"
    if kind.kind == "iterator" or kind.path == _VEC:
        return text
    return f"::core::iter::Iterator::collect::<{kind.text}>(::core::iter::IntoIterator::into_iter({text}))"


def type_of(value: Value) -> RustType:
    """Return the type that a value has by itself."""
    if isinstance(value, bool):
        return RustType("bool", "bool")
    if isinstance(value, int):
        return _INT
    if isinstance(value, float):
        return _FLOAT
    if isinstance(value, str):
        return _STR
    if isinstance(value, list):
        element = common_type([type_of(item) for item in value])
        return RustType("list", f"{_VEC}<{element.text}>", (element,), _VEC)
    if isinstance(value, tuple):
        parts = tuple(map(type_of, value))
        return RustType("tuple", f"({''.join(f'{part.text}, ' for part in parts)})", parts)
    if isinstance(value, dict | set):
        path = f"::std::collections::Hash{'Map' if isinstance(value, dict) else 'Set'}"
        sides = (value.keys(), value.values()) if isinstance(value, dict) else (value,)
        parts = tuple(common_type([type_of(one) for one in side]) for side in sides)
        kind = RustType("map" if isinstance(value, dict) else "set", "", parts, path)
        return substituted(kind, {})
    raise Untestable("Rust has no type for None without another value")


def common_type(types: Sequence[RustType]) -> RustType:
    """Return the type that holds values of all types; ``i64`` if there is none.

    Raises
    ------
    Untestable
        If there is no such type.
    """
    found = list(dict.fromkeys(types)) or [_INT]
    if len(found) == 1:
        return found[0]
    if all(one.kind in ("integer", "float") for one in found):
        return _FLOAT
    if all(one.kind == "list" for one in found) or all(
        one.kind == "tuple" and len(one.parts) == len(found[0].parts) for one in found
    ):
        parts = tuple(common_type(column) for column in zip(*(one.parts for one in found), strict=True))
        return substituted(RustType(found[0].kind, "", parts, found[0].path), {})
    raise Untestable("Rust has no type for values of several kinds")


def bind(bound: dict[str, list[RustType]], kind: RustType, value: Value) -> None:
    """Note which types the type parameters within a type must be for a value to be of it."""
    if kind.kind == "parameter":
        if value is not None:
            found = type_of(value)
            small = RustType("integer", "i32") if kind.path == "f64" and found == _INT else found
            bound.setdefault(kind.text, []).append(small)
    elif kind.kind in ("slice", "array", "list", "set", "iterator") and isinstance(value, list | tuple | set):
        for item in value:
            bind(bound, kind.parts[0], item)
    elif kind.kind in ("reference", "option", "wrapper") and value is not None:
        bind(bound, kind.parts[0], value)
    elif kind.kind == "tuple" and isinstance(value, list | tuple):
        for part, item in zip(kind.parts, value, strict=False):
            bind(bound, part, item)
    elif kind.kind == "map" and isinstance(value, dict):
        for key, item in value.items():
            bind(bound, kind.parts[0], key)
            bind(bound, kind.parts[1], item)


def substituted(kind: RustType, bound: Mapping[str, RustType]) -> RustType:
    """Return a type in which type parameters are replaced by what they stand for, and its text."""
    if kind.kind == "parameter":
        return bound.get(kind.text, _INT)
    parts = tuple(substituted(part, bound) for part in kind.parts)
    if parts == kind.parts and kind.text:
        return kind
    texts = [part.text for part in parts]
    if kind.kind == "tuple":
        text = f"({''.join(f'{one}, ' for one in texts)})"
    elif kind.kind == "reference":
        text = f"&{'mut ' * kind.is_mutable}{texts[0]}"
    elif kind.kind in ("slice", "array"):
        length = "" if kind.kind == "slice" else f"; {kind.length if kind.length is not None else '_'}"
        text = f"[{texts[0]}{length}]"
    else:
        path = kind.path if kind.kind != "iterator" else _VEC
        text = f"{path}<{', '.join(texts)}>"
    return RustType(kind.kind, text, parts, kind.path, kind.fields, kind.is_mutable, kind.length)
