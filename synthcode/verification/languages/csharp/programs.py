"""C# programs joined with their tests, as one file: what calls a method becomes a member of its class."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import tree_sitter

from synthcode.comments.snippets import Snippet, captured
from synthcode.verification.cases.case import TestCase, Untestable
from synthcode.verification.languages.called_names import called_name
from synthcode.verification.languages.csharp.calls import HARNESS, calls_of
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
    without_swaps,
    without_usings,
)
from synthcode.verification.languages.single_precision import is_single
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
_ASSERTS = re.compile(
    r"(?<![\w.])(?:System\s{0,5}\.\s{0,5}Diagnostics\s{0,5}\.\s{0,5})?(?:Debug|Trace)\s{0,5}\.\s{0,5}Assert\b"
    r"(?=\s{0,5}\()"
)
"""What the compiler leaves out of a release; in a test it is what is to hold."""


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
    members = _ASSERTS.sub(f"{HARNESS}.Assert", members)
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
            calls += calls_of(number, case, signature)
        except Untestable as reason:
            untestable[number] = str(reason)
    if not calls:
        raise Untestable(next(iter(untestable.values()), "there is no case"))
    whole = _inserted(snippet, end_of_body(snippet, signature.holder), _run(code, calls))
    job = _job(code, usings(own), whole, "", place)
    return CaseProgram(job, untestable, is_typed=True, is_single=is_single(code, "csharp"))


def _apart(code: str) -> tuple[list[str], str]:
    own, body = without_usings(closed(code))
    return own, in_class(without_swaps(body))


def _digest(code: str) -> str:
    """Return a name that a program cannot contain: that of a method, which it could define itself otherwise."""
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()[:24]


def _run(code: str, statements: Sequence[str]) -> str:
    body = "\n".join(statements)
    return f"internal static void Run{_digest(code)}({HARNESS} harness) {{\n{body}\n}}"


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
    return f"{call};" if found[1] == "void" else f"{HARNESS}.Succeeded({call});"


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
