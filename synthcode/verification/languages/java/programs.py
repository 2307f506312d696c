"""Java programs joined with their tests."""

from __future__ import annotations

from collections.abc import Sequence

from synthcode.entry_points import find_entry_point
from synthcode.languages import get_language
from synthcode.verification.cases.case import TestCase, Untestable
from synthcode.verification.languages.java.bridge import bridged, opened
from synthcode.verification.languages.java.signature import methods_named, why_not_made
from synthcode.verification.languages.java.source import Source, read_source
from synthcode.verification.languages.jvm.cases import joined_with_cases
from synthcode.verification.languages.jvm.imports import STANDARD_LIBRARY, refuse_foreign_imports
from synthcode.verification.languages.tested import TestProgram
from synthcode.verification.running.job import CaseProgram, Job

_FILE = "Program.java"


def with_test(code: str, test: TestProgram, entry_point: str) -> Job:
    """Join a program with a class of the seed's own that tests it; see ``TestedLanguage.with_test``."""
    name = _entry_point(code, entry_point)
    program, tester = _read(code), read_source(test.after)
    method = next(iter(methods_named(program, name)), None)
    if method is None:
        raise Untestable(f"{name} is not a method of a class")
    if (reason := why_not_made(method)) is not None:
        raise Untestable(reason)
    tests, main = bridged(program, method, tester, entry_point)
    if not main:
        raise Untestable("its test has no class with a main method")
    imports = (*read_source(test.before).imports, *tester.imports)
    whole = program.joined(f"{opened(program, method)}\n{tests}", imports)
    return Job({_FILE: whole}, f"{program.package}.{main}".lstrip("."), test.needs)


def with_cases(code: str, entry_point: str, cases: Sequence[TestCase]) -> CaseProgram:
    """Join a program with the cases that a driver calls its entry point on; see ``TestedLanguage.with_cases``."""
    name = _entry_point(code, entry_point)
    program = _read(code)
    return joined_with_cases(program, _FILE, name, [method.signature for method in methods_named(program, name)], cases)


def _read(code: str) -> Source:
    program = read_source(code)
    refuse_foreign_imports(program.imports, (*STANDARD_LIBRARY, program.package))
    return program


def _entry_point(code: str, entry_point: str) -> str:
    name = find_entry_point(code, get_language("java"), entry_point)
    if name is None:
        raise Untestable("it defines no method")
    return name
