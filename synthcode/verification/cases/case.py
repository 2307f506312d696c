"""One call of a function with its expected result, in values that every language has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from synthcode.entry_points import spelling

Value = Any
"""What arguments and results are made of: ``None``, ``bool``, ``int``, ``float``, ``str``, ``list``, ``tuple``,
``dict`` and ``set`` stand for the values of all languages."""

CaseOrigin = Literal["seed", "more"]
"""``seed``: a call in the seed's own tests. ``more``: a call on inputs that were derived from those."""


@dataclass(frozen=True)
class Raises:
    """The expected result of a call that raises."""

    kind: str
    """The class of the exception in the seed's language."""


@dataclass(frozen=True)
class TestCase:
    """One call of the entry point."""

    __test__ = False  # pytest would collect it by its name

    arguments: tuple[Value, ...]
    """By position."""
    expected: Value | Raises
    """What the seed's solution returns."""
    origin: CaseOrigin = "seed"
    tolerance: float = 1e-6
    """How much numbers may differ, relatively or absolutely, if either is not an integer."""
    ignores_order: bool = False
    """Whether a sequence may come in another order: the test only looks at its set, or sorts it."""
    given: int | None = None
    """How many of the arguments the call itself has; the others are defaults of the seed's solution. None: all."""
    names: tuple[str, ...] = field(default=(), compare=False, repr=False)
    """Of the parameters of the seed's solution; empty if they are not known, or it takes any number of arguments."""

    def passed(self, required: int) -> tuple[Value, ...]:
        """Return what to pass to a function that cannot do without so many arguments.

        Where the call left arguments out, the function's own defaults count; a function without defaults gets them all.
        """
        return self.arguments[: self.given] if self.given is not None and required <= self.given else self.arguments

    def passed_by_name(self, taken: Mapping[str, bool], required: int) -> tuple[tuple[Value, ...], dict[str, Value]]:
        """Return what to pass by position, and what by name to a function that takes some arguments only by name.

        Parameters
        ----------
        taken
            The names that it takes, in its own spelling, each with whether it cannot do without.
        required
            How many others it cannot do without.
        """
        spelled = {spelling(name): name for name in taken}
        places = {place: spelled[spelling(name)] for place, name in enumerate(self.names) if spelling(name) in spelled}
        given = self.passed(required)
        if len(self.names) != len(self.arguments):
            return given, {}
        named = {name: self.arguments[place] for place, name in places.items() if place < len(given) or taken[name]}
        return tuple(value for place, value in enumerate(given) if place not in places), named


class Untestable(Exception):
    """A call, or a whole program, cannot be tested by rule; the reason is its argument."""
