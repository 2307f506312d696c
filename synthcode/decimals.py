"""Scores and differences with some digits after the point: zero has no sign, whatever is rounded to it."""

from __future__ import annotations

DIGITS = 3
"""Of a score in a table."""


def decimals(value: float, digits: int = DIGITS, *, signed: bool = False) -> str:
    """Return a number as tables show it: ``0.500``, ``-0.250``, and ``0.000`` for -0.0001.

    Parameters
    ----------
    value
        The number.
    digits
        After the point.
    signed
        Whether a plus sign stands before what is not below zero: ``+0.500``, ``+0.000``.
    """
    return f"{value:{'+' if signed else ''}z.{digits}f}"


def with_interval(value: float, lo: float, hi: float, *, signed: bool = False) -> str:
    """Return a number and its interval: ``0.500 [0.400, 0.600]``."""
    shown, low, high = (decimals(number, signed=signed) for number in (value, lo, hi))
    return f"{shown} [{low}, {high}]"


def rounded(value: float, digits: int) -> float:
    """Return a rounded number, 0.0 for -0.0: files show it, too."""
    return round(float(value), digits) + 0.0
