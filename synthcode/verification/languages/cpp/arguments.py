"""The arguments of one call in C++: each parameter's variable, and what the call is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from synthcode.verification.cases.case import Raises, TestCase, Untestable, Value
from synthcode.verification.cases.kinds import require_one_kind
from synthcode.verification.languages.c_family.declarations import Parameter
from synthcode.verification.languages.c_family.functions import Function, Program
from synthcode.verification.languages.c_family.lengths import Given, matched_call
from synthcode.verification.languages.c_family.structures import Structures, structures
from synthcode.verification.languages.c_family.types import CType, read_type
from synthcode.verification.languages.cpp.literals import COLLECTIONS, common_type, literal, spelled, type_of

_NEVER_NONE = frozenset({"int", "float", "bool", "char", "string", "vector", "pair", "tuple", "map", "set", "array"})
_VIEWS = {"span": "vector", "initializer_list": "vector"}


@dataclass(frozen=True)
class Known:
    """What is known of a program's types in one call."""

    aliases: Mapping[str, str]
    structures: Structures
    templates: Mapping[str, CType]

    def resolved(self, kind: CType) -> CType:
        """Return a type with its type parameters filled in, and with the fields of its structures."""
        if kind.kind in self.templates:
            return self.templates[kind.kind]
        if kind.kind in self.structures and not kind.arguments:
            fields = [(one, read_type(one.type, self.aliases)) for one in self.structures[kind.kind]]
            if all(inner is not None and not one.pointers and not one.dimensions for one, inner in fields):
                inner = tuple(self.resolved(inner) for _, inner in fields if inner is not None)
                return CType("aggregate", inner, f"::{kind.kind}", fields=tuple(one.name for one, _ in fields))
        return replace(kind, arguments=tuple(map(self.resolved, kind.arguments)))


@dataclass(frozen=True)
class Call:
    """One call of a function."""

    declarations: tuple[str, ...]
    """Statements that make the arguments."""
    arguments: str
    result: str
    """The expression of the result in a function that stores it; empty if the function returns it."""


def call_of(program: Program, case: TestCase) -> Call:
    """Return the call of a program's entry point on a case.

    Raises
    ------
    Untestable
        If the case does not fit the signature.
    """
    if "\0" in _texts(case.expected):
        raise Untestable("text in C++ may end at its first NUL")
    function, aliases = program.function, program.aliases
    given = matched_call(function.parameters, case, lambda one: _is_integer(one, aliases))
    declarations, passed, changed = [], [], []
    known = Known(aliases, structures(program.snippet), _template_types(function, given, aliases))
    for place, one in enumerate(given):
        name = f"a{place}"
        made = _variable(name, one, known)
        declarations.append(made[0])
        passed.append(made[1])
        if _is_changed(one.parameter):
            changed.append((one, name if not one.parameter.pointers and not one.parameter.dimensions else made[2]))
    return Call(tuple(declarations), ", ".join(passed), _result(function, changed, case, program.aliases))


def _texts(value: Value | Raises) -> str:
    """Return all text within a value."""
    if isinstance(value, dict):
        return "".join(_texts(one) for pair in value.items() for one in pair)
    if isinstance(value, list | tuple | set):
        return "".join(map(_texts, value))
    return value if isinstance(value, str) else ""


def _is_integer(parameter: Parameter, aliases: Mapping[str, str]) -> bool:
    kind = read_type(parameter.type, aliases)
    is_plain = not parameter.pointers and not parameter.dimensions
    return kind is not None and kind.kind == "int" and is_plain and parameter.reference != "&"


def _is_changed(parameter: Parameter) -> bool:
    if parameter.is_const:
        return False
    return parameter.reference == "&" or bool(parameter.pointers) or bool(parameter.dimensions)


