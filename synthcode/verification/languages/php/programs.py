"""PHP programs joined with their tests."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import tree_sitter

from synthcode.entry_points import Definition
from synthcode.verification.cases.case import Raises, TestCase, Untestable, Value
from synthcode.verification.cases.members import as_spelled, named_members
from synthcode.verification.languages.called_names import called_name
from synthcode.verification.languages.found_functions import defined_function, held_function
from synthcode.verification.languages.idle_tests import require_run
from synthcode.verification.languages.tested import TestProgram
from synthcode.verification.running.job import CaseProgram, Job

_HARNESS = Path(__file__).with_name("harness.php")
_LARGEST = 2**63 - 1
_NOT_FINITE = {"nan": "NAN", "inf": "INF", "-inf": "-INF"}
_NAMESPACE = re.compile(r"(?m)(?:^|<\?php)\s{0,20}namespace\s{1,20}([\w\\]+)")
_CLOSURE = re.compile(r"(?m)^\$(\w+) ?= ?(?:static )?(?:function|fn)\b")
_MEMBER = re.compile(r"->(\w+)\b(?!\()")
_CONSTRUCTOR = re.compile(r"\bclass\s{1,9}(\w{1,100})|\b__construct\s{0,9}\(([^()]{0,1000})\)")
"""A class, or the parameters of its constructor."""
_VARIABLE = re.compile(r"\$(\w+)")
_DIGITS = re.compile(r"-?(?:0|[1-9]\d{0,17})")


class _Entry(NamedTuple):
    name: str
    expression: str
    """What is called: ``f``, ``C::f``, ``(new C())->f`` or ``$f``."""
    required: int
    most: float
    references: tuple[int, ...] = ()
    """The places of the parameters that are passed by reference."""
    integers: tuple[int, ...] = ()
    """The places of those that are integers: PHP cuts other numbers off."""


def with_test(code: str, test: TestProgram, entry_point: str) -> Job:
    """Join a program with a test of the seed's own, which fails by throwing; see ``TestedLanguage.with_test``."""
    called = called_name(test.after, entry_point)
    require_run(test.after, "php")
    entry = _entry(code, entry_point)
    expression = entry.expression
    if expression.startswith("$"):
        raise Untestable("it is a closure, and its test calls a function")
    if namespace := _NAMESPACE.search(code):
        expression = expression.replace("new ", f"new \\{namespace[1]}\\")
        expression = expression if "new " in expression else f"\\{namespace[1]}\\{expression}"
    alias = (
        f"function {called}(...$a) {{ return {expression}(...$a); }}\n" if expression.lower() != called.lower() else ""
    )
    # In a file of its own: a program that ends with "?>" would turn it into plain text.
    own = {"test.php": f"{_opened(test.before)}\n{alias}{test.after}\n"}
    return _job(_opened(code), {"test": "test.php"}, test.needs, own)


def with_cases(code: str, entry_point: str, cases: Sequence[TestCase]) -> CaseProgram:
    """Join a program with the harness that calls it on cases; see ``TestedLanguage.with_cases``."""
    entry = _entry(code, entry_point)
    untestable: dict[int, str] = {}
    plan: list[Any] = []
    for place, case in enumerate(cases):
        try:
            arguments = case.passed(entry.required)
            if not entry.required <= len(arguments) <= entry.most:
                raise Untestable(f"it takes other arguments than {len(arguments)}")
            if not isinstance(case.expected, Raises):
                literal(case.expected)  # PHP cannot return an integer that it cannot hold, either
            if any(isinstance(one, float) and place in entry.integers for place, one in enumerate(arguments)):
                raise Untestable("an argument of the type int cannot be float")
            given = [list(arguments), as_spelled(list(arguments), code)]
            forms = [literal(given[0]), literal(given[1]), *_as_objects(code, given[1])]
            plan.append([place, list(dict.fromkeys(forms))])
        except Untestable as reason:
            untestable[place] = str(reason)
    if not plan:
        raise Untestable(next(iter(untestable.values()), "there is no case"))
    maps = any(_holds_numbered_mapping(case.expected) for case in cases)
    source = f"{_opened(code)}\nreturn fn(array &$a) => {entry.expression}(...$a);\n"
    return CaseProgram(_job(source, {"cases": plan, "maps": maps, "references": entry.references}), untestable)


