"""What a call in C gives: the function's value, or what it stores; with a length where that is known."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from synthcode.verification.cases.case import Raises, TestCase, Untestable, Value
from synthcode.verification.languages.c.arguments import Types
from synthcode.verification.languages.c_family.declarations import Parameter
from synthcode.verification.languages.c_family.functions import Function
from synthcode.verification.languages.c_family.lengths import Given
from synthcode.verification.languages.c_family.types import CType

_LENGTH_FIELD = re.compile(r"(?i)^(?:n|len\w*|size|count|length|used|num\w*)$")
_LENGTH_NAME = re.compile(r"(?i)^n$|len|size|count|num")
_STATUS_NAME = re.compile(r"(?i)err|status|success|valid|^ok|flag")
_ARRAY_NAME = re.compile(r"(?i)^(?:res|results?|out|output|arr\w{0,9}|list|buf|buffer|ans|answer|dst|dest|ret)$")
_COMMA = ' HIDDEN_put(", "); '
_WRITERS = {"float": "real", "bool": "boolean", "char": "character"}


@dataclass(frozen=True)
class Stored:
    """An argument in which a function can store something, or find it changed."""

    given: Given
    name: str
    """Of its variable."""
    length: int | None
    """How many items it had, if it was an array."""


def written_result(function: Function, stored: Sequence[Stored], case: TestCase, types: Types) -> str:
    """Return the statements that write the result, which is in the variable ``result``.

    Raises
    ------
    Untestable
        If it is not known where the result is, or how long.
    """
    if isinstance(case.expected, Raises):
        raise Untestable("C has no exceptions")
    returned = Parameter("", function.returns)
    kind, levels = types.of(returned)
    if isinstance(case.expected, dict) and not _has_fields(case.expected, (kind, levels), stored, types):
        raise Untestable("C has no mappings")
    outputs = [one for one in stored if one.given.is_output]
    if kind.kind == "void" and levels == 0:
        return _of_nothing(outputs, [one for one in stored if not one.given.is_output], case, types)
    if levels == 0 and kind.kind == "int" and _is_larger(case.expected, kind.bits):
        raise Untestable(f"a result of the type {kind.spelling} cannot be so large")
    if levels == 0 and _is_first(kind, outputs, case, types):
        parts = [_item("result", kind, None, types)]
        parts += [_item(f"{one.name}[0]", types.of(one.given.parameter)[0], None, types) for one in outputs]
        return f'HIDDEN_put("["); {_COMMA.join(parts)} HIDDEN_put("]");'
    if isinstance(case.expected, list | tuple | set) and levels == 0 and types.fields(kind) is None:
        return _of_length(kind, outputs, [one for one in stored if one.length is not None], types)
    if levels == 0 and outputs and not _is_value(kind, outputs):
        written = _of_outputs(outputs, case, types)
        return f'if (!result) HIDDEN_put("null"); else {{ {written} }}' if kind.kind == "bool" else written
    if case.expected is None and levels == 0:
        raise Untestable("its result cannot be None")
    written = _of_value(kind, levels, outputs if levels else (), case, types)
    if case.expected is None or (levels > 0 and kind.kind != "char" and types.fields(kind) is None):
        return f'if (result == 0) HIDDEN_put("null"); else {{ {written} }}'
    return written


def _is_first(kind: CType, outputs: Sequence[Stored], case: TestCase, types: Types) -> bool:
    """Return whether a function returns the first item of a tuple, and stores the others."""
    if not isinstance(case.expected, tuple) or len(case.expected) != len(outputs) + 1 or kind.kind == "bool":
        return False
    return len(outputs) > 0 and all(
        types.of(one.given.parameter)[1] == 1
        and not one.given.parameter.dimensions
        and _ARRAY_NAME.match(one.given.parameter.name) is None
        for one in outputs
    )


def _is_larger(value: Value | Raises, bits: int) -> bool:
    """Return whether an integer has more bits than a type of C holds."""
    return isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > max(bits, 64)


def _has_fields(
    expected: dict[Value, Value], returned: tuple[CType, int], stored: Sequence[Stored], types: Types
) -> bool:
    """Return whether a structure that is returned or stored may stand for a mapping: its fields for the keys."""
    outputs = [types.of(one.given.parameter) for one in stored if one.given.is_output]
    kinds = [kind for kind, levels in [returned, *outputs] if levels <= 1]
    return all(isinstance(key, str) for key in expected) and any(types.fields(kind) is not None for kind in kinds)


def _is_value(kind: CType, outputs: Sequence[Stored]) -> bool:
    """Return whether a function returns its result and stores its status; most of those that store return a status."""
    return len(outputs) == 1 and (
        kind.kind == "float" or _STATUS_NAME.search(outputs[0].given.parameter.name) is not None
    )


def _of_value(kind: CType, levels: int, outputs: Sequence[Stored], case: TestCase, types: Types) -> str:
    fields = types.fields(kind)
    if fields is not None and levels <= 1 and not outputs:
        return _structure("result" if levels == 0 else "(*result)", fields, types, is_pointer=levels == 1)
    if levels == 0:
        return _item("result", kind, case, types)
    if kind.kind == "char" and levels == 1 and not isinstance(case.expected, list | tuple | set):
        return "HIDDEN_string(result);"
    if not outputs and levels == 1 and isinstance(case.expected, bool | int | float | None):
        return _item("result[0]", kind, case, types)
    if not outputs and isinstance(case.expected, list | tuple) and case.expected:
        return _of_known_length(kind, levels, case.expected, types)
    if not outputs or levels > 2:
        raise Untestable("the length of its result is not known")
    length = _length(outputs[0], types)
    if levels == 1:
        return _array("result", length, lambda one: _item(one, kind, None, types))
    if kind.kind == "char":
        return _array("result", length, lambda one: f"HIDDEN_string({one});")
    if len(outputs) < 2 or types.of(outputs[1].given.parameter)[1] != 2:
        raise Untestable("the lengths of the rows of its result are not known")
    widths = outputs[1].name
    return _array(
        "result", length, lambda one: _array(one, f"{widths}[i]", lambda cell: _item(cell, kind, None, types), "j")
    )


def _of_known_length(kind: CType, levels: int, expected: Sequence[Value], types: Types) -> str:
    """Return the result of a function that returns no length: its caller knows it, so that it is the expected one."""
    if levels == 1 and kind.kind != "char":
        return _array("result", str(len(expected)), lambda one: _item(one, kind, None, types))
    if levels == 2 and kind.kind == "char":
        return _array("result", str(len(expected)), lambda one: f"HIDDEN_string({one});")
    raise Untestable("the length of its result is not known")


def _of_nothing(outputs: Sequence[Stored], changed: Sequence[Stored], case: TestCase, types: Types) -> str:
    """Return the result of a function without a value: what it stores, or the array that it changes."""
    if outputs:
        return _of_outputs(outputs, case, types)
    if case.expected is None:
        return 'HIDDEN_put("null");'
    if not changed:
        return 'HIDDEN_put("null");'
    if len(changed) != 1:
        raise Untestable("it returns nothing")
    [one] = changed
    kind, levels = types.of(one.given.parameter)
    if levels == 1 and kind.kind == "char" and isinstance(case.expected, str):
        return f"HIDDEN_string({one.name});"
    if levels == 1 and one.length is not None:
        return _array(one.name, str(one.length), lambda item: _item(item, kind, None, types))
    if levels == 1:
        return _item(one.name, kind, case, types)
    rows = one.given.value
    if levels == 2 and isinstance(rows, list | tuple) and len({len(row) for row in rows}) == 1:
        width = str(len(rows[0]))
        return _array(
            one.name,
            str(len(rows)),
            lambda row: _array(row, width, lambda item: _item(item, kind, None, types), "j"),
        )
    raise Untestable("the length of its result is not known")


def _of_outputs(outputs: Sequence[Stored], case: TestCase, types: Types) -> str:
    kinds = [types.of(one.given.parameter) for one in outputs]
    is_sequence = isinstance(case.expected, list | tuple | set)
    length = str(len(case.expected)) if isinstance(case.expected, list | tuple | set) else ""
    if len(outputs) == 1 and not is_sequence:
        (kind, levels), name = kinds[0], outputs[0].name
        if kind.kind == "char" and isinstance(case.expected, str) and (levels == 2 or len(case.expected) != 1):
            return f"HIDDEN_string({name});"
        if levels == 1:
            return _item(f"{name}[0]", kind, case, types)
    if is_sequence and len(outputs) == 1 and outputs[0].given.parameter.dimensions == (length,):
        kind = kinds[0][0]
        return _array(outputs[0].name, length, lambda one: _item(one, kind, None, types))
    if is_sequence and len(outputs) == 2 and _is_length(outputs[1], types) and _names_length(outputs[1]):
        (kind, _), name = kinds[0], outputs[0].name
        return _array(name, f"{outputs[1].name}[0]", lambda one: _item(one, kind, None, types))
    is_tuple = isinstance(case.expected, tuple) and len(case.expected) == len(outputs) > 1
    if is_tuple and all(levels == 1 for _, levels in kinds):
        parts = [_item(f"{one.name}[0]", kind, None, types) for one, (kind, _) in zip(outputs, kinds, strict=True)]
        return f'HIDDEN_put("["); {_COMMA.join(parts)} HIDDEN_put("]");'
    raise Untestable("the length of its result is not known")


def _of_length(kind: CType, outputs: Sequence[Stored], arrays: Sequence[Stored], types: Types) -> str:
    """Return the result of a function that returns how many items it has stored."""
    places = list(outputs) or [one for one in arrays if not one.given.parameter.is_const]
    if kind.kind == "bool" or kind.kind != "int":
        raise Untestable("it returns no array")
    if len(places) == 2 and _is_length(places[1], types):
        raise Untestable("it has two lengths of its result")
    if len(places) != 1:
        raise Untestable("it returns no array")
    item, levels = types.of(places[0].given.parameter)
    if levels == 2 and item.kind == "char":
        return _array(places[0].name, "result", lambda one: f"HIDDEN_string({one});")
    if levels > (2 if places[0].given.parameter.pointers == 2 else 1):
        raise Untestable("the lengths of the rows of its result are not known")
    return _array(places[0].name, "result", lambda one: _item(one, item, None, types))


def _array(array: str, length: str, item: Callable[[str], str], index: str = "i") -> str:
    loop = f"for (long {index} = 0; {index} < (long)({length}); ++{index})"
    body = f'{{ if ({index}) HIDDEN_put(", "); {item(f"{array}[{index}]")} }}'
    return f'HIDDEN_put("["); {loop} {body} HIDDEN_put("]");'


def _length(output: Stored, types: Types) -> str:
    if not _is_length(output, types):
        raise Untestable("the length of its result is not known")
    return f"{output.name}[0]"


def _is_length(output: Stored, types: Types) -> bool:
    kind, levels = types.of(output.given.parameter)
    return kind.kind == "int" and levels == 1


def _names_length(output: Stored) -> bool:
    return bool(_LENGTH_NAME.search(output.given.parameter.name))


def _item(expression: str, kind: CType, case: TestCase | None, types: Types) -> str:
    """Return the statement that writes a number, a character or a structure."""
    fields = types.fields(kind)
    if fields is not None:
        return _structure(expression, fields, types)
    if case is not None and isinstance(case.expected, bool) and kind.kind == "int":
        return f"HIDDEN_boolean(({expression}) != 0);"
    if kind.kind == "int":
        return f"HIDDEN_{'integer' if kind.is_signed else 'natural'}({expression});"
    if kind.kind not in _WRITERS:
        raise Untestable(f"it returns a value of the type {kind.spelling}")
    return f"HIDDEN_{_WRITERS[kind.kind]}({expression});"


def _structure(expression: str, fields: Sequence[Parameter], types: Types, *, is_pointer: bool = False) -> str:
    """Return the statements that write a structure: an array with its length, or a tuple of its fields."""
    kinds = [types.of(field) for field in fields]
    arrays = [place for place, (kind, levels) in enumerate(kinds) if levels == 1 and kind.kind != "char"]
    strings = [place for place, (kind, levels) in enumerate(kinds) if levels == 2 and kind.kind == "char"]
    lengths = [
        place
        for place, (field, (kind, levels)) in enumerate(zip(fields, kinds, strict=True))
        if levels == 0 and kind.kind == "int" and _LENGTH_FIELD.match(field.name)
    ]
    if len(arrays) + len(strings) == 1 and len(lengths) == 1:
        place = (arrays or strings)[0]
        array, length = f"{expression}.{fields[place].name}", f"{expression}.{fields[lengths[0]].name}"
        item = kinds[place][0]
        written = _array(
            array, length, lambda one: f"HIDDEN_string({one});" if strings else _item(one, item, None, types)
        )
    else:
        written = _fields(expression, fields, types)
    return f'if (result == 0) HIDDEN_put("null"); else {{ {written} }}' if is_pointer else written


def _fields(expression: str, fields: Sequence[Parameter], types: Types) -> str:
    parts = []
    for field in fields:
        kind, levels = types.of(field)
        if levels == 0:
            written = _item(f"{expression}.{field.name}", kind, None, types)
        elif levels == 1 and kind.kind == "char":
            written = f"HIDDEN_string({expression}.{field.name});"
        else:
            raise Untestable(f"the length of its field {field.name} is not known")
        parts.append(f'HIDDEN_put("[\\"{field.name}\\", "); {written} HIDDEN_put("]");')
    return f'HIDDEN_put("{{\\"record\\": ["); {_COMMA.join(parts)} HIDDEN_put("]}}");'