def _result(
    function: Function, changed: Sequence[tuple[Given, str]], case: TestCase, aliases: Mapping[str, str]
) -> str:
    """Return what a function without a result stores, or has changed: its only argument that it can change."""
    outputs = [text for one, text in changed if one.is_output]
    if function.returns != "void" and outputs:
        return _stored(function, outputs, case)
    if function.returns != "void":
        returned = read_type(function.returns, aliases)
        if returned is not None and not isinstance(case.expected, Raises):
            _require_result(case.expected, returned)
        is_single = isinstance(case.expected, bool | int | float | None)
        return "synthcode_results::pointed(result)" if function.returns.endswith("*") and is_single else ""
    if case.expected is None or not changed:
        return "nullptr"
    results = [(one, text) for one, text in changed if one.is_output] or changed
    if len(results) > 1 and isinstance(case.expected, tuple) and len(case.expected) == len(results):
        return f"std::make_tuple({', '.join(text for _, text in results)})"
    if len(results) != 1:
        raise Untestable("it returns nothing")
    return results[0][1]


def _stored(function: Function, outputs: Sequence[str], case: TestCase) -> str:
    """Return the result of a function that returns a part of it, or whether there is one, and stores the rest."""
    alone = outputs[0] if len(outputs) == 1 else f"std::make_tuple({', '.join(outputs)})"
    if isinstance(case.expected, tuple) and len(case.expected) == len(outputs) + 1:
        return f"std::make_tuple(result, {', '.join(outputs)})"
    if function.returns == "bool" and not isinstance(case.expected, bool):
        return f"synthcode_results::stored(result, {alone})"
    raise Untestable("it is not known which of its values is the result")


def _require_result(expected: Value, kind: CType) -> None:
    """Refuse what no result of a type can be.

    Raises
    ------
    Untestable
        If the type has no value like the expected one.
    """
    if expected is None and kind.kind in _NEVER_NONE:
        raise Untestable(f"a result of the type {spelled(kind)} cannot be None")
    if kind.kind == "int" and isinstance(expected, int) and expected.bit_length() > max(kind.bits, 64):
        raise Untestable(f"a result of the type {spelled(kind)} cannot be so large")
    if kind.kind in ("pair", "tuple") and isinstance(expected, list | tuple) and len(expected) == len(kind.arguments):
        for item, part in zip(expected, kind.arguments, strict=True):
            _require_result(item, part)
    elif isinstance(expected, dict) and len(kind.arguments) >= 2:
        for key, item in expected.items():
            _require_result(key, kind.arguments[0])
            _require_result(item, kind.arguments[1])
    elif isinstance(expected, list | tuple | set) and kind.kind in COLLECTIONS and kind.arguments:
        if kind.arguments[0].kind in ("int", "float", "bool", "char", "string"):
            require_one_kind(expected, spelled(kind))
        for item in expected:
            _require_result(item, kind.arguments[0])


def _template_types(function: Function, given: Sequence[Given], aliases: Mapping[str, str]) -> dict[str, CType]:
    """Return the type of each type parameter: the common one of all values that it stands for."""
    values: dict[str, list[Value]] = {name: [] for name in function.templates}
    for one in given:
        kind = read_type(one.parameter.type, aliases)
        if kind is None or one.is_length or one.is_output:
            continue
        for _ in range(one.parameter.pointers + len(one.parameter.dimensions)):
            kind = CType("vector", (kind,), "vector")
        _collect(kind, one.value, values)
    return {name: common_type(found) for name, found in values.items()}


def _collect(kind: CType, value: Value, values: dict[str, list[Value]]) -> None:
    """Add what a value says of the type parameters in its type."""
    if kind.kind in values:
        values[kind.kind].append(value)
    elif isinstance(value, dict) and len(kind.arguments) >= 2:
        for key, item in value.items():
            _collect(kind.arguments[0], key, values)
            _collect(kind.arguments[1], item, values)
    elif kind.kind in ("pair", "tuple") and isinstance(value, list | tuple):
        for one, item in zip(kind.arguments, value, strict=False):
            _collect(one, item, values)
    elif kind.arguments:
        for item in value if isinstance(value, list | tuple | set) else (value,):
            _collect(kind.arguments[0], item, values)


