"""Values of numbers, characters and strings as C and C++ write them."""

from __future__ import annotations

import math

from synthcode.verification.cases.case import Untestable, Value
from synthcode.verification.languages.c_family.types import CType

_SHOWN_CHARACTERS = 40


def unfit(value: Value, kind: CType) -> Untestable:
    """Return the refusal of a value that a type does not have."""
    shown = repr(value)
    shown = shown if len(shown) <= _SHOWN_CHARACTERS else f"{shown[:_SHOWN_CHARACTERS]}..."
    return Untestable(f"{shown} does not fit the type {kind.spelling}")


def scalar(value: Value, kind: CType) -> str:
    """Return the expression of a number, a truth value or a character.

    Raises
    ------
    Untestable
        If the type has no such value.
    """
    if kind.kind == "bool" and (isinstance(value, bool) or (isinstance(value, int) and value in (0, 1))):
        return "true" if value else "false"
    if kind.kind == "char" and isinstance(value, str) and len(value) == 1 and ord(value) < 128:
        return f"'\\{ord(value):03o}'"
    if kind.kind == "char" and type(value) is int and -128 <= value < 128:
        return f"(char)({value})"
    if kind.kind == "int" and isinstance(value, int):
        return _integer(int(value), kind)
    if kind.kind == "float" and isinstance(value, int | float):
        return _float(value, kind)
    raise unfit(value, kind)


def _integer(value: int, kind: CType) -> str:
    bits = kind.bits - 1 if kind.is_signed else kind.bits
    if not -(1 << bits if kind.is_signed else 0) <= value < 1 << bits or not -(1 << 63) <= value < 1 << 64:
        raise unfit(value, kind)
    if value == -(1 << 63):
        return f"({kind.spelling})(-9223372036854775807LL-1)"
    suffix = "ULL" if value >= 1 << 63 else "LL" if abs(value) >= 1 << 31 else ""
    return f"({kind.spelling})({value}{suffix})" if " " not in kind.spelling else f"(({kind.spelling}){value}{suffix})"


def _float(value: float, kind: CType) -> str:
    try:
        number = float(value)
    except OverflowError as problem:
        raise unfit(value, kind) from problem
    if math.isnan(number):
        return '((double)__builtin_nan(""))'
    if math.isinf(number):
        return "(-__builtin_inf())" if number < 0 else "__builtin_inf()"
    return repr(number) if "e" in repr(number) or "." in repr(number) else f"{number!r}.0"


def quoted(text: str) -> tuple[str, int]:
    """Return the literal of a string, in UTF-8, and how many bytes it has.

    Raises
    ------
    Untestable
        If it cannot be encoded.
    """
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as problem:
        raise Untestable("a string contains half of a surrogate pair") from problem
    plain = b'"\\?'
    shown = "".join(chr(one) if 32 <= one < 127 and one not in plain else f"\\{one:03o}" for one in data)
    return f'"{shown}"', len(data)
