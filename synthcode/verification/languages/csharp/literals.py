"""Values as C# writes them, typed by what they are assigned to."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal

from synthcode.verification.cases.case import Untestable, Value
from synthcode.verification.cases.members import values_of
from synthcode.verification.languages.csharp.types import (
    BIG,
    INTEGERS,
    OBJECT,
    CSharpType,
    array_of,
    list_of,
    map_of,
    nullable,
    set_of,
    simple,
    tuple_of,
)

_SUFFIXES = {"int": "", "uint": "U", "long": "L", "ulong": "UL"}
_EXACT = {"double": 2**53, "float": 2**24, "decimal": 10**28}
_LARGEST_FLOAT = 3.4e38


def literal(value: Value, kind: CSharpType, *, is_loose: bool = False) -> str:
    """Return the C# expression of a value.

    Parameters
    ----------
    value
        What is written.
    kind
        The type that it must have.
    is_loose
        Whether collections in the place of an ``object`` hold objects, too, rather than what they do hold.

    Raises
    ------
    Untestable
        If the type has no such value.
    """
    if value is None:
        if kind.is_value or kind.kind in ("other", "void") or kind.text == BIG:
            raise _misfit(value, kind)
        return f"({kind.text})null"
    if kind.kind == "object":
        own = type_of(value, is_loose=is_loose)
        return "null" if own == OBJECT else literal(value, own, is_loose=is_loose)
    if kind.kind == "nullable":
        return f"({kind.text}){literal(value, kind.parts[0])}"
    if kind.kind in ("integer", "float", "bool", "char", "string"):
        return _scalar(value, kind)

    def inner(item: Value, part: CSharpType) -> str:
        return literal(item, part, is_loose=is_loose)

    if kind.kind in ("sequence", "array") and isinstance(value, list | tuple):
        element = kind.parts[0]
        if kind.rank > 1:
            return _rectangle(value, kind, is_loose=is_loose)
        items = ", ".join(inner(item, element) for item in value)
        return _collection(kind, items)
    if kind.kind == "set" and isinstance(value, set | frozenset | list | tuple):
        members = _ordered(value) if isinstance(value, set | frozenset) else value
        return f"new {kind.made or kind.text} {{ {', '.join(inner(item, kind.parts[0]) for item in members)} }}"
    if kind.kind == "map" and isinstance(value, dict):
        key, element = kind.parts
        pairs = (f"{{ {inner(one, key)}, {inner(item, element)} }}" for one, item in value.items())
        return f"new {kind.made or kind.text} {{ {', '.join(pairs)} }}"
    if kind.kind == "tuple" and isinstance(value, list | tuple) and len(value) == len(kind.parts):
        return f"new {kind.text}({', '.join(map(inner, value, kind.parts))})"
    if kind.kind == "record" and (values := values_of(value, kind.fields)) is not None:
        arguments = list(map(inner, values, kind.parts))
        if not kind.is_filled:
            return f"new {kind.text}({', '.join(arguments)})"
        pairs = (f"{name} = {argument}" for name, argument in zip(kind.fields, arguments, strict=True))
        return f"new {kind.text} {{ {', '.join(pairs)} }}"
    raise _misfit(value, kind)


def quoted(text: str) -> str:
    """Return a string as C# writes it.

    Raises
    ------
    Untestable
        If it is not Unicode.
    """
    try:
        units = text.encode("utf-16-be")
    except UnicodeEncodeError as problem:
        raise Untestable("a string with half a surrogate pair") from problem
    codes = [int.from_bytes(units[place : place + 2], "big") for place in range(0, len(units), 2)]
    return '"' + "".join(_escaped(code) for code in codes) + '"'


def _escaped(code: int) -> str:
    is_plain = 32 <= code < 127 and chr(code) not in "\"'\\"
    return chr(code) if is_plain else f"\\u{code:04x}"


def _misfit(value: Value, kind: CSharpType) -> Untestable:
    shown = kind.text.replace("global::System.Collections.Generic.", "").replace("global::System.", "")
    return Untestable(f"an argument of the type {shown or 'unknown'} cannot be {type(value).__name__}")


def _collection(kind: CSharpType, items: str) -> str:
    if kind.kind == "array" or kind.made or kind == list_of(kind.parts[0]):
        return f"new {kind.made or kind.text} {{ {items} }}"
    return f"new {kind.text}(new {array_of(kind.parts[0]).text} {{ {items} }})"


def _rectangle(value: Sequence[Value], kind: CSharpType, *, is_loose: bool) -> str:
    """Return an array of several dimensions."""
    sizes: list[int] = []
    level: list[Value] = [value]
    for _ in range(kind.rank):
        if not all(isinstance(item, list | tuple) for item in level):
            raise _misfit(value, kind)
        lengths = {len(item) for item in level} or {0}
        if len(lengths) > 1:
            raise Untestable(f"an argument of the type {kind.text} cannot have rows of different lengths")
        sizes.append(lengths.pop())
        level = [item for row in level for item in row]
    base, _, _ = kind.text.partition("[")
    if 0 in sizes:
        return f"new {base}[{', '.join(map(str, sizes))}]"

    def rows(item: Value, depth: int) -> str:
        if depth == kind.rank:
            return literal(item, kind.parts[0], is_loose=is_loose)
        return f"{{ {', '.join(rows(one, depth + 1) for one in item)} }}"

    return f"new {kind.text} {rows(value, 0)}"


def _scalar(value: Value, kind: CSharpType) -> str:
    if kind.kind == "bool" and isinstance(value, bool):
        return str(value).lower()
    if kind.kind == "string" and isinstance(value, str):
        return quoted(value)
    if kind.kind == "char" and isinstance(value, str) and len(value) == 1:
        if ord(value) > 0xFFFF:
            raise Untestable("a character that is longer than a char")
        return f"'{quoted(value)[1:-1]}'"
    if kind.kind == "float" and isinstance(value, int | float) and not isinstance(value, bool):
        return _float(value, kind.text)
    if kind.kind == "integer" and isinstance(value, int | float) and not isinstance(value, bool):
        return _integer(value, kind)
    raise _misfit(value, kind)


def _integer(value: float, kind: CSharpType) -> str:
    if isinstance(value, float):
        if not value.is_integer() or abs(value) > _EXACT["double"]:
            raise _misfit(value, kind)
        value = int(value)
    if kind.text == BIG:
        return f'{BIG}.Parse("{value}")'
    least, most = INTEGERS[kind.text]
    if not least <= value <= most:
        raise Untestable(f"{value:.3g} is beyond {kind.text}" if abs(value) < 10**300 else f"beyond {kind.text}")
    if kind.text in _SUFFIXES:
        return f"{value}{_SUFFIXES[kind.text]}"
    return f"({kind.text})({value})"


def _float(value: float, name: str) -> str:
    if isinstance(value, int) and abs(value) > _EXACT[name]:
        raise Untestable(f"an integer that no {name} is equal to")
    if name == "decimal":
        if not math.isfinite(value) or abs(value) > _EXACT[name]:
            raise Untestable("a number that no decimal is equal to")
        return f"{Decimal(repr(value)):f}m"
    if math.isnan(value):
        return f"{name}.NaN"
    if math.isinf(value):
        return f"{name}.{'Positive' if value > 0 else 'Negative'}Infinity"
    if name == "float" and abs(value) > _LARGEST_FLOAT:
        raise Untestable("a number that is beyond float")
    return f"{value!r}{'f' if name == 'float' else 'd'}"


def _ordered(members: set[Value] | frozenset[Value]) -> list[Value]:
    return sorted(members, key=lambda one: (type(one).__name__, json.dumps(one, default=str)))


def type_of(value: Value, *, is_loose: bool = False) -> CSharpType:
    """Return the type that a value has by itself; collections hold objects if ``is_loose``."""
    if isinstance(value, bool):
        return simple("bool")
    if isinstance(value, int):
        return next((simple(name) for name in ("int", "long") if in_range(value, name)), _BIG)
    if isinstance(value, float):
        return simple("double")
    if isinstance(value, str):
        return simple("string")

    def of_all(items: Sequence[Value]) -> CSharpType:
        return OBJECT if is_loose else common_type([type_of(item) for item in items])

    if isinstance(value, tuple) and not is_loose and 2 <= len(value) <= 7 and of_all(value) == OBJECT:
        return tuple_of([type_of(item) for item in value])
    if isinstance(value, list | tuple):
        return list_of(of_all(value))
    if isinstance(value, dict):
        return map_of(of_all(list(value.keys())), of_all(list(value.values())))
    if isinstance(value, set | frozenset):
        return set_of(of_all(list(value)))
    return OBJECT


_BIG = CSharpType("integer", BIG)


def in_range(value: int, name: str) -> bool:
    """Return whether an integer type has a value."""
    least, most = INTEGERS[name]
    return least <= value <= most


def common_type(types: Sequence[CSharpType]) -> CSharpType:
    """Return the type that holds values of all types; ``int`` if there is none."""
    found = list(dict.fromkeys(types))
    if not found:
        return simple("int")
    if len(found) == 1:
        return found[0]
    if OBJECT in found:
        others = common_type([one for one in found if one != OBJECT])
        return nullable(others)
    if all(one.kind in ("integer", "float") for one in found):
        names = {one.text for one in found}
        return simple("double") if "double" in names else (_BIG if BIG in names else simple("long"))
    if len({one.kind for one in found}) == 1 and found[0].kind in ("sequence", "map", "set"):
        elements = zip(*(one.parts for one in found), strict=True)
        *first, last = (common_type(part) for part in elements)
        if first:
            return map_of(first[0], last)
        return list_of(last) if found[0].kind == "sequence" else set_of(last)
    return OBJECT


def bind(bound: dict[str, list[CSharpType]], kind: CSharpType, value: Value) -> None:
    """Note which types the type parameters within a type must be for a value to be of it."""
    if kind.kind == "parameter":
        bound.setdefault(kind.text, []).append(type_of(value))
    elif kind.kind in ("sequence", "array", "set") and isinstance(value, list | tuple | set | frozenset):
        for item in value:
            bind(bound, kind.parts[0], item)
    elif kind.kind == "map" and isinstance(value, dict):
        for key, item in value.items():
            bind(bound, kind.parts[0], key)
            bind(bound, kind.parts[1], item)
    elif kind.kind == "tuple" and isinstance(value, list | tuple) and len(value) == len(kind.parts):
        for part, item in zip(kind.parts, value, strict=True):
            bind(bound, part, item)


def substituted(kind: CSharpType, bound: Mapping[str, CSharpType]) -> CSharpType:
    """Return a type in which type parameters are replaced by what they stand for."""
    if kind.kind == "parameter":
        return bound.get(kind.text, simple("int"))
    parts = tuple(substituted(part, bound) for part in kind.parts)
    if parts == kind.parts:
        return kind
    if kind.kind == "array":
        return array_of(parts[0], kind.rank)
    if kind.kind == "nullable":
        return nullable(parts[0])
    written = ", ".join(part.text for part in parts)
    text, made = (f"{one.partition('<')[0]}<{written}>" if one else "" for one in (kind.text, kind.made))
    return CSharpType(kind.kind, text, parts, kind.rank, made)
