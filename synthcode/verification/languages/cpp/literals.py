"""Values as C++ expressions of the types that a program's signature names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from synthcode.verification.cases.case import Untestable, Value
from synthcode.verification.cases.members import values_of
from synthcode.verification.languages.c_family.scalars import quoted, scalar, unfit
from synthcode.verification.languages.c_family.types import CType

SEQUENCES = frozenset({"vector", "list", "deque", "forward_list", "initializer_list", "span", "valarray"})
_SETS = frozenset({"set", "unordered_set", "multiset", "unordered_multiset"})
COLLECTIONS = SEQUENCES | _SETS | {"array"}
_MAPS = frozenset({"map", "unordered_map", "multimap", "unordered_multimap"})
_TEXTS = frozenset({"string", "string_view"})
_SCALARS = frozenset({"int", "float", "bool", "char"})
_ADAPTERS = frozenset({"stack", "queue", "priority_queue"})
_POINTERS = frozenset({"unique_ptr", "shared_ptr"})
INT = CType("int", spelling="int", bits=32)
LONG = CType("int", spelling="long long", bits=64)
DOUBLE = CType("float", spelling="double")
BOOL = CType("bool", spelling="bool")
CHAR = CType("char", spelling="char", bits=8)
STRING = CType("string", spelling="string")


def literal(value: Value, kind: CType) -> str:
    """Return the expression of a value.

    Raises
    ------
    Untestable
        If the type has no such value, or is not known.
    """
    name, arguments = kind.kind, kind.arguments
    if name in _SCALARS:
        return scalar(value, kind)
    if name in _TEXTS and isinstance(value, str):
        text, length = quoted(value)
        return f"{spelled(kind)}({text}, {length})"
    if name == "pointer":
        return _pointer(value, kind)
    if name == "optional" and len(arguments) == 1:
        return f"{spelled(kind)}{{}}" if value is None else f"{spelled(kind)}({literal(value, arguments[0])})"
    if name in _POINTERS and len(arguments) == 1:
        made = spelled(arguments[0])
        return f"{spelled(kind)}()" if value is None else f"{spelled(kind)}(new {made}({literal(value, arguments[0])}))"
    if name in SEQUENCES and arguments:
        return f"{spelled(kind)}{{{_listed(_sequence(value, kind), arguments[0])}}}"
    if name == "array" and len(arguments) == 2 and arguments[1].spelling == str(len(_sequence(value, kind))):
        return f"{spelled(kind)}{{{{{_listed(_sequence(value, kind), arguments[0])}}}}}"
    if name in _SETS and arguments and isinstance(value, set | frozenset | list | tuple):
        return f"{spelled(kind)}{{{_listed(_members(value), arguments[0])}}}"
    if name in _MAPS and len(arguments) >= 2 and isinstance(value, dict):
        return f"{spelled(kind)}{{{_pairs(value, kind)}}}"
    if name in ("pair", "tuple") and isinstance(value, list | tuple) and len(value) == len(arguments):
        inner = ", ".join(literal(item, one) for item, one in zip(value, arguments, strict=True))
        return f"{spelled(kind)}({inner})"
    if name == "aggregate" and (values := values_of(value, kind.fields)) is not None:
        inner = ", ".join(literal(item, one) for item, one in zip(values, arguments, strict=True))
        return f"{kind.spelling}{{{inner}}}"
    if name in ("any", "variant"):
        return _in_variable(value, kind)
    raise unfit(value, kind)


def spelled(kind: CType) -> str:
    """Return a type's full name."""
    if kind.kind in _SCALARS or kind.kind in ("number", "void", "aggregate"):
        return kind.spelling
    if kind.kind == "pointer":
        return f"{spelled(kind.arguments[0])}*"
    arguments = f"<{', '.join(map(spelled, kind.arguments))}>" if kind.arguments else ""
    return f"std::{kind.kind}{arguments}"


def type_of(value: Value) -> CType:
    """Return the type that the value itself suggests: for templates, ``auto`` and ``any``.

    Raises
    ------
    Untestable
        If there is none, as for a list of values of several types.
    """
    if value is None:
        raise Untestable("None does not tell its type")
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, int):
        return INT if -(1 << 31) <= value < 1 << 31 else LONG
    if isinstance(value, float):
        return DOUBLE
    if isinstance(value, str):
        return STRING
    if isinstance(value, list):
        return CType("vector", (common_type(value),), "vector")
    if isinstance(value, tuple):
        try:
            return CType("vector", (common_type(value),), "vector")
        except Untestable:
            return CType("tuple", tuple(map(type_of, value)), "tuple")
    if isinstance(value, set | frozenset):
        return CType("set", (common_type(value),), "set")
    if isinstance(value, dict):
        return CType("map", (common_type(value), common_type(value.values())), "map")
    raise Untestable(f"there is no C++ value for {type(value).__name__}")


def common_type(values: Iterable[Value]) -> CType:
    """Return the type of all of some values.

    Raises
    ------
    Untestable
        If they have no common type.
    """
    kinds = {type_of(value) for value in values}
    if not kinds:
        return INT
    found = kinds.pop()
    for kind in kinds:
        found = _wider(found, kind)
    return found


def _wider(one: CType, other: CType) -> CType:
    if one == other:
        return one
    if {one, other} <= {INT, LONG, DOUBLE}:
        return DOUBLE if DOUBLE in (one, other) else LONG
    if one.kind == other.kind and one.arguments and len(one.arguments) == len(other.arguments):
        inner = tuple(_wider(left, right) for left, right in zip(one.arguments, other.arguments, strict=True))
        return CType(one.kind, inner, one.spelling)
    raise Untestable("its items have several types")


def _sequence(value: Value, kind: CType) -> Sequence[Value]:
    if isinstance(value, list | tuple):
        return value
    if isinstance(value, str) and kind.arguments[0].kind == "char":
        return list(value)
    if isinstance(value, set | frozenset):
        return _members(value)
    raise unfit(value, kind)


def _members(value: Iterable[Value]) -> Sequence[Value]:
    if isinstance(value, list | tuple):
        return value
    return sorted(value, key=repr)


def _listed(values: Sequence[Value], kind: CType) -> str:
    return ", ".join(literal(value, kind) for value in values)


def _pairs(value: dict[Value, Value], kind: CType) -> str:
    key, item = kind.arguments[:2]
    return ", ".join(f"{{{literal(one, key)}, {literal(other, item)}}}" for one, other in value.items())


def _pointer(value: Value, kind: CType) -> str:
    if value is None:
        return f"({spelled(kind)})nullptr"
    if kind.arguments[0].kind == "char" and isinstance(value, str):
        text, length = quoted(value)
        if "\0" in value:
            raise Untestable("a string of C ends at its first NUL")
        return f"(char*)std::memcpy(std::calloc({length + 1}, 1), {text}, {length})"
    raise unfit(value, kind)


def _in_variable(value: Value, kind: CType) -> str:
    """Return a value within ``any`` or ``variant``."""
    if kind.kind == "any" or not kind.arguments:
        return f"{spelled(kind)}({literal(value, type_of(value))})"
    for one in kind.arguments:
        if isinstance(value, bool) and one.kind != "bool":
            continue
        if one.kind == "monostate" and value is None:
            return f"{spelled(kind)}()"
        try:
            return f"{spelled(kind)}({spelled(one)}({literal(value, one)}))"
        except Untestable:
            continue
    raise unfit(value, kind)
