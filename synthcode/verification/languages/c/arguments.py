"""The arguments of one call in C: each parameter's variable, fresh for the call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from synthcode.verification.cases.case import Untestable, Value
from synthcode.verification.cases.members import values_of
from synthcode.verification.languages.c_family.declarations import Parameter
from synthcode.verification.languages.c_family.lengths import Given
from synthcode.verification.languages.c_family.scalars import quoted, scalar, unfit
from synthcode.verification.languages.c_family.structures import Structures
from synthcode.verification.languages.c_family.types import CType, read_type

OUTPUT_ITEMS = 1 << 14
"""Of an array in which a function stores its result: there is no telling how many it needs."""
_SPARE_BYTES = 256
"""After a string: a function may lengthen it."""
_SCALARS = frozenset({"int", "float", "bool", "char"})


@dataclass(frozen=True)
class Types:
    """What a program says of its types."""

    aliases: Mapping[str, str]
    structures: Structures

    def of(self, parameter: Parameter) -> tuple[CType, int]:
        """Return the type of a parameter's items, and how many levels of pointers or dimensions lead to them.

        Raises
        ------
        Untestable
            If it cannot be read.
        """
        kind = read_type(parameter.type, self.aliases)
        if kind is None:
            raise Untestable(f"the type {parameter.type} cannot be read")
        levels = parameter.pointers + len(parameter.dimensions)
        while kind.kind == "pointer":
            kind, levels = kind.arguments[0], levels + 1
        return kind, levels

    def fields(self, kind: CType) -> tuple[Parameter, ...] | None:
        """Return the fields of a structure; None for another type."""
        return self.structures.get(kind.kind)

    def spelled(self, kind: CType, written: str) -> str:
        """Return the name of a type for a declaration, as it was written if it is the program's own."""
        if kind.kind in _SCALARS:
            return kind.spelling
        if kind.kind not in self.structures:
            raise Untestable(f"there is no value of the type {written or kind.spelling}")
        return " ".join(word for word in written.split() if word not in ("const", "static"))


@dataclass(frozen=True)
class Variable:
    """An argument."""

    statements: str
    passed: str


def variable(name: str, given: Given, types: Types, lengths_of: Sequence[str] = ()) -> Variable:
    """Return the variable of an argument.

    Parameters
    ----------
    name
        Of the variable.
    given
        The parameter and its value.
    types
        Of the program.
    lengths_of
        Names of parameters, which may be the dimensions of arrays.

    Raises
    ------
    Untestable
        If the type has no such value.
    """
    kind, levels = types.of(given.parameter)
    item = "char" if kind.kind == "void" and given.is_output else types.spelled(kind, given.parameter.type)
    if given.is_output:
        return _output(name, item, levels)
    value = given.value
    if levels == 0:
        return Variable(f"{item} {name} = {expression(value, kind, types)};", name)
    if value is None and not given.parameter.dimensions:
        return Variable("", "0")
    if levels == 1:
        return _one_level(name, item, value, kind, types)
    if levels == 2 and isinstance(value, list | tuple):
        return _two_levels(name, item, given, kind, types, lengths_of)
    raise unfit(value, kind)


def expression(value: Value, kind: CType, types: Types) -> str:
    """Return the initialiser of a number, a character or a structure.

    Raises
    ------
    Untestable
        If the type has no such value.
    """
    fields = types.fields(kind)
    if fields is None:
        written = scalar(value, kind)
        return {"true": "1", "false": "0"}.get(written, written)
    values = values_of(value, [field.name for field in fields])
    if values is None:
        raise unfit(value, kind)
    parts = []
    for field, one in zip(fields, values, strict=True):
        inner, levels = types.of(field)
        if levels == 1 and inner.kind == "char" and isinstance(one, str) and "\0" not in one:
            parts.append(quoted(one)[0])
        elif levels == 0:
            parts.append(expression(one, inner, types))
        else:
            raise unfit(one, inner)
    return f"{{{', '.join(parts)}}}"


def _output(name: str, item: str, levels: int) -> Variable:
    if levels == 1:
        return Variable(f"{item} *{name} = __builtin_calloc({OUTPUT_ITEMS}, sizeof({item}));", name)
    if levels in (2, 3):
        return Variable(f"{item} {'*' * (levels - 1)}{name} = 0;", f"&{name}")
    raise Untestable("the place of its result cannot be made")


def _one_level(name: str, item: str, value: Value, kind: CType, types: Types) -> Variable:
    if kind.kind == "char" and isinstance(value, str):
        text, length = _text(value)
        return Variable(f"char {name}[{length + _SPARE_BYTES}] = {text};", name)
    is_one = types.fields(kind) is not None and not _are_structures(value)
    if is_one or not isinstance(value, list | tuple):
        return Variable(f"{item} {name} = {expression(value, kind, types)};", f"&{name}")
    items = ", ".join(expression(one, kind, types) for one in value)
    return Variable(f"{item} {name}[{len(value) + 1}] = {{{items or '0'}}};", name)


def _are_structures(value: Value) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(one, list | tuple | dict) for one in value)


def _text(value: str) -> tuple[str, int]:
    if "\0" in value:
        raise Untestable("a string of C ends at its first NUL")
    return quoted(value)


def _two_levels(name: str, item: str, given: Given, kind: CType, types: Types, lengths_of: Sequence[str]) -> Variable:
    """Return an array of strings or of arrays: of pointers, or in one piece."""
    rows, dimensions = given.value, given.parameter.dimensions
    width = dimensions[-1] if dimensions else ""
    if given.parameter.pointers and not given.parameter.is_grouped:
        made = [_one_level(f"{name}_{place}", item, row, kind, types) for place, row in enumerate(rows)]
        pointers = ", ".join(one.passed for one in made) or "0"
        statements = [*(one.statements for one in made), f"{item} *{name}[{len(rows) + 1}] = {{{pointers}}};"]
        return Variable(" ".join(statements), name)
    longest = max((len(_row(row)) for row in rows), default=0) + (kind.kind == "char")
    size = types.aliases.get(width, width)
    if not size.isdecimal() and width not in lengths_of:
        raise Untestable(f"the size {width} of its rows is not known")
    if size.isdecimal() and int(size) < longest:
        raise Untestable(f"a row of {longest} does not fit {size}")
    columns = size if size.isdecimal() else str(max(longest, 1))
    if not size.isdecimal() and len({len(row) for row in rows}) > 1:
        raise Untestable("its rows have several lengths")
    items = ", ".join(_row_text(row, kind, types) for row in rows)
    return Variable(f"{item} {name}[{len(rows) or 1}][{columns}] = {{{items or '{0}'}}};", name)


def _row(row: Value) -> Sequence[Value] | bytes:
    if isinstance(row, str):
        return row.encode("utf-8", "replace")
    if isinstance(row, list | tuple):
        return row
    raise Untestable("it has items that are not arrays")


def _row_text(row: Value, kind: CType, types: Types) -> str:
    if isinstance(row, str):
        return _text(row)[0]
    return f"{{{', '.join(expression(one, kind, types) for one in row)}}}"
