"""How the arguments of a function relate to one another in all recorded calls: a bound, an index, a member."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from synthcode.verification.cases.case import Value


class Invariants:
    """What holds between the arguments of all recorded calls.

    A function may rely on it without a word: that a range does not end before it starts, or that an index lies in its
    list. Languages differ where it does not hold: Python reads from the end of a list at a negative index.

    Parameters
    ----------
    recorded
        The arguments of each call; all calls have the same number of them.
    """

    def __init__(self, recorded: Sequence[Sequence[Value]]) -> None:
        places = range(len(recorded[0]))
        self._relations = [
            (relation, one, other)
            for relation in _RELATIONS
            for one in places
            for other in places
            if one != other and all(relation(row[one], row[other]) for row in recorded)
        ]

    def hold(self, arguments: Sequence[Value]) -> bool:
        """Return whether the arguments relate as in all recorded calls."""
        return all(relation(arguments[one], arguments[other]) for relation, one, other in self._relations)


def _is_less(one: Value, other: Value) -> bool:
    return _are_numbers(one, other) and bool(one < other)


def _is_at_most(one: Value, other: Value) -> bool:
    return _are_numbers(one, other) and bool(one <= other)


def _is_index(one: Value, other: Value) -> bool:
    return isinstance(one, int) and isinstance(other, list | tuple | str) and 0 <= one < len(other)


def _is_size(one: Value, other: Value) -> bool:
    return isinstance(one, int) and isinstance(other, list | tuple | str) and 0 <= one <= len(other)


def _is_member(one: Value, other: Value) -> bool:
    if isinstance(other, str):
        return isinstance(one, str) and one in other
    return isinstance(other, list | tuple | dict) and not isinstance(one, list | dict | set) and one in other


def _are_at_most(one: Value, other: Value) -> bool:
    """Return whether each item of a list is at most that of the other: starts and ends, for instance."""
    return (
        isinstance(one, list)
        and isinstance(other, list)
        and len(one) == len(other)
        and all(_is_at_most(first, second) for first, second in zip(one, other, strict=True))
    )


def _are_numbers(one: Value, other: Value) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in (one, other))


_RELATIONS: tuple[Callable[[Value, Value], bool], ...] = (
    _is_less,
    _is_at_most,
    _is_index,
    _is_size,
    _is_member,
    _are_at_most,
)
