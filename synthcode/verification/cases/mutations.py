"""Further inputs for a function, derived from those in its tests (after EvalPlus, Liu et al. 2023, arXiv:2305.01210).

A translation may rightly differ from its source on inputs that the tests never hint at: negative numbers, empty lists,
ties, numbers beyond 32 bits. So an input keeps what all recorded ones have in common: types, signs, sizes, order,
distinct items, equal lengths.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from synthcode.verification.cases.case import Value
from synthcode.verification.cases.invariants import Invariants

Arguments = tuple[Value, ...]

_RECOMBINED = 0.3
"""The share of inputs whose arguments come from different calls."""
_ATTEMPTS = 10
"""The most for each input."""
_SMALL = 3
"""Numbers up to this one are often cases of their own."""
_CHOICES = 4
"""So few different numbers, of which most come more than once, are all that there are."""
_STEPS = 3
"""The most changes of one input."""


@dataclass
class _Seen:
    """What the recorded values at one place of the arguments have in common."""

    values: list[Value] = field(default_factory=list)
    items: _Seen | None = None
    """Of the items of sequences and sets, and the values of mappings."""

    def add(self, value: Value) -> None:
        self.values.append(value)
        inner = list(value.values()) if isinstance(value, dict) else value
        if isinstance(inner, list | tuple | set):
            self.items = self.items or _Seen()
            for item in inner:
                self.items.add(item)

    def always(self, holds: Callable[[Any], bool], kind: type | tuple[type, ...] = list) -> bool:
        """Return whether something holds for all values of a type, of which there are some."""
        found = [value for value in self.values if isinstance(value, kind) and not isinstance(value, bool)]
        return bool(found) and all(map(holds, found))

    def numbers(self) -> list[float]:
        return [value for value in self.values if isinstance(value, int | float) and not isinstance(value, bool)]


class InputMutator:
    """Derives inputs from the arguments of recorded calls.

    Parameters
    ----------
    recorded
        The arguments of each call; all calls have the same number of them.
    random_seed
        The same seed and calls give the same inputs.
    """

    def __init__(self, recorded: Sequence[Arguments], random_seed: str) -> None:
        self._recorded = recorded
        self._chance = random.Random(random_seed)
        self._places = [_Seen() for _ in recorded[0]]
        self._invariants = Invariants(recorded)
        for arguments in recorded:
            for seen, value in zip(self._places, arguments, strict=True):
                seen.add(value)
        self._lengths = [
            (number, holder)
            for number in range(len(self._places))
            for holder in range(len(self._places))
            if number != holder and all(_is_length(row[number], row[holder]) for row in recorded)
        ]
        self._equally_long = {
            place
            for place in range(len(self._places))
            for other in range(len(self._places))
            if place != other and all(_are_equally_long(row[place], row[other]) for row in recorded)
        }

    def inputs(self, count: int) -> list[Arguments]:
        """Return at most ``count`` inputs that differ from the recorded ones and from one another."""
        known = {repr(arguments) for arguments in self._recorded}
        found: list[Arguments] = []
        for _ in range(count * _ATTEMPTS):
            arguments = self._input()
            if repr(arguments) not in known and self._invariants.hold(arguments):
                known.add(repr(arguments))
                found.append(arguments)
            if len(found) == count:
                break
        return found

    def _input(self) -> Arguments:
        chance = self._chance
        rows = self._recorded
        mixed = chance.random() < _RECOMBINED and not self._equally_long
        row = chance.choice(rows)
        arguments = [chance.choice(rows)[place] if mixed else row[place] for place in range(len(row))]
        for _ in range(chance.randint(0 if mixed else 1, _STEPS)):
            if arguments:
                place = chance.randrange(len(arguments))
                arguments[place] = self._changed(
                    arguments[place], self._places[place], keeps_length=place in self._equally_long
                )
        for number, holder in self._lengths:
            arguments[number] = len(arguments[holder])
        return tuple(arguments)

    def _changed(self, value: Value, seen: _Seen, *, keeps_length: bool = False) -> Value:
        if isinstance(value, bool):
            return not value if any(isinstance(one, bool) and one != value for one in seen.values) else value
        if isinstance(value, int):
            return self._integer(value, seen)
        if isinstance(value, float):
            return self._float(value, seen)
        if isinstance(value, str):
            return self._string(value, seen, keeps_length=keeps_length)
        if isinstance(value, list):
            return self._list(value, seen, keeps_length=keeps_length)
        if isinstance(value, tuple):
            return self._tuple(value, seen)
        if isinstance(value, dict):
            return self._mapping(value, seen)
        if isinstance(value, set) and seen.items is not None and value:
            return self._set(value, seen.items)
        return value

    def _integer(self, value: int, seen: _Seen) -> int:
        numbers = [number for number in seen.numbers() if isinstance(number, int)]
        if len(set(numbers)) <= _CHOICES and len(numbers) > 2 * len(set(numbers)):
            return self._chance.choice(numbers)
        low, high = min(numbers), max(numbers)
        step = self._chance.choice((-2, -1, 1, 2))
        changed = self._chance.choice((value + step, self._chance.choice(numbers), self._chance.randint(low, high)))
        least = low - 2 if low > _SMALL + 2 else low
        return max(least, min(changed, high + 2))

    def _float(self, value: float, seen: _Seen) -> float:
        numbers = [float(number) for number in seen.numbers()]
        low, high = min(numbers), max(numbers)
        changed = round(self._chance.choice((value + 0.5, value + 1, self._chance.uniform(low, high))), 2)
        return max(low, min(changed, high + 1))

    def _string(self, value: str, seen: _Seen, *, keeps_length: bool) -> str:
        texts = [text for text in seen.values if isinstance(text, str)]
        alphabet = sorted(set("".join(texts)))
        if not alphabet or not value:
            return value
        place = self._chance.randrange(len(value))
        character = self._chance.choice(alphabet)
        is_fixed = keeps_length or len({len(text) for text in texts}) == 1
        changes = [value[:place] + character + value[place + 1 :]]
        if not is_fixed:
            longest = max(map(len, texts))
            changes += [value[:place] + character + value[place:]] if len(value) <= longest else []
            changes += [value[:place] + value[place + 1 :]] if len(value) > 1 else []
        return self._chance.choice(changes)

    def _list(self, value: list[Value], seen: _Seen, *, keeps_length: bool) -> list[Value]:
        if not value or seen.items is None:
            return value
        place = self._chance.randrange(len(value))
        item = self._changed(value[place], seen.items)
        rows_are_equal = seen.always(_has_equal_rows)
        if isinstance(value[place], list) and not rows_are_equal and len(item) != len(value[place]):
            return value  # a triangle, for instance
        changes = [[*value[:place], item, *value[place + 1 :]]]
        is_ragged = isinstance(item, list) and not rows_are_equal
        if not keeps_length and not is_ragged and len({len(one) for one in seen.values if isinstance(one, list)}) > 1:
            changes.append([*value[:place], item, *value[place:]])
            changes += [[*value[:place], *value[place + 1 :]]] if len(value) > 1 else []
        changes = [one for one in changes if not rows_are_equal or _has_equal_rows(one)] or [value]
        changed = self._chance.choice(changes)
        if seen.always(_is_distinct) and not _is_distinct(changed):
            return value
        in_order = _sorted_like(changed, seen)
        return value if is_ragged and in_order != changed else in_order

    def _tuple(self, value: tuple[Value, ...], seen: _Seen) -> tuple[Value, ...]:
        if not value or seen.items is None:
            return value
        place = self._chance.randrange(len(value))
        changed = (*value[:place], self._changed(value[place], seen.items), *value[place + 1 :])
        return value if seen.always(_is_distinct, tuple) and not _is_distinct(changed) else changed

    def _mapping(self, value: dict[Value, Value], seen: _Seen) -> dict[Value, Value]:
        if not value or seen.items is None:
            return value
        key = self._chance.choice(list(value))
        return {**value, key: self._changed(value[key], seen.items)}

    def _set(self, value: set[Value], items: _Seen) -> set[Value]:
        ordered = sorted(value, key=repr)
        place = self._chance.randrange(len(ordered))
        return {*ordered[:place], self._changed(ordered[place], items), *ordered[place + 1 :]}


def _is_length(number: Value, holder: Value) -> bool:
    return isinstance(number, int) and isinstance(holder, list | tuple | str) and number == len(holder)


def _are_equally_long(one: Value, other: Value) -> bool:
    return isinstance(one, list | str) and isinstance(other, list | str) and len(one) == len(other)


def _is_distinct(items: Sequence[Value]) -> bool:
    return len({repr(item) for item in items}) == len(items)


def _has_equal_rows(rows: Sequence[Value]) -> bool:
    return len({len(row) for row in rows if isinstance(row, list | tuple)}) == 1


def _sorted_like(items: list[Value], seen: _Seen) -> list[Value]:
    """Sort a list if all recorded ones are sorted."""
    for is_descending in (False, True):
        if seen.always(partial(_is_sorted, descending=is_descending)):
            try:
                return sorted(items, reverse=is_descending)
            except TypeError:
                return items
    return items


def _is_sorted(items: Sequence[Value], descending: bool) -> bool:
    try:
        return list(items) == sorted(items, reverse=descending)
    except TypeError:
        return False
