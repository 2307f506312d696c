"""Ruby programs joined with their tests."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from synthcode.entry_points import Definition
from synthcode.verification.cases.case import TestCase, Untestable, Value
from synthcode.verification.cases.members import named_members
from synthcode.verification.languages.called_names import called_name
from synthcode.verification.languages.found_functions import defined_function, held_function
from synthcode.verification.languages.idle_tests import require_run
from synthcode.verification.languages.tested import TestProgram
from synthcode.verification.running.job import CaseProgram, Job

_HARNESS = Path(__file__).with_name("harness.rb")
_NOT_FINITE = {"nan": "Float::NAN", "inf": "Float::INFINITY", "-inf": "-Float::INFINITY"}
_LAMBDA = re.compile(r"(?m)^(\w+) ?= ?(?:lambda|proc|->|Proc\.new)")
_REQUIRED = frozenset({"identifier", "destructured_parameter"})
_OPTIONAL = frozenset({"optional_parameter"})
_REST = frozenset({"splat_parameter", "forward_parameter"})
_KEYWORDS = frozenset({"keyword_parameter"})
_YIELDS = re.compile(r"\byield\b|[(,]\s{0,20}&\w{0,60}\s{0,20}\)")
_TEST = "test.rb"
_OF_CLASSES = re.compile(r"test/unit|minitest|Test::Unit|Minitest")
"""What runs the tests that are methods of a class; see the harness."""
_RUNNER = re.compile(r"(?m)^(?:RSpec\.)?(describe)\b")
_REQUIRES_GEM = re.compile(
    r"""\brequire[ (]\s{0,20}["'](?!(?:set|json|date|time|bigdecimal|securerandom|stringio)["'/])"""
)
"""Some of what comes with Ruby is a gem, such as ``prime`` and ``matrix``. To load RubyGems takes four times as long as
to start Ruby: only for programs that may need it."""


_Form = Literal["texts", "symbols", "objects"]


class _Entry(NamedTuple):
    name: str
    called: str
    """What evaluates to something that has the method ``call``."""
    required: int
    most: float
    keywords: Mapping[str, bool] = MappingProxyType({})
    """What it takes by name only, each with whether it cannot do without."""
    yields: bool = False
    """Whether it may give its results to a block, one after another."""


def with_test(code: str, test: TestProgram, entry_point: str) -> Job:
    """Join a program with a test of the seed's own, which fails by raising; see ``TestedLanguage.with_test``."""
    called = called_name(test.after, entry_point)
    if _OF_CLASSES.search(test.after) is None:
        require_run(test.after, "ruby")
        if (runner := _RUNNER.search(test.after)) is not None:
            raise Untestable(f"its test calls {runner[1]}, which a test runner such as RSpec defines")
    entry = _entry(code, entry_point)
    is_same = entry.called == f"method(:{called})"
    alias = "" if is_same else f"def {called}(*arguments) = $synthcode_entry.call(*arguments)\n"
    # In a file of its own, out of reach of an open comment or text of the program.
    more = {_TEST: f"{test.before}\n{alias}{test.after}\n"}
    return _job(f"{code}\n{_published(entry)}", {"test": True}, more, test.needs)


def with_cases(code: str, entry_point: str, cases: Sequence[TestCase]) -> CaseProgram:
    """Join a program with the harness that calls it on cases; see ``TestedLanguage.with_cases``."""
    entry = _entry(code, entry_point)
    untestable: dict[int, str] = {}
    plan: list[Any] = []
    for place, case in enumerate(cases):
        try:
            plan.append([place, [_given(case, entry, form) for form in _forms(code, case)]])
        except Untestable as reason:
            untestable[place] = str(reason)
    if not plan:
        raise Untestable(next(iter(untestable.values()), "there is no case"))
    return CaseProgram(_job(f"{code}\n{_published(entry)}", {"cases": plan, "yields": entry.yields}, {}), untestable)


def _forms(code: str, case: TestCase) -> list[_Form]:
    """Return the forms in which mappings are passed: with texts or symbols for keys, or as objects."""
    keys = "|".join({key for names in named_members(case.arguments) for key in names if key.isidentifier()})
    forms: list[_Form] = ["texts"]
    if keys and re.search(rf":(?:{keys})\b|\b(?:{keys}):", code):
        forms.append("symbols")
    if keys and re.search(rf"\.(?:{keys})\b|&:(?:{keys})\b", code):
        forms.append("objects")
    return forms


def _given(case: TestCase, entry: _Entry, form: _Form) -> tuple[str, str]:
    """Return the expressions of what is passed by position and by name."""
    arguments, named = case.passed_by_name(entry.keywords, entry.required)
    if not entry.required <= len(arguments) <= entry.most:
        raise Untestable(f"it takes other arguments than {len(arguments)}")
    if missing := [name for name, is_required in entry.keywords.items() if is_required and name not in named]:
        raise Untestable(f"it takes the keyword argument {missing[0]}")
    by_name = ", ".join(f"{name}: {literal(value, form)}" for name, value in named.items())
    return literal(list(arguments), form), f"{{{by_name}}}"


def literal(value: Value, form: _Form = "texts") -> str:
    """Return the Ruby expression of a value.

    Parameters
    ----------
    value
        What is written.
    form
        Of mappings whose keys are names.

    Raises
    ------
    Untestable
        If there is none.
    """
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"({value})" if value < 0 else str(value)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, dict):
        return _mapping(value, form)
    items = sorted(value, key=repr) if isinstance(value, set) else value
    text = f"[{', '.join(literal(item, form) for item in items)}]"
    return f"Set.new({text})" if isinstance(value, set) else text


