"""One call of a function with its expected result, in values that every language has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

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


class Untestable(Exception):
    """A call, or a whole program, cannot be tested by rule; the reason is its argument."""
