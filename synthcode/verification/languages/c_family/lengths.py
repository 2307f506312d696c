"""Which arguments a C or C++ function takes for those of the seed: arrays come with their lengths."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from synthcode.verification.cases.case import TestCase, Untestable, Value
from synthcode.verification.languages.c_family.declarations import Parameter

_LENGTH = re.compile(
    r"(?i)^(?:[nmklrc]|len\w{0,40}|\w{0,40}_?len|\w{0,40}length\w{0,40}|\w{0,40}size\w{0,40}|sz|\w{0,40}count\w{0,40}|cnt|num\w{0,40}|\w{0,40}rows?|\w{0,40}cols?|columns?|[nm]\d"
    r"|\w{0,40}_[nm]|n_?\w{1,10}|elements|total|end|high|width|height|\w{1,40}(?:num|cnt))$"
)
_ROW_LENGTHS = re.compile(r"(?i)^\w{0,40}(?:col\w{0,40}|row\w{0,40}|inner\w{0,40}|sizes|lens|lengths)$")


@dataclass(frozen=True)
class Given:
    """A parameter with the value that it is given."""

    parameter: Parameter
    value: Value = None
    is_length: bool = False
    """Whether the value is the length of an array, or those of its rows."""
    is_output: bool = False
    """Whether there is no value: the function stores a result there."""


def matched(
    parameters: Sequence[Parameter], arguments: Sequence[Value], is_integer: Callable[[Parameter], bool]
) -> list[Given]:
    """Give each parameter its argument.

    If there are more parameters than arguments, integers next to an array or a string are its length, or the lengths
    of its rows; the last parameters may be the places of results. If there are fewer, arguments that are the length of
    the list before them are left out.

    Raises
    ------
    Untestable
        If they do not fit.
    """
    return _Matching(parameters, arguments, is_integer).all()


def matched_call(
    parameters: Sequence[Parameter], case: TestCase, is_integer: Callable[[Parameter], bool]
) -> list[Given]:
    """Give each parameter the argument of a case: defaults of the seed's solution only if it has no default itself."""
    forms = [case.arguments, case.passed(0)] if case.given is not None else [case.arguments]
    if any(one.has_default for one in parameters):
        forms.reverse()
    try:
        return matched(parameters, forms[0], is_integer)
    except Untestable:
        if len(forms) == 1:
            raise
        return matched(parameters, forms[1], is_integer)


class _Matching:
    def __init__(
        self, parameters: Sequence[Parameter], arguments: Sequence[Value], is_integer: Callable[[Parameter], bool]
    ) -> None:
        self._parameters = parameters
        self._rest = list(arguments)
        self._count = len(arguments)
        self._is_integer = is_integer
        required = sum(not one.has_default for one in parameters)
        self._missing = max(0, required - len(arguments)) + min(0, len(parameters) - len(arguments))
        self._lengths: list[int] = []
        """Of arrays whose lengths have not been given yet."""
        self._outer: list[int] = []
        """The lengths of these arrays themselves, without those of their rows."""
        self._announced = 0
        """How many lengths of the next array have been given."""
        self._latest: Value = None
        """The argument that was given last."""

    def all(self) -> list[Given]:
        given: list[Given] = []
        for parameter in self._parameters:
            one = self._next(parameter)
            if one is None:
                break
            given.append(one)
        if self._rest:
            raise self._unfit()
        return given

    def _unfit(self) -> Untestable:
        return Untestable(f"it takes other arguments than {self._count}")

    def _next(self, parameter: Parameter) -> Given | None:
        if self._missing > 0:
            derived = self._derived(parameter)
            if derived is not None:
                self._missing -= 1
                return derived
        if not self._rest:
            if parameter.has_default:
                return None
            raise self._unfit()
        replaces = isinstance(self._latest, str)  # the length of a string is rarely given after another array
        value = self._latest = self._rest.pop(0)
        lengths = _lengths(value)[self._announced :]
        self._lengths = [*([] if replaces else self._lengths), *lengths]
        self._outer = [*([] if replaces else self._outer), *lengths[:1]]
        self._announced = 0
        self._leave_lengths_out()
        return Given(parameter, value)

    def _derived(self, parameter: Parameter) -> Given | None:
        """Return a length, or the place of a result, if the parameter is one."""
        is_length = self._is_integer(parameter) and _LENGTH.match(parameter.name or "n")
        if is_length and self._lengths:
            if self._missing == 1 and len(set(self._outer)) > 1:
                raise Untestable("it takes one length for arrays of several")
            self._outer = self._outer[1:]
            return Given(parameter, self._lengths.pop(0), is_length=True)
        if is_length and self._rest and isinstance(self._rest[0], str | list | tuple):
            lengths = _lengths(self._rest[0])[self._announced :]
            if lengths:
                self._announced += 1
                return Given(parameter, lengths[0], is_length=True)
        rows = _row_lengths(self._latest)
        if rows and parameter.pointers == 1 and _ROW_LENGTHS.match(parameter.name):
            return Given(parameter, rows, is_length=True)
        return Given(parameter, is_output=True) if not self._rest and _may_be_output(parameter) else None

    def _leave_lengths_out(self) -> None:
        """Drop arguments that are the length of the list before them, if there are too many."""
        while self._missing < 0 and self._rest and self._lengths:
            if isinstance(self._rest[0], bool) or self._rest[0] != self._lengths[-1]:
                break
            del self._rest[0], self._lengths[-1]
            self._missing += 1


def _may_be_output(parameter: Parameter) -> bool:
    is_array = parameter.pointers + len(parameter.dimensions) in (1, 2)
    return not parameter.is_const and (parameter.reference == "&" or is_array)


def _lengths(value: Value) -> list[int]:
    """Return the length of an array, and of its rows if they have one length."""
    if isinstance(value, str):
        return [len(value.encode("utf-8", "replace"))]
    if not isinstance(value, list | tuple):
        return []
    widths = set(_row_lengths(value))
    return [len(value), *widths] if len(widths) == 1 else [len(value)]


def _row_lengths(value: Value) -> list[int]:
    """Return the lengths of an array's rows; none if it has none."""
    if isinstance(value, list | tuple) and all(isinstance(row, list | tuple) for row in value):
        return [len(row) for row in value]
    return []
