"""How much work a template may do: steps of loops, calls, and characters that are read or made."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from contextvars import ContextVar
from typing import Any

from synthcode.bounded import limits

_ELEMENT = 16
"""Looking at an element of a collection costs as much as so many characters."""
_NUMBER = re.compile(r"\d+")
_WORK: ContextVar[int] = ContextVar("work that is left to the template that is being filled")


class TemplateTooLargeError(ValueError):
    """A template that does, or is about to do, more than a template may."""


def begin() -> None:
    """Start to count: a template is about to be filled."""
    _WORK.set(limits.TEMPLATE_WORK)


def charge(units: int) -> None:
    """Count work before it is done.

    Raises
    ------
    TemplateTooLargeError
        If the template has used up what it may do.
    """
    left = _WORK.get(limits.TEMPLATE_WORK) - units
    if left < 0:
        raise TemplateTooLargeError("it loops too often or makes too much text")
    _WORK.set(left)


def charge_step() -> None:
    """Count one round of a loop, or one call."""
    charge(limits.TEMPLATE_STEP)


def size_of(value: Any) -> int:
    """Return the length of text or of a collection; 0 for anything else."""
    return len(value) if isinstance(value, Sized) and not isinstance(value, range) else 0


def charge_values(values: Iterable[Any]) -> None:
    """Count values that are read or made, with what they hold: Python may write a list of a million references out.

    Raises
    ------
    TemplateTooLargeError
        Also if one is a number too large for a width or a count.
    """
    known: dict[int, int] = {}
    for value in values:
        charge(_units(value, known))


def _units(value: Any, known: dict[int, int]) -> int:
    """Return the work of reading a value, with what it holds.

    A collection that several others hold counts each time, but is looked at once: ``known`` has its units by its id.
    """
    if isinstance(value, int):
        if abs(value) > limits.PROMPT:
            raise TemplateTooLargeError(f"it uses a number above {limits.PROMPT:,} as an argument")
        return 0
    if isinstance(value, str | bytes):
        return len(value)
    if not isinstance(value, list | tuple | set | frozenset | dict):
        return 0
    if id(value) not in known:
        inner = (*value, *value.values()) if isinstance(value, dict) else value
        known[id(value)] = len(value) * _ELEMENT + sum(_units(one, known) for one in inner)
    return known[id(value)]


def charge_operands(values: Iterable[Any]) -> None:
    """Count values that are looked at whole, such as what is compared; numbers may be of any size."""
    for value in values:
        if type(value) is str:  # nearly all are, several to a prompt
            charge(len(value))
        elif not isinstance(value, int):
            charge_values([value])


def counted(values: Any) -> Any:
    """Return what a loop goes over, with its rounds counted."""
    if isinstance(values, Sized):
        charge(len(values) * limits.TEMPLATE_STEP)
        return values
    return _steps(values)


def _steps(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        charge_step()
        yield value


def charge_binary(operator: str, left: Any, right: Any) -> None:
    """Count what an operator makes, before it makes it."""
    if operator == "%" and isinstance(left, str):
        given = right if isinstance(right, tuple) else (right,)
        charge_operands(given)
        charge(_formatted(left, "%", given))
    elif isinstance(left, int) and isinstance(right, int):
        bits = left.bit_length() * (abs(right) if operator == "**" else 1) + right.bit_length()
        if bits > limits.TEMPLATE_NUMBER_BITS:
            raise TemplateTooLargeError("it makes a number that is too large")
    elif operator == "*":
        times = left if isinstance(left, int) else right
        repeated = right if isinstance(left, int) else left
        charge(max(times, 0) * max(size_of(repeated), 1) if isinstance(times, int) else 0)
    else:
        charge(size_of(left) + size_of(right))


def charge_growth(name: str, value: Any, arguments: Sequence[Any], named: Mapping[str, Any]) -> None:
    """Count what a method of text, or a filter of that name, makes of a value, before it makes it."""
    given = [*arguments, *named.values()]
    charge(len(given) * limits.TEMPLATE_STEP)
    charge_values([value, *given])
    if growth := _GROWTH.get(name):
        charge(growth(value, given))


def _formatted(template: str, mark: str, given: Sequence[Any]) -> int:
    widths = [int(number[:9]) for number in _NUMBER.findall(template)]
    widths += [abs(value) for value in given if isinstance(value, int)]
    widths += [int(number[:9]) for value in given if isinstance(value, str) for number in _NUMBER.findall(value)]
    return template.count(mark) * (max(widths, default=0) + max(map(size_of, given), default=0))


def _joined(value: Any, given: Sequence[Any]) -> int:
    separators = [one for one in (value, *given) if isinstance(one, str)]
    collections = [one for one in (value, *given) if isinstance(one, list | tuple | dict | set)]
    longest = max(map(len, separators), default=0)
    return sum(longest + size_of(item) for one in collections for item in one)


def _inserted(value: Any, given: Sequence[Any]) -> int:
    """For every place in a text, the longest argument at most, or as many blanks as the largest number."""
    longest = max((one if isinstance(one, int) else size_of(one) for one in given), default=0)
    places = value.count(given[0]) if given and isinstance(given[0], str) and isinstance(value, str) else 0
    lines = value.count("\n") + value.count("\t") + 1 if isinstance(value, str) else size_of(value)
    return max(places, lines) * max(longest, 8)


def _summed(value: Any, _given: Sequence[Any]) -> int:
    """Count what lists that are put together one after another come to: each sum is a new list."""
    items = value if isinstance(value, list | tuple) else ()
    sizes = (sum(map(size_of, item.values())) if isinstance(item, dict) else size_of(item) for item in items)
    return sum(sizes) * len(items)


_GROWTH: dict[str, Callable[[Any, Sequence[Any]], int]] = {
    "format": lambda value, given: _formatted(str(value), "%", given) + _formatted(str(value), "{", given),
    "format_map": lambda value, given: _formatted(str(value), "{", given),
    "join": _joined,
    "sum": _summed,
    "replace": _inserted,
    "indent": _inserted,
    "expandtabs": _inserted,
    "wordwrap": lambda value, given: size_of(value) * max(map(size_of, given), default=1),
    "tojson": lambda value, given: (
        size_of(value) * (1 + max((one for one in given if isinstance(one, int)), default=0))
    ),
    "center": lambda _value, given: max((one for one in given if isinstance(one, int)), default=0),
    "ljust": lambda _value, given: max((one for one in given if isinstance(one, int)), default=0),
    "rjust": lambda _value, given: max((one for one in given if isinstance(one, int)), default=0),
    "zfill": lambda _value, given: max((one for one in given if isinstance(one, int)), default=0),
    "batch": lambda _value, given: max((one for one in given if isinstance(one, int)), default=0),
    "slice": lambda _value, given: max((one for one in given if isinstance(one, int)), default=0),
}
"""Method or filter -> how many characters it makes at most, beyond those of its value."""