def _mapping(value: dict[Value, Value], form: _Form) -> str:
    items = [literal(item, form) for item in value.values()]
    if form == "texts" or tuple(value) not in named_members(value):
        pairs = (f"{literal(key, form)} => {item}" for key, item in zip(value, items, strict=True))
        return f"{{{', '.join(pairs)}}}"
    if form == "symbols":
        return f"{{{', '.join(f'{key}: {item}' for key, item in zip(value, items, strict=True))}}}"
    return f"Struct.new({', '.join(f':{key}' for key in value)}).new({', '.join(items)})"


def _float(value: float) -> str:
    if not math.isfinite(value):
        return _NOT_FINITE[str(value)]
    mantissa, exponent, digits = repr(value).partition("e")
    return f"({mantissa if '.' in mantissa else f'{mantissa}.0'}{exponent}{digits})"


def _quoted(text: str) -> str:
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise Untestable("a string is not Unicode text")
    return "+'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _job(source: str, plan: dict[str, Any], more: dict[str, str], needs: tuple[str, ...] = ()) -> Job:
    plan = {**plan, "gems": bool(_REQUIRES_GEM.search("\n".join((source, *more.values()))))}
    files = {"solution.rb": source, "plan.json": json.dumps(plan), "harness.rb": _HARNESS.read_text("utf-8")}
    return Job({**files, **more}, "harness.rb", needs)


def _published(entry: _Entry) -> str:
    return f"$synthcode_entry = {entry.called}\n"


def _entry(code: str, entry_point: str) -> _Entry:
    if re.search(r"(?m)^__END__$", code):
        raise Untestable("it holds data after __END__")
    found = defined_function(code, "ruby", entry_point)
    if found is None:
        name = held_function(_LAMBDA.findall(code), entry_point)
        return _Entry(name, name, 0, math.inf)
    yields = _YIELDS.search((found.node.text or b"").decode("utf-8", "replace")) is not None
    return _Entry(found.name, _callable(found), *_arity(found), _keywords(found), yields)


def _callable(found: Definition) -> str:
    owner = next(iter(found.types), "")
    if not owner:
        return f"method(:{found.name})"
    if found.node.type == "singleton_method":
        return f"{owner}.method(:{found.name})"
    # A class, a module that extends itself, or one whose functions are to be included.
    made = f"{owner}.is_a?(Class) ? {owner}.new : Object.new.extend({owner})"
    made = f"{owner}.respond_to?(:{found.name}) ? {owner} : {made}"
    return f"({made}).method(:{found.name})"


def _arity(found: Definition) -> tuple[int, float]:
    parameters = found.node.child_by_field_name("parameters")
    required, most = 0, 0.0
    for parameter in parameters.named_children if parameters is not None else ():
        if parameter.type in _REST:
            most = math.inf
        elif parameter.type in _OPTIONAL:
            most += 1
        elif parameter.type in _REQUIRED:
            required, most = required + 1, most + 1
    return required, most


def _keywords(found: Definition) -> dict[str, bool]:
    parameters = found.node.child_by_field_name("parameters")
    listed = [one for one in parameters.named_children if one.type in _KEYWORDS] if parameters is not None else []
    names = [(one.child_by_field_name("name"), one.child_by_field_name("value") is None) for one in listed]
    return {name.text.decode(): is_required for name, is_required in names if name is not None and name.text}
