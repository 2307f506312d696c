"""Types of parameters as programs write them, and which values have no form in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from synthcode.verification.cases.case import Raises, TestCase, Value
from synthcode.verification.cases.kinds import kind_of

_TOKEN = re.compile(r"[\w.]+|[<>,?*\[\]]|->|[()&]|\.\.\.")
_QUALIFIER = re.compile(r"^(?:\w+\.)+")
_BITS = {
    **dict.fromkeys(("byte", "Byte"), 8),
    **dict.fromkeys(("short", "Short"), 16),
    **dict.fromkeys(("int", "Integer", "Int"), 32),
    **dict.fromkeys(("long", "Long"), 64),
}
_REAL = frozenset({"float", "double", "Float", "Double", "BigDecimal", "Number"})
_TEXT = frozenset({"String", "CharSequence", "StringBuilder"})
_TRUTH = frozenset({"boolean", "Boolean"})
_CHARACTER = frozenset({"char", "Character", "Char"})
_PRIMITIVE = frozenset({"byte", "short", "int", "long", "float", "double", "boolean", "char"})
_ARRAYS = {f"{name}Array": name for name in ("Byte", "Short", "Int", "Long", "Float", "Double", "Boolean", "Char")}
_SEQUENCES = frozenset(
    {"array", "Array", "List", "ArrayList", "LinkedList", "MutableList", "Collection", "MutableCollection", "Iterable"}
) | frozenset({"Set", "HashSet", "LinkedHashSet", "TreeSet", "MutableSet", "Queue", "Deque", "ArrayDeque"})
_MAPS = frozenset({"Map", "HashMap", "LinkedHashMap", "TreeMap", "MutableMap", "SortedMap"})


@dataclass(frozen=True)
class JvmType:
    """A type: its name without a package, and its arguments; an array is ``array`` of its items."""

    name: str
    of: tuple[JvmType, ...] = ()
    is_nullable: bool = True

    def __str__(self) -> str:
        if self.name == "array":
            return f"{self.of[0]}[]"
        return self.name + (f"<{', '.join(map(str, self.of))}>" if self.of else "")


UNKNOWN = JvmType("?")


@dataclass(frozen=True)
class Signature:
    """The parameters of a function."""

    types: tuple[JvmType, ...]
    is_variadic: bool = False
    """Whether the last one takes any number of arguments."""
    optional: int = 0
    """How many of them may be left out."""
    returned: JvmType | None = None
    """The type of the result; None if it is not known."""

    def misfit(self, arguments: Sequence[Value]) -> str | None:
        """Return why a call with these arguments does not fit, or None."""
        fixed = len(self.types) - self.is_variadic
        most = len(arguments) if self.is_variadic else fixed
        if not fixed - self.optional <= len(arguments) <= most:
            return f"it takes {len(self.types)} arguments, not {len(arguments)}"
        found = (misfit(type_, value) for type_, value in zip(self.types[:fixed], arguments, strict=False))
        return next((reason for reason in found if reason is not None), None)


def read_type(text: str, knows_null: bool) -> JvmType:
    """Return the type that a text stands for.

    Parameters
    ----------
    text
        As in a program: ``Map<String, int[]>``, ``List<Int?>``.
    knows_null
        Whether only types with a question mark have null, as in Kotlin.
    """
    tokens = _TOKEN.findall(
        re.sub(r"@\w{1,100}(?:\([^)]{0,200}\))?|\b(?:final|out|in|extends|super|vararg)\b", " ", text)
    )
    if not tokens or "->" in tokens or "(" in tokens:
        return UNKNOWN
    try:
        return _read(tokens, knows_null)
    except IndexError:
        return UNKNOWN


def misfit(type_: JvmType, value: Value) -> str | None:
    """Return why a value has no form in a type, or None if it has one, or may have one."""
    name = _QUALIFIER.sub("", type_.name)
    if value is None:
        is_optional = name.startswith("Optional")
        return None if type_.is_nullable or is_optional or not _is_known(name) else f"null does not fit {type_}"
    if name in _BITS:
        if isinstance(value, bool) or not isinstance(value, int):
            return _not_a(type_, value)
        bits = _BITS[name] - 1
        return None if -(1 << bits) <= value < 1 << bits else f"{type_} does not hold {value}"
    if name in _SCALARS:
        return None if _SCALARS[name](value) else _not_a(type_, value)
    if name in _ARRAYS:
        type_, name = JvmType(type_.name, (JvmType(_ARRAYS[name], (), False),)), "array"
    if name in _SEQUENCES:
        return _items_misfit(type_, value)
    if name in _MAPS:
        return _map_misfit(type_, value)
    return None


_SCALARS: Mapping[str, Callable[[Value], bool]] = {
    **dict.fromkeys(_REAL, lambda value: isinstance(value, int | float) and not isinstance(value, bool)),
    **dict.fromkeys(_TEXT, lambda value: isinstance(value, str)),
    **dict.fromkeys(_TRUTH, lambda value: isinstance(value, bool)),
    **dict.fromkeys(_CHARACTER, lambda value: isinstance(value, str) and len(value) == 1 and ord(value) < 1 << 16),
    "BigInteger": lambda value: isinstance(value, int) and not isinstance(value, bool),
}


def unfit_result(type_: JvmType | None, value: Value | Raises) -> str | None:
    """Return why a type has no result like a value; None if it may have: the largest integers have 64 bits."""
    if isinstance(value, bool | Raises) or type_ is None:
        return None
    if value is None:
        return misfit(type_, None)
    if isinstance(value, int):
        is_large = _QUALIFIER.sub("", type_.name) in _BITS and not -(1 << 63) <= value < 1 << 63
        return f"a result of the type {type_} cannot be so large" if is_large else None
    if isinstance(value, dict) and len(type_.of) == 2:
        items: list[tuple[JvmType, Value]] = [
            pair for item in value.items() for pair in zip(type_.of, item, strict=True)
        ]
    elif isinstance(value, list | tuple | set | frozenset):
        element = JvmType(_ARRAYS[type_.name]) if type_.name in _ARRAYS else next(iter(type_.of), None)
        items = [(element, item) for item in value] if element is not None and len(type_.of) < 2 else []
        name = _QUALIFIER.sub("", type_.name)
        if name not in _ARRAYS and name not in _SEQUENCES:  # a class of its own may hold more
            items = [(part, item) for part, item in items if item is not None]
        elif items and (kinds := _kinds_in(items[0][0], value)):
            return f"a result of the type {type_} cannot hold {kinds}"
    else:
        items = []
    return next((reason for one, item in items if (reason := unfit_result(one, item)) is not None), None)


def _kinds_in(element: JvmType, items: Iterable[Value]) -> str:
    """Return the kinds of items where they are more than a type of one kind holds; or empty."""
    name = _QUALIFIER.sub("", element.name)
    kinds = {kind_of(item) for item in items if item is not None}
    return " and ".join(sorted(kinds)) if len(kinds) > 1 and (name in _BITS or name in _SCALARS) else ""


def _read(tokens: list[str], knows_null: bool) -> JvmType:
    name = tokens.pop(0)
    if name == "?":  # Java's wildcard, perhaps with a bound
        return _read(tokens, knows_null) if tokens and tokens[0] not in (">", ",") else UNKNOWN
    of: list[JvmType] = []
    if tokens and tokens[0] == "<":
        while tokens.pop(0) != ">":
            of.append(_read(tokens, knows_null))
    found = JvmType(name, tuple(of), not knows_null and name not in _PRIMITIVE)
    while tokens and tokens[0] in ("[", "?", "..."):
        token = tokens.pop(0)
        if token == "?":
            found = JvmType(found.name, found.of, True)
        elif token == "[":
            tokens.pop(0)
            found = JvmType("array", (found,))
    return found


def _is_known(name: str) -> bool:
    return name in _BITS or name in _SCALARS or name in _ARRAYS or name in _SEQUENCES or name in _MAPS


def _items_misfit(type_: JvmType, value: Value) -> str | None:
    item = type_.of[0] if type_.of else UNKNOWN
    if isinstance(value, str):
        return None if _QUALIFIER.sub("", item.name) in _CHARACTER else _not_a(type_, value)
    if not isinstance(value, list | tuple | set | frozenset):
        return _not_a(type_, value)
    return next((reason for one in value if (reason := misfit(item, one)) is not None), None)


def _map_misfit(type_: JvmType, value: Value) -> str | None:
    if not isinstance(value, Mapping):
        return _not_a(type_, value)
    if len(type_.of) != 2:
        return None
    parts = ((part, one) for pair in value.items() for part, one in zip(type_.of, pair, strict=True))
    return next((reason for part, one in parts if (reason := misfit(part, one)) is not None), None)


def _not_a(type_: JvmType, value: Value) -> str:
    return f"a {type(value).__name__} does not fit {type_}"


def passed(signatures: Sequence[Signature], case: TestCase) -> tuple[Value, ...]:
    """Return what a case passes to a function with these signatures: no default, if one of them can do without."""
    least = case.passed(0)
    return least if any(one.misfit(least) is None for one in signatures) else case.arguments


def untestable_cases(signatures: Sequence[Signature], cases: Sequence[TestCase]) -> dict[int, str]:
    """Return the cases that fit none of the signatures, by place, and why; empty if there is no signature."""
    untestable = {}
    for place, case in enumerate(cases):
        arguments = passed(signatures, case)
        reasons = [
            reason
            for one in signatures
            if (reason := one.misfit(arguments) or unfit_result(one.returned, case.expected)) is not None
        ]
        if reasons and len(reasons) == len(signatures):
            untestable[place] = reasons[-1]
    return untestable