def _as_objects(code: str, arguments: Value) -> list[str]:
    """Return the expression of arguments in which mappings are objects, if the program reads such members."""
    members = {key for names in named_members(arguments) for key in names}
    if not members & set(_MEMBER.findall(code)):
        return []
    classes: dict[frozenset[str], str] = {}
    latest = ""
    for name, parameters in _CONSTRUCTOR.findall(code):
        latest = name or latest
        classes |= {frozenset(_VARIABLE.findall(parameters)): latest} if parameters and latest else {}
    return [literal(arguments, classes)]


def literal(value: Value, classes: Mapping[frozenset[str], str] | None = None) -> str:
    """Return the PHP expression of a value.

    Parameters
    ----------
    value
        What is written.
    classes
        If not None, mappings whose keys are names become objects: of one of these, by the names that are needed to
        make one.

    Raises
    ------
    Untestable
        If there is none.
    """
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int):
        if abs(value) > _LARGEST:
            raise Untestable("an integer has more than 64 bits")
        return str(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else _NOT_FINITE[str(value)]
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, dict):
        text = f"[{', '.join(f'{_key(key)} => {literal(item, classes)}' for key, item in value.items())}]"
        if classes is None or tuple(value) not in named_members(value):
            return text
        name = classes.get(frozenset(value))
        return f"(object) {text}" if name is None else f"new \\{name}(...{text})"
    items = sorted(value, key=repr) if isinstance(value, set) else value
    return f"[{', '.join(literal(item, classes) for item in items)}]"


def _quoted(text: str) -> str:
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise Untestable("a string is not Unicode text")
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _key(key: Value) -> str:
    if isinstance(key, bool) or not isinstance(key, int | str):
        raise Untestable("a mapping has keys that PHP does not have")
    if isinstance(key, str) and _DIGITS.fullmatch(key):
        raise Untestable("a mapping has numbers in text as keys, which PHP makes integers")
    return literal(key)


def _holds_numbered_mapping(value: Value) -> bool:
    """Return whether a value holds a mapping that PHP cannot tell from a list."""
    if isinstance(value, dict):
        keys = list(value)
        return (bool(keys) and keys == list(range(len(keys)))) or any(map(_holds_numbered_mapping, value.values()))
    return isinstance(value, list | tuple) and any(map(_holds_numbered_mapping, value))


def _job(
    source: str, plan: dict[str, Any], needs: tuple[str, ...] = (), more: Mapping[str, str] = MappingProxyType({})
) -> Job:
    files = {**more, "solution.php": source, "plan.json": json.dumps(plan), "harness.php": _HARNESS.read_text("utf-8")}
    return Job(files, "harness.php", needs)


def _opened(code: str) -> str:
    """Return a program that is in PHP mode at its end."""
    opened = code if "<?" in code else f"<?php\n{code}"
    return f"{opened}\n<?php" if opened.rstrip().endswith("?>") else opened


def _entry(code: str, entry_point: str) -> _Entry:
    found = defined_function(code, "php", entry_point)
    if found is None:
        name = held_function(_CLOSURE.findall(code), entry_point)
        return _Entry(name, f"${name}", 0, math.inf)
    return _Entry(found.name, _expression(found), *_arity(found), _references(found), _integers(found))


def _expression(found: Definition) -> str:
    owner = next(iter(found.types), "")
    if found.node.type != "method_declaration" or not owner:
        return found.name
    is_static = any(child.type == "static_modifier" for child in found.node.children)
    return f"{owner}::{found.name}" if is_static else f"(new {owner}())->{found.name}"


def _references(found: Definition) -> tuple[int, ...]:
    """Return the places of the parameters that are passed by reference."""
    listed = enumerate(_parameters(found))
    return tuple(place for place, one in listed if one.child_by_field_name("reference_modifier") is not None)


def _integers(found: Definition) -> tuple[int, ...]:
    """Return the places of the parameters whose type is that of integers."""
    types = (one.child_by_field_name("type") for one in _parameters(found))
    return tuple(place for place, one in enumerate(types) if one is not None and one.text in (b"int", b"?int"))


def _parameters(found: Definition) -> list[tree_sitter.Node]:
    parameters = found.node.child_by_field_name("parameters")
    return [one for one in parameters.named_children if one.type != "comment"] if parameters is not None else []


def _arity(found: Definition) -> tuple[int, float]:
    parameters = found.node.child_by_field_name("parameters")
    required, most = 0, 0.0
    for parameter in parameters.named_children if parameters is not None else ():
        if parameter.type == "variadic_parameter":
            most = math.inf
        elif parameter.type != "comment":
            most += 1
            required += parameter.child_by_field_name("default_value") is None
    return required, math.inf if most == 0 else most  # it may take them by func_get_args
