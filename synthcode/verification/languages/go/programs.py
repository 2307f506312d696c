"""Go programs joined with their tests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from synthcode.verification.cases.case import Raises, TestCase, Untestable, Value
from synthcode.verification.cases.kinds import require_one_kind
from synthcode.verification.languages.go.literals import bind, common_type, literal, substituted
from synthcode.verification.languages.go.signature import Signature, read_signature
from synthcode.verification.languages.go.sources import GoSource, go_file, renamed, take_apart
from synthcode.verification.languages.go.types import GoType
from synthcode.verification.languages.single_precision import is_single
from synthcode.verification.languages.tested import TestProgram
from synthcode.verification.running.job import CaseProgram, Job

HARNESS = "synthcode.invalid/harness"
"""What the runner replaces by the path of its harness."""
_IMPORT = f'import harness_ "{HARNESS}"'
_TESTING = re.compile(r"(?m)^func\s+(Test\w*)\s*\(\s*\w+\s+\*\s*testing\.T\s*\)")
_NAMES = (
    "any append bool byte cap close copy delete error false float32 float64 int iota len make new nil panic print "
    "println recover rune string true "
)
_BUILT_IN = frozenset(_NAMES.split())
_OWN_FORM = re.compile(r"\)\s*(?:MarshalJSON|MarshalText|String|GoString|Format|Equal)\s*\(")
_IMMUTABLE = frozenset({"integer", "float", "string", "bool"})
"""What a function can store nothing in."""
_CHARS, _TEXT, _SET, _HAS_ERROR, _HAS_OK, _OK_RAISES = 1, 2, 4, 8, 16, 32


def with_test(code: str, test: TestProgram, entry_point: str) -> Job:
    """Join a program with a test of the seed's own, which panics or fails by ``testing``; see ``TestedLanguage``.

    The two are files of one package, each with its imports.
    """
    signature = read_signature(code, entry_point)
    solution = take_apart(code)
    own = take_apart(f"{test.before}\n{test.after}", keeps_main=True)
    calls = _TESTING.findall(own.body)
    if not calls and "main" not in own.declared:
        raise Untestable("its test has neither a main nor a function of testing")
    _require_meaning(code, solution)
    again = {name: f"{name}OfTest" for name in own.declared & solution.declared - {entry_point}}
    bridge = ""
    if signature.name != signature.callee:  # a method: the test calls a variable that holds it
        bridge = f"\nvar {entry_point} = {signature.callee}\n"
    elif signature.name != entry_point:
        again[entry_point] = signature.name
    files = {
        "solution.go": go_file(solution.body, solution, own.imports),
        "test.go": go_file(renamed(own.body, {**again, "main": "mainOfTest"}) + bridge, own),
        "main.go": _main_of_tests(calls) if calls else _main(["mainOfTest()"]),
    }
    return Job(files, "main.go", test.needs)


def _require_meaning(code: str, solution: GoSource) -> None:
    """Refuse a program in which the words of a test would have another meaning."""
    changed = sorted(_BUILT_IN & solution.declared)
    if changed:
        raise Untestable(f"it declares {changed[0]} anew")
    if _OWN_FORM.search(code):
        raise Untestable("it says itself how its values are written")


def with_cases(code: str, entry_point: str, cases: Sequence[TestCase]) -> CaseProgram:
    """Join a program with a harness that calls it on cases; see ``TestedLanguage.with_cases``."""
    signature = read_signature(code, entry_point)
    untestable: dict[int, str] = {}
    calls = []
    for place, case in enumerate(cases):
        try:
            calls.append(_call(place, case, signature))
        except Untestable as reason:
            untestable[place] = str(reason)
    if not calls:
        raise Untestable(next(iter(untestable.values()), "there is no case"))
    solution = take_apart(code)
    files = {"solution.go": go_file(solution.body, solution), "main.go": _main(calls)}
    return CaseProgram(Job(files, "main.go"), untestable, is_typed=True, is_single=is_single(code, "go"))


def _main(statements: Sequence[str]) -> str:
    body = "\n".join(f"\t{one}" for one in (*statements, "harness_.End()"))
    return f"package main\n\n{_IMPORT}\n\nfunc main() {{\n{body}\n}}\n"


def _main_of_tests(names: Sequence[str]) -> str:
    listed = "".join(f'\t\t{{"{name}", {name}}},\n' for name in names)
    return f"""package main

import "testing"
import "testing/internal/testdeps"
{_IMPORT}

