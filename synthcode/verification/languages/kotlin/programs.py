"""Kotlin programs joined with their tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import tree_sitter

from synthcode.entry_points import find_entry_point, spelling
from synthcode.languages import get_language
from synthcode.verification.cases.case import TestCase, Untestable
from synthcode.verification.languages.jvm.cases import joined_with_cases
from synthcode.verification.languages.jvm.imports import STANDARD_LIBRARY, refuse_foreign_imports
from synthcode.verification.languages.jvm.trees import Edit, edited, nodes, text_of
from synthcode.verification.languages.kotlin.signature import Function, functions_named, visibility
from synthcode.verification.languages.kotlin.source import Source, read_source
from synthcode.verification.languages.tested import TestProgram
from synthcode.verification.running.job import CaseProgram, Job

_FILE = "Program.kt"
_CLASS = "ProgramKt"
"""Of the functions at the top of the file, by its name."""
_MAIN = "main"
_RENAMED = "OfProgram"


def with_test(code: str, test: TestProgram, entry_point: str) -> Job:
    """Join a program with a main function of the seed's own that tests it; see ``TestedLanguage.with_test``."""
    name = _entry_point(code, entry_point)
    program, tester = _read(code), read_source(test.after)
    if _MAIN not in tester.functions:
        raise Untestable("its test has no main function")
    function = next(iter(functions_named(program, name)), None)
    if function is not None and function.is_extension:
        raise Untestable(f"{name} is an extension of a type")
    if function is not None and (reason := function.why_not_made()) is not None:
        raise Untestable(reason)
    called = function.called_as if function is not None else name
    tests = edited(tester.body, _calls(tester, called, entry_point))
    body = edited(program.body, _changes(program, function, tester))
    whole = program.joined(f"{body}\n{tests}", (*read_source(test.before).imports, *tester.imports))
    return Job({_FILE: whole}, f"{program.package}.{_CLASS}".lstrip("."), test.needs)


def with_cases(code: str, entry_point: str, cases: Sequence[TestCase]) -> CaseProgram:
    """Join a program with the cases that a driver calls its entry point on; see ``TestedLanguage.with_cases``."""
    name = _entry_point(code, entry_point)
    program = _read(code)
    return joined_with_cases(program, _FILE, name, [one.signature for one in functions_named(program, name)], cases)


def _read(code: str) -> Source:
    program = read_source(code)
    refuse_foreign_imports(program.imports, (*STANDARD_LIBRARY, "kotlin", program.package))
    return program


def _entry_point(code: str, entry_point: str) -> str:
    name = find_entry_point(code, get_language("kotlin"), entry_point)
    if name is None:
        raise Untestable("it defines no function")
    return name


def _calls(test: Source, called_as: str, entry_point: str) -> Iterator[Edit]:
    """Return the edits that have a test call a program's function by the name that it has there."""
    own = {name for name in test.functions if spelling(name) == spelling(entry_point)}
    for node in nodes(test.root):
        if node.type != "identifier" or spelling(text_of(node)) != spelling(entry_point) or own:
            continue
        parent = node.parent
        if parent is not None and parent.type == "navigation_expression" and _is_last(node, parent):
            yield parent.start_byte, parent.end_byte, called_as
        elif parent is not None and parent.type in ("call_expression", "binary_expression", "callable_reference"):
            yield node.start_byte, node.end_byte, called_as


def _is_last(node: tree_sitter.Node, parent: tree_sitter.Node) -> bool:
    return parent.named_children[-1].id == node.id


def _changes(program: Source, function: Function | None, test: Source) -> Iterator[Edit]:
    """Return the edits that open a program's function to its test, and rename functions that the test defines too."""
    if function is not None and function.owners:
        for word in visibility(function.node):
            yield word.start_byte, word.end_byte, ""
    taken = program.functions.keys() & test.functions.keys() - {function.name if function is not None else ""}
    for node in nodes(program.root):
        if node.type == "identifier" and text_of(node) in taken:
            yield node.end_byte, node.end_byte, _RENAMED
