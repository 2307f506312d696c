"""C# programs joined with their tests, as one file: what calls a method becomes a member of its class."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

import tree_sitter

from synthcode.comments.snippets import Snippet, captured
from synthcode.verification.cases.case import Raises, TestCase, Untestable, Value
from synthcode.verification.languages.called_names import called_name
from synthcode.verification.languages.csharp.literals import bind, common_type, in_range, literal, substituted
from synthcode.verification.languages.csharp.signature import Signature, read_signature, type_name
from synthcode.verification.languages.csharp.sources import (
    CSHARP,
    closed,
    enclosing_type,
    end_of_body,
    has_types,
    in_class,
    opened,
    parse_csharp,
    usings,
    without_usings,
)
from synthcode.verification.languages.csharp.types import INTEGERS, CSharpType
from synthcode.verification.languages.tested import TestProgram
from synthcode.verification.running.job import CaseProgram, Job

SOLUTION, UNPARSED, TEST = "solution.cs", "unparsed.cs", "test.cs"
"""How the compiler calls the translation, one that the grammar does not parse either, and what is put around it."""
TYPE, METHOD = "type", "method"
"""The options of a job that say what the harness runs."""
_CALL = re.compile(
    r"(?<![\w.])(?:new\s{1,5}\w{1,60}\(\)\s{0,5}\.\s{0,5}|(?:\w{1,60}\s{0,5}\.\s{0,5}){1,5})?(\w{1,100})\b(?=\s{0,5}[(<])"
)
"""A call, of a member or not; its group is the name."""
_IMMUTABLE = frozenset({"integer", "float", "string", "bool", "char"})
"""What a method can store nothing in."""
_HARNESS = "global::SynthcodeHarness.Harness"


def with_test(code: str, test: TestProgram, entry_point: str) -> Job:
    """Join a program with a test of the seed's own, a ``Main`` that throws; see ``TestedLanguage.with_test``.

    The test's methods become members of the program's class, whose closing brace the test may bring along; a test with
    classes of its own stays apart.
    """
    own, body = _apart(code)
    snippet = parse_csharp(body)
    signature = read_signature(snippet, entry_point)
    called = called_name(test.after, entry_point)
    of_test, members = without_usings(opened(f"{test.before}\n{test.after}"))
    head = usings(own, of_test)
    if has_types(parse_csharp(members)):
        members = _calling(members, called, _from_outside(snippet, signature))
        apart = parse_csharp(members)
        holder = _holder_of_main(apart)
        run = _run(code, [_call_of_main(members, "Main")])
        tail = f'\n#line 1 "{TEST}"\n{_inserted(apart, end_of_body(apart, holder), run)}'
        return _job(code, head, body, tail, type_name(apart, holder))
    main = f"MainOf{_digest(code)}"  # the program may have a Main, too
    members = re.sub(r"\bMain\b(?=\s*\()", main, _calling(members, called, signature.callee))
    run = _run(code, [_call_of_main(members, main)])
    whole = _inserted(snippet, end_of_body(snippet, signature.holder), f"{members}\n{run}")
    return _job(code, head, whole, "", type_name(snippet, signature.holder))


def with_cases(code: str, entry_point: str, cases: Sequence[TestCase]) -> CaseProgram:
    """Join a program with a harness that calls it on cases; see ``TestedLanguage.with_cases``."""
    own, body = _apart(code)
    snippet = parse_csharp(body)
    signature = read_signature(snippet, entry_point)
    place = type_name(snippet, signature.holder)
    untestable: dict[int, str] = {}
    calls: list[str] = []
    for number, case in enumerate(cases):
        try:
            calls += _calls(number, case, signature)
        except Untestable as reason:
            untestable[number] = str(reason)
    if not calls:
        raise Untestable(next(iter(untestable.values()), "there is no case"))
    whole = _inserted(snippet, end_of_body(snippet, signature.holder), _run(code, calls))
    return CaseProgram(_job(code, usings(own), whole, "", place), untestable)


def _apart(code: str) -> tuple[list[str], str]:
    own, body = without_usings(closed(code))
    return own, in_class(body)


def _digest(code: str) -> str:
    """Return a name that a program cannot contain: that of a method, which it could define itself otherwise."""
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()[:24]


def _run(code: str, statements: Sequence[str]) -> str:
    body = "\n".join(statements)
    return f"internal static void Run{_digest(code)}({_HARNESS} harness) {{\n{body}\n}}"


def _inserted(snippet: Snippet, offset: int, text: str) -> str:
    """Return a program with members at the end of a class; the compiler names its own lines as they were."""
    before, after = (part.decode("utf-8", "replace") for part in (snippet.data[:offset], snippet.data[offset:]))
    line = before.count("\n") + 1
    return f'{before}\n#line 1 "{TEST}"\n{text}\n#line {line} "{_file(snippet)}"\n{after}'


def _file(snippet: Snippet) -> str:
    return UNPARSED if snippet.root.has_error else SOLUTION


def _job(code: str, head: str, body: str, tail: str, holder: str) -> Job:
    name = _file(parse_csharp(closed(code)))
    source = f'#pragma warning disable\n{head}\n#line 1 "{name}"\n{body}\n{tail}'
    return Job({SOLUTION: source}, SOLUTION, options={TYPE: holder, METHOD: f"Run{_digest(code)}"})


def _call_of_main(members: str, main: str) -> str:
    """Return the call of a test's main.

    Raises
    ------
    Untestable
        If it has none.
    """
    found = re.search(rf"\b([\w<>.]{{1,100}})\s{{1,20}}{main}\s{{0,20}}\(([^)]{{0,300}})\)", members)
    if found is None:
        raise Untestable("its test has no Main")
    call = f"{main}({'new string[0]' if found[2].strip() else ''})"
    return f"{call};" if found[1] == "void" else f"{_HARNESS}.Succeeded({call});"


def _holder_of_main(snippet: Snippet) -> tree_sitter.Node:
    """Return the class of a test's main."""
    names = captured(CSHARP, "(method_declaration name: (identifier) @n)", snippet.root).get("n", [])
    mains = [node for node in names if snippet.bytes_of(node) == b"Main"]
    holder = enclosing_type(mains[-1]) if mains else None
    if holder is None:
        raise Untestable("its test has no Main")
    return holder


