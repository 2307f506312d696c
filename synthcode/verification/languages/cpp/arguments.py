"""The arguments of one call in C++: each parameter's variable, and what the call is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from synthcode.verification.cases.case import TestCase, Untestable, Value
from synthcode.verification.languages.c_family.functions import Function, Parameter
from synthcode.verification.languages.c_family.lengths import Given, matched
from synthcode.verification.languages.c_family.types import CType, read_type
from synthcode.verification.languages.cpp.literals import common_type, literal, spelled, type_of

_VIEWS = {"span": "vector", "initializer_list": "vector"}


@dataclass(frozen=True)
class Call:
    """One call of a function."""

    declarations: tuple[str, ...]
    """Statements that make the arguments."""
    arguments: str
    result: str
    """The expression of the result in a function without one; empty if the function returns it."""


def call_of(function: Function, aliases: Mapping[str, str], case: TestCase) -> Call:
    """Return the call of a function on a case.

    Raises
    ------
    Untestable
        If the case does not fit the signature.
    """
    given = matched(function.parameters, case.arguments, lambda one: _is_integer(one, aliases))
    declarations, passed, changed = [], [], []
    templates = _template_types(function, given)
    for place, one in enumerate(given):
        name = f"a{place}"
        made = _variable(name, one, aliases, templates)
        declarations.append(made[0])
        passed.append(made[1])
        if _is_changed(one.parameter):
            changed.append((one, name if not one.parameter.pointers and not one.parameter.dimensions else made[2]))
    return Call(tuple(declarations), ", ".join(passed), _result(function, changed, case))


def _is_integer(parameter: Parameter, aliases: Mapping[str, str]) -> bool:
    kind = read_type(parameter.type, aliases)
    is_plain = not parameter.pointers and not parameter.dimensions
    return kind is not None and kind.kind == "int" and is_plain and parameter.reference != "&"


def _is_changed(parameter: Parameter) -> bool:
    if parameter.is_const:
        return False
    return parameter.reference == "&" or bool(parameter.pointers) or bool(parameter.dimensions)


def _result(function: Function, changed: Sequence[tuple[Given, str]], case: TestCase) -> str:
    """Return what a function without a result has changed: its only argument that it can change."""
    if function.returns != "void":
        return ""
    if case.expected is None:
        return "nullptr"
    if len(changed) != 1:
        raise Untestable("it returns nothing")
    return changed[0][1]


def _template_types(function: Function, given: Sequence[Given]) -> dict[str, CType]:
    """Return the type of each type parameter that is the whole type of some arguments."""
    values: dict[str, list[Value]] = {}
    for one in given:
        words = one.parameter.type.replace("const", "").split()
        if len(words) == 1 and words[0] in function.templates and not one.is_length:
            listed = bool(one.parameter.pointers or one.parameter.dimensions)
            values.setdefault(words[0], []).extend(one.value if listed and isinstance(one.value, list) else [one.value])
    return {name: common_type(found) for name, found in values.items()} | {
        name: CType(name, spelling=name) for name in function.templates if name not in values
    }


def _variable(
    name: str, given: Given, aliases: Mapping[str, str], templates: Mapping[str, CType]
) -> tuple[str, str, str]:
    """Return the declaration of an argument, what is passed, and the expression of what it holds afterwards."""
    parameter, value = given.parameter, given.value
    kind = _kind(parameter, value, aliases, templates, is_output=given.is_output)
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


def _kind(
    parameter: Parameter,
    value: Value,
    aliases: Mapping[str, str],
    templates: Mapping[str, CType],
    *,
    is_output: bool,
) -> CType:
    kind = read_type(parameter.type, aliases)
    if kind is None:
        raise Untestable(f"the type {parameter.type} cannot be read")
    listed = bool(parameter.pointers or parameter.dimensions)
    if kind.kind in ("auto", "decltype"):
        return common_type(value) if listed and isinstance(value, list | tuple) else type_of(value)
    if kind.kind in templates and templates[kind.kind].kind != kind.kind:
        return templates[kind.kind]
    if is_output:
        return kind
    return _filled(kind, value, frozenset(templates))


def _filled(kind: CType, value: Value, templates: frozenset[str]) -> CType:
    """Return a type such as ``vector<T>`` with the types that a value suggests for the type parameters."""
    if not _mentions(kind, templates):
        return kind
    if kind.kind in templates:
        return type_of(value)
    suggested = type_of(value)
    if len(suggested.arguments) < len(kind.arguments):
        raise Untestable(f"its type parameters cannot be told from {suggested.kind}")
    inner = tuple(
        _merged(one, other, templates) for one, other in zip(kind.arguments, suggested.arguments, strict=False)
    )
    return CType(kind.kind, inner, kind.spelling)


def _merged(kind: CType, suggested: CType, templates: frozenset[str]) -> CType:
    if kind.kind in templates:
        return suggested
    if not kind.arguments:
        return kind
    inner = tuple(
        _merged(one, other, templates) for one, other in zip(kind.arguments, suggested.arguments, strict=False)
    )
    return CType(kind.kind, inner, kind.spelling)


def _mentions(kind: CType, templates: frozenset[str]) -> bool:
    return kind.kind in templates or any(_mentions(one, templates) for one in kind.arguments)


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