def _variable(name: str, given: Given, known: Known) -> tuple[str, str, str]:
    """Return the declaration of an argument, what is passed, and the expression of what it holds afterwards."""
    parameter, value = given.parameter, given.value
    kind = _kind(parameter, value, known)
    if parameter.dimensions or (parameter.pointers and not isinstance(value, str) and kind.kind != "void"):
        return _array(name, parameter, value, kind, is_output=given.is_output)
    for _ in range(parameter.pointers):
        kind = CType("pointer", (kind,), f"{kind.spelling}*")
    if given.is_output:
        return f"{spelled(kind)} {name}{{}};", name, name
    if kind.kind in _VIEWS:
        holder = CType(_VIEWS[kind.kind], kind.arguments[:1], "vector")
        if kind.kind == "initializer_list":
            return "", literal(value, kind), "nullptr"
        return f"auto {name} = {literal(value, holder)};", name, name
    passed = f"std::move({name})" if parameter.reference == "&&" else name
    return f"auto {name} = {literal(value, kind)};", passed, name


def _kind(parameter: Parameter, value: Value, known: Known) -> CType:
    kind = read_type(parameter.type, known.aliases)
    if kind is None:
        raise Untestable(f"the type {parameter.type} cannot be read")
    if kind.kind in ("auto", "decltype"):
        listed = bool(parameter.pointers or parameter.dimensions)
        return common_type(value) if listed and isinstance(value, list | tuple) else type_of(value)
    return known.resolved(kind)


def _array(name: str, parameter: Parameter, value: Value, kind: CType, *, is_output: bool) -> tuple[str, str, str]:
    """Return an argument that is a pointer to its first item."""
    item = spelled(kind)
    if is_output:
        return f"{item} {name}{{}};", f"&{name}", name
    if value is None and not parameter.dimensions:
        return "", "nullptr", "nullptr"
    levels = parameter.pointers + len(parameter.dimensions)
    if levels == 1 and not isinstance(value, list | tuple):
        return f"auto {name} = {literal(value, kind)};", f"&{name}", name
    if not isinstance(value, list | tuple):
        raise Untestable(f"{value!r} is not an array")
    if levels == 1 and kind.arguments and kind.kind not in ("aggregate", "pair", "tuple"):
        return f"auto {name} = {literal(value, kind)};", f"&{name}", name
    if levels == 1 and parameter.reference and parameter.dimensions[0] == str(len(value)):
        items = ", ".join(literal(one, kind) for one in value)
        return f"{item} {name}[{len(value)}] = {{{items}}};", name, name
    holder = CType("vector", (kind,), "vector")
    if kind.kind == "bool":
        raise Untestable("there is no pointer into a vector of bool")
    if levels == 1:
        return (
            f"auto {name} = {literal(list(value), holder)}; {name}.reserve({len(value) + 1});",
            f"{name}.data()",
            name,
        )
    if levels == 2 and parameter.pointers == 2:
        rows = literal(list(value), CType("vector", (holder,), "vector"))
        point = f"std::vector<{item}*> {name}p; for (auto &row : {name}) {name}p.push_back(row.data());"
        return f"auto {name} = {rows}; {point}", f"{name}p.data()", name
    if levels == 2 and all(isinstance(row, list | tuple) for row in value):
        return _rows(name, parameter, value, kind)
    raise Untestable("its array has too many dimensions")


def _rows(name: str, parameter: Parameter, value: Sequence[Sequence[Value]], kind: CType) -> tuple[str, str, str]:
    width = parameter.dimensions[-1]
    longest = max(map(len, value), default=0)
    if width.isdecimal() and int(width) < longest:
        raise Untestable(f"a row of {longest} does not fit {width}")
    rows = ", ".join(f"{{{', '.join(literal(item, kind) for item in row)}}}" for row in value)
    height = parameter.dimensions[0] if len(parameter.dimensions) > 1 and parameter.dimensions[0] else str(len(value))
    return f"{spelled(kind)} {name}[{height}][{width}] = {{{rows}}};", name, name