func main() {{
	if testing.MainStart(testdeps.TestDeps{{}}, []testing.InternalTest{{
{listed}	}}, nil, nil, nil).Run() != 0 {{
		harness_.Fail()
	}}
	harness_.End()
}}
"""


def _call(place: int, case: TestCase, signature: Signature) -> str:
    case = replace(case, arguments=case.passed(len(signature.parameters) - signature.is_variadic))
    mode = _mode(case, signature)
    types = _argument_types(case.arguments, signature)
    arguments = ", ".join(map(literal, case.arguments, types))
    spread = "..." if _is_spread(case.arguments, signature) else ""
    stored = _stored(signature)
    if stored is not None and case.expected is not None:
        given = [f"a{number}" for number in range(len(types))]
        made = "; ".join(f"{name} := {literal(*one)}" for name, *one in zip(given, case.arguments, types, strict=True))
        call = f"{signature.callee}({', '.join(given)}{spread})"
        body = f"{made}; {call}; return harness_.All({given[stored]})"
        return f"harness_.Case({place}, {mode}, func() []interface{{}} {{ {body} }})"
    call = f"{signature.callee}({arguments}{spread})"
    body = f"return harness_.All({call})" if signature.results else f"{call}; return nil"
    return f"harness_.Case({place}, {mode}, func() []interface{{}} {{ {body} }})"


def _stored(signature: Signature) -> int | None:
    """Return the argument that holds the result of a function without one: the only one that it can change."""
    changed = [place for place, kind in enumerate(signature.parameters) if kind.kind not in _IMMUTABLE]
    return changed[0] if not signature.results and len(changed) == 1 and not signature.is_variadic else None


def _is_spread(arguments: Sequence[Value], signature: Signature) -> bool:
    """Return whether the last argument is the list of those that a variadic function takes."""
    if not signature.is_variadic or len(arguments) != len(signature.parameters):
        return False
    return isinstance(arguments[-1], list | tuple) and signature.parameters[-1].kind not in ("slice", "array")


def _argument_types(arguments: Sequence[Value], signature: Signature) -> list[GoType]:
    """Return the type of each argument, with its type parameters replaced by types that the values have."""
    *fixed, last = signature.parameters or (GoType("other", ""),)
    types = list(signature.parameters)
    if _is_spread(arguments, signature):
        types = [*fixed, GoType("slice", f"[]{last.text}", (last,))]
    elif signature.is_variadic and len(arguments) >= len(fixed):
        types = [*fixed, *[last] * (len(arguments) - len(fixed))]
    if len(types) != len(arguments):
        raise Untestable(f"it takes other arguments than {len(arguments)}")
    if not signature.type_parameters:
        return types
    found: dict[str, list[GoType]] = {}
    for kind, value in zip(types, arguments, strict=True):
        bind(found, kind, value)
    bound = {name: common_type(kinds) for name, kinds in found.items()}
    return [substituted(kind, bound) for kind in types]


def _mode(case: TestCase, signature: Signature) -> int:
    """Return how the harness writes a result of this type if one like the expected one is to come out.

    Raises
    ------
    Untestable
        If the function cannot return such a result.
    """
    results = signature.results
    raises = isinstance(case.expected, Raises)
    stored = _stored(signature)
    if stored is not None and not raises and case.expected is not None:
        return _result_mode(case.expected, signature.parameters[stored])
    if not results:
        if raises or any(kind.kind not in _IMMUTABLE for kind in signature.parameters):
            raise Untestable("it returns nothing")
        return 0
    if results[-1].kind == "error":
        flag = _HAS_ERROR
    elif len(results) > 1 and results[-1].kind == "bool" and not _ends_with_bool(case.expected, len(results)):
        flag = _HAS_OK | (_OK_RAISES if raises else 0)
    else:
        flag = 0
    if raises:
        if not flag:
            raise Untestable("it has no way to say that it fails")
        return flag
    returned = results[:-1] if flag else results
    if flag & _HAS_OK and case.expected is None:
        return flag
    if not returned:
        if case.expected is not None:
            raise Untestable("it returns nothing but an error")
        return flag
    if len(returned) == 1:
        return flag | _result_mode(case.expected, returned[0])
    if not isinstance(case.expected, list | tuple) or len(case.expected) != len(returned):
        return flag
    for value, kind in zip(case.expected, returned, strict=True):
        flag |= _result_mode(value, kind)
    return flag


def _ends_with_bool(value: Value | Raises, count: int) -> bool:
    return isinstance(value, list | tuple) and len(value) == count and isinstance(value[-1], bool)


def _result_mode(value: Value, kind: GoType) -> int:
    """Return how values within a result are to be written."""
    if value is None and kind.kind in ("integer", "float", "string", "bool", "struct", "array"):
        raise Untestable(f"a result of the type {kind.text} cannot be None")
    if kind.kind == "integer":
        if isinstance(value, int) and abs(value) > 2**64:
            raise Untestable(f"a result of the type {kind.text} cannot be so large")
        return _CHARS if isinstance(value, str) and kind.base in ("rune", "byte") else 0
    if kind.kind in ("slice", "array"):
        element = kind.parts[0]
        if isinstance(value, str):
            return _TEXT if element.base in ("rune", "byte") else 0
        items = value if isinstance(value, list | tuple | set) else ()
        if element.kind in ("integer", "float", "string", "bool"):
            require_one_kind(items, f"[]{element.text}")
        return _joined(items, element)
    if kind.kind == "map":
        if isinstance(value, set):
            return _SET | _joined(value, kind.parts[0])
        if isinstance(value, dict):
            return _joined(value.keys(), kind.parts[0]) | _joined(value.values(), kind.parts[1])
    return 0


def _joined(items: Iterable[Value], kind: GoType) -> int:
    flag = 0
    for item in items:
        flag |= _result_mode(item, kind)
    return flag