def _calling(test: str, called: str, callee: str) -> str:
    """Return a test that calls the method where the program has it."""
    return _CALL.sub(lambda found: callee if found[1] == called else found[0], test)


def _from_outside(snippet: Snippet, signature: Signature) -> str:
    """Return what calls a method outside of its class."""
    owner = type_name(snippet, signature.holder).replace("+", ".")
    is_static = signature.callee == signature.name
    return f"global::{owner}.{signature.name}" if is_static else f"new global::{owner}().{signature.name}"


def _calls(number: int, case: TestCase, signature: Signature) -> list[str]:
    """Return the statements that call a method on a case, one for each form of its arguments."""
    types = _argument_types(case.arguments, signature)
    stores_nothing = signature.returned.kind == "void" and all(kind.kind in _IMMUTABLE for kind in types)
    if stores_nothing and not isinstance(case.expected, Raises):
        given = ", ".join(map(literal, case.arguments, types))
        return [f"harness.Case({number}, () => {{ {signature.callee}({given}); return null; }});"]
    as_text = _check_result(case.expected, signature.returned)
    forms = []
    for is_loose in (False, True):
        arguments = ", ".join(
            literal(value, kind, is_loose=is_loose) for value, kind in zip(case.arguments, types, strict=True)
        )
        result = f"{signature.callee}({arguments})"
        result = f"{_HARNESS}.Text({result})" if as_text else result
        forms.append(f"harness.Case({number}, () => {result});")
    return list(dict.fromkeys(forms))


def _argument_types(arguments: Sequence[Value], signature: Signature) -> list[CSharpType]:
    """Return the type of each argument, with its type parameters replaced by types that the values have."""
    types = list(signature.parameters)
    if signature.is_variadic:
        types = _spread(arguments, types)
    elif signature.required <= len(arguments) <= len(types):
        types = types[: len(arguments)]
    if len(types) != len(arguments):
        raise Untestable(f"it takes other arguments than {len(arguments)}")
    if not signature.type_parameters:
        return types
    found: dict[str, list[CSharpType]] = {}
    for kind, value in zip(types, arguments, strict=True):
        bind(found, kind, value)
    bound = {name: common_type(kinds) for name, kinds in found.items()}
    return [substituted(kind, bound) for kind in types]


def _spread(arguments: Sequence[Value], types: list[CSharpType]) -> list[CSharpType]:
    """Return the types of arguments of which the last ones, or the last list, fill an array."""
    *fixed, last = types
    if len(arguments) == len(types) and isinstance(arguments[-1], list | tuple):
        return types
    element = last.parts[0] if last.parts else last
    return [*fixed, *[element] * (len(arguments) - len(fixed))]


def _check_result(expected: Value | Raises, kind: CSharpType) -> bool:
    """Return whether characters that a method returns are the expected text.

    Raises
    ------
    Untestable
        If its type has no value like the expected one.
    """
    if kind.kind == "void":
        raise Untestable("it returns nothing")
    if isinstance(expected, Raises) or kind.kind in ("object", "parameter", "other"):
        return False
    if expected is None and kind.is_value:
        raise Untestable(f"a result of the type {kind.text} cannot be None")
    if kind.kind == "nullable":
        return _check_result(expected, kind.parts[0]) if expected is not None else False
    if kind.text in INTEGERS and isinstance(expected, int) and not in_range(expected, kind.text):
        raise Untestable(f"a result of the type {kind.text} cannot be so large")
    if kind.kind in ("sequence", "array", "set"):
        if isinstance(expected, str):
            return kind.parts[0].kind == "char"
        if isinstance(expected, list | tuple | set | frozenset):
            _require_one_kind(expected, kind.parts[0])
            found = [_check_result(item, kind.parts[0]) for item in expected]  # all of them: each may be refused
            return any(found)
    if kind.kind == "map" and isinstance(expected, dict):
        for one, item in expected.items():
            _check_result(one, kind.parts[0])
            _check_result(item, kind.parts[1])
    if kind.kind == "tuple" and isinstance(expected, list | tuple) and len(expected) == len(kind.parts):
        for item, part in zip(expected, kind.parts, strict=True):
            _check_result(item, part)
    return False


def _require_one_kind(items: Iterable[Value], element: CSharpType) -> None:
    """Refuse an expected collection of several kinds for a type of one: no translation can return it."""
    if element.kind not in ("integer", "float", "string", "bool", "char"):
        return
    kinds = {"numbers" if isinstance(item, bool | int | float) else type(item).__name__ for item in items}
    if len(kinds) > 1:
        raise Untestable(f"a result of the type {element.text} cannot be {' and '.join(sorted(kinds))}")
