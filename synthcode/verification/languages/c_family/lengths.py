"""Which arguments a C or C++ function takes for those of the seed: arrays come with their lengths."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from synthcode.verification.cases.case import Untestable, Value
from synthcode.verification.languages.c_family.functions import Parameter

_LENGTH = re.compile(
    r"(?i)^(?:n|m|k|l|len\w*|\w*_?len|\w*length\w*|\w*size\w*|sz|\w*count\w*|cnt|num\w*|rows?|cols?|columns?|r|c|n\d"
    r"|m\d|\w*_n|n_?\w{1,10}|elements|total|end|high|width|height|\w+(?:Rows?|Cols?|Num|_num|Cnt))$"
)


@dataclass(frozen=True)
class Given:
    """A parameter with the value that it is given."""

    parameter: Parameter
    value: Value = None
    is_length: bool = False
    """Whether the value is the length of an array before it."""
    is_output: bool = False
    """Whether there is no value: the function stores its result there."""


def matched(
    parameters: Sequence[Parameter], arguments: Sequence[Value], is_integer: Callable[[Parameter], bool]
) -> list[Given]:
    """Give each parameter its argument.

    If there are more parameters than arguments, integers that follow an array or a string are its length, or the
    lengths of its rows; the last one may be the place of the result. If there are fewer, arguments that are the length
    of the list before them are left out.

    Raises
    ------
    Untestable
        If they do not fit.
    """
    missing = sum(not one.has_default for one in parameters) - len(arguments)
    given: list[Given] = []
    rest = list(arguments)
    lengths: list[int] = []
    for place, parameter in enumerate(parameters):
        if missing > 0 and lengths and is_integer(parameter) and _LENGTH.match(parameter.name or "n"):
            given.append(Given(parameter, _one_length(lengths, missing), is_length=True))
            missing -= 1
            continue
        if not rest:
            if parameter.has_default:
                break
            if missing == 1 and place == len(parameters) - 1 and _may_be_output(parameter):
                given.append(Given(parameter, is_output=True))
                missing = 0
                continue
            raise Untestable(f"it takes other arguments than {len(arguments)}")
        value = rest.pop(0)
        given.append(Given(parameter, value))
        lengths = [*(lengths if isinstance(value, list | tuple) else []), *_lengths(value)]
        while missing < 0 and rest and lengths and rest[0] == lengths[-1] and not isinstance(rest[0], bool):
            del rest[0]
            del lengths[-1]
            missing += 1
    if rest:
        raise Untestable(f"it takes other arguments than {len(arguments)}")
    return given


def _one_length(lengths: list[int], missing: int) -> int:
    """Take the next length: if one parameter is that of several arrays, they must be of one length."""
    if missing == 1 and len(set(lengths)) > 1:
        raise Untestable("it takes one length for arrays of several")
    return lengths.pop(0)


def _may_be_output(parameter: Parameter) -> bool:
    return not parameter.is_const and (parameter.reference == "&" or parameter.pointers == 1)


def _lengths(value: Value) -> list[int]:
    """Return the length of an array, and of its rows if they have one length."""
    if isinstance(value, str):
        return [len(value.encode("utf-8", "replace"))]
    if not isinstance(value, list | tuple):
        return []
    widths = {len(row) for row in value if isinstance(row, list | tuple)}
    are_rows = len(widths) == 1 and all(isinstance(row, list | tuple) for row in value)
    return [len(value), *widths] if are_rows else [len(value)]
