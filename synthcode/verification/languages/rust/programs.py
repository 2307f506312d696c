"""Rust programs joined with their tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from synthcode.verification.cases.case import Raises, TestCase, Untestable, Value
from synthcode.verification.cases.kinds import require_one_kind
from synthcode.verification.languages.rust.literals import bind, common_type, literal, substituted
from synthcode.verification.languages.rust.records import record_forms
from synthcode.verification.languages.rust.signature import Signature, read_signature
from synthcode.verification.languages.rust.sources import has_own_equality, own_test, solution_text
from synthcode.verification.languages.rust.types import INTEGERS, RustType
from synthcode.verification.languages.single_precision import is_single
from synthcode.verification.languages.tested import TestProgram
from synthcode.verification.running.job import CaseProgram, Job

HARNESS = "synthcode_harness"
"""What the runner replaces by the name of its harness."""
_CALLS = '\n::core::include!("calls.rs");\n'
_OWN_TEST = '#[path = "/box/own_test.rs"]\nmod own_test_;\n'
"""Before the program: macros that it defines are known only after it."""
_UNIT = RustType("tuple", "()")
_CHARS, _TEXT, _NONE_RAISES, _NONE_IS_OPEN = 1, 2, 4, 8


def with_test(code: str, test: TestProgram, entry_point: str) -> Job:
    """Join a program with a test of the seed's own, which panics; see ``TestedLanguage.with_test``.

    The test becomes a module of the program: it is a ``main``, or functions with the attribute ``test``.
    """
    signature = read_signature(code, entry_point)
    if signature.receiver and signature.name != entry_point:
        raise Untestable("its test calls a function, and it has a method")
    if has_own_equality(code) and not _is_of_rust(signature.result):
        raise Untestable("it says itself what its result is equal to")
    names = {entry_point: signature.callee} if signature.callee != entry_point and not signature.receiver else {}
    own = own_test(f"{test.before}\n{test.after}", names)
    tests = [call for call in own.calls if call[0] != "main_of_test"] or list(own.calls)
    if not tests:
        raise Untestable("its test has neither a main nor a function with the attribute test")
    offered = "".join(f"pub {line}\n" for line in own.imports)
    imports = f"\nmod imports_of_test_ {{\n{offered}}}\nuse imports_of_test_::*;\n" if offered else ""
    calls = []
    for path, must_panic in tests:
        call = f"own_test_::{path}"
        calls.append(f"{HARNESS}::must_panic({call});" if must_panic else f"{HARNESS}::Passed::passed({call}());")
    files = {
        "solution.rs": _OWN_TEST + solution_text(code) + imports + _CALLS,
        "own_test.rs": own.text,
        "calls.rs": _main(calls),
    }
    return Job(files, "calls.rs", test.needs)


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
    forms = record_forms(code, signature.result.text, HARNESS)
    files = {"solution.rs": solution_text(code) + _CALLS, "calls.rs": _main(calls) + forms}
    return CaseProgram(Job(files, "calls.rs"), untestable, is_typed=True, is_single=is_single(code, "rust"))


def _is_of_rust(kind: RustType) -> bool:
    """Return whether a type, with all its parts, is of the standard library."""
    return kind.kind not in ("struct", "other", "parameter", "iterator") and all(map(_is_of_rust, kind.parts))


def _main(statements: Sequence[str]) -> str:
    body = "\n".join(f"    {one}" for one in statements)
    return f"fn main() {{\n    let run = ::{HARNESS}::start();\n{body}\n    run.end()\n}}\n"


def _call(place: int, case: TestCase, signature: Signature) -> str:
    case = replace(case, arguments=case.passed(len(signature.parameters)))
    mode = _mode(case, signature)
    lines = []
    passed = []
    for number, (value, kind) in enumerate(zip(case.arguments, _argument_types(case, signature), strict=True)):
        owned, expression = _argument(f"a{number}", kind)
        annotation = "" if "; _]" in owned.text or owned.kind == "iterator" else f": {owned.text}"
        lines.append(f"let mut a{number}{annotation} = {literal(value, owned)};")
        passed.append(expression)
    callee = signature.callee
    if signature.receiver:
        lines.append(f"let mut receiver = {signature.receiver};")
        callee = f"receiver.{callee}"
    call = f"{callee}({', '.join(passed)})"
    stored = _stored(signature)
    lines.append(f"let value = {f'unsafe {{ {call} }}' if signature.is_unsafe else call};")
    if stored is not None:
        lines.append(f"let _: () = value; let value = &a{stored};")
    writer = "write_items(value" if signature.result.kind == "iterator" else "Form::form(&value"
    lines.append(f"::{HARNESS}::{writer}, out, {mode});")
    return f"run.case({place}, |out| {{ {' '.join(lines)} }});"


def _argument(name: str, kind: RustType) -> tuple[RustType, str]:
    """Return the type of the variable that holds an argument, and how it is passed."""
    if kind.kind == "reference" and kind.parts[0].kind == "str":
        return kind, name
    if kind.kind == "reference":
        [inner] = kind.parts
        if inner.kind == "slice":
            inner = RustType("list", f"::std::vec::Vec<{inner.parts[0].text}>", inner.parts, "::std::vec::Vec")
        return inner, f"&mut {name}" if kind.is_mutable else f"&{name}"
    if kind.kind == "iterator":
        [item] = kind.parts
        if item.kind == "reference" and item.parts[0].kind != "str":
            return RustType("iterator", "", item.parts, kind.path), f"{name}.iter()"
        return kind, name if kind.path == "IntoIterator" else f"::core::iter::IntoIterator::into_iter({name})"
    return kind, name


def _argument_types(case: TestCase, signature: Signature) -> list[RustType]:
    """Return the type of each argument, with its type parameters replaced by types that the values have."""
    if len(case.arguments) != len(signature.parameters):
        raise Untestable(f"it takes other arguments than {len(case.arguments)}")
    found: dict[str, list[RustType]] = {}
    for kind, value in zip(signature.parameters, case.arguments, strict=True):
        bind(found, kind, value)
    bound = {name: common_type(kinds) for name, kinds in found.items()}
    return [substituted(kind, bound) for kind in signature.parameters]


def _stored(signature: Signature) -> int | None:
    """Return the argument that holds the result of a function without one: the only one that it can change."""
    changed = [place for place, kind in enumerate(signature.parameters) if not _stores_nothing(kind)]
    mutable = [place for place in changed if signature.parameters[place].is_mutable]
    is_only = len(mutable) == 1 and signature.parameters[mutable[0]].kind == "reference"
    return mutable[0] if signature.result == _UNIT and is_only else None


def _stores_nothing(kind: RustType) -> bool:
    """Return whether a function can store no result in a parameter of this type."""
    if kind.kind == "reference" and not kind.is_mutable:
        return _stores_nothing(kind.parts[0])
    return kind.kind in ("integer", "float", "bool", "char", "String", "str")


def _mode(case: TestCase, signature: Signature) -> int:
    """Return how the harness writes a result of this type if one like the expected one is to come out.

    Raises
    ------
    Untestable
        If the function cannot return such a result.
    """
    kind = signature.result
    if kind == _UNIT:
        stored = _stored(signature)
        if stored is not None and case.expected is not None and not isinstance(case.expected, Raises):
            return _result_mode(case.expected, signature.parameters[stored].parts[0])
        if isinstance(case.expected, Raises) or not all(map(_stores_nothing, signature.parameters)):
            raise Untestable("it returns nothing")
        return 0
    can_fail = kind.kind in ("option", "result")
    if isinstance(case.expected, Raises):
        if not can_fail:
            raise Untestable("it has no way to say that it fails")
        return _NONE_RAISES
    is_open = can_fail and not isinstance(case.expected, bool) and case.expected == -1
    return (_NONE_IS_OPEN if is_open else 0) | _result_mode(case.expected, kind)


def _result_mode(value: Value, kind: RustType) -> int:
    """Return how values within a result are to be written."""
    if kind.kind == "option":
        return 0 if value is None else _result_mode(value, kind.parts[0])
    if kind.kind in ("result", "reference", "wrapper"):
        return _result_mode(value, kind.parts[0])
    if value is None and kind.kind not in ("other", "parameter") and kind.text != "()":
        raise Untestable(f"a result of the type {kind.text} cannot be None")
    if kind.kind == "integer":
        return _integer_mode(value, kind)
    if kind.kind in ("slice", "array", "list", "set", "iterator"):
        element = kind.parts[0]
        if isinstance(value, str):
            return _TEXT if element.kind == "char" or element.text == "u8" else 0
        items = value if isinstance(value, list | tuple | set) else ()
        if element.kind in ("integer", "float", "bool", "char", "String", "reference"):
            require_one_kind(items, f"list of {element.text}")
        return _joined(items, [element] * len(items))
    if kind.kind == "map" and isinstance(value, dict):
        keys, values = kind.parts[:2]
        return _joined(value.keys(), [keys] * len(value)) | _joined(value.values(), [values] * len(value))
    if kind.kind == "tuple" and isinstance(value, list | tuple) and len(value) == len(kind.parts):
        return _joined(value, kind.parts)
    return 0


def _integer_mode(value: Value, kind: RustType) -> int:
    if isinstance(value, str):
        return _CHARS if kind.text == "u8" else 0
    if isinstance(value, int):
        least, most = INTEGERS[kind.text]
        if not least <= value <= most:
            raise Untestable(f"a result of the type {kind.text} cannot be the expected one")
    return 0


def _joined(items: Iterable[Value], kinds: Iterable[RustType]) -> int:
    flag = 0
    for item, kind in zip(items, kinds, strict=True):
        flag |= _result_mode(item, kind)
    return flag
