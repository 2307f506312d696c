"""TypeScript programs joined with their tests. Types are erased, so that JavaScript's harness and literals serve."""

from __future__ import annotations

from collections.abc import Sequence

from synthcode.comments.snippets import parse_snippet
from synthcode.languages import get_language
from synthcode.languages.parsing import ParseTimeout
from synthcode.verification.cases.case import TestCase, Untestable
from synthcode.verification.languages.called_names import called_name
from synthcode.verification.languages.javascript.packages import module_files
from synthcode.verification.languages.javascript.programs import (
    Entry,
    entry_of,
    harness_job,
    planned_cases,
    required_packages,
)
from synthcode.verification.languages.tested import TestProgram
from synthcode.verification.languages.typescript.runner import PROGRAM, SOURCE
from synthcode.verification.running.job import CaseProgram, Job


def with_test(code: str, test: TestProgram, entry_point: str) -> Job:
    """Join a program with a test of the seed's own, which fails by throwing; see ``TestedLanguage.with_test``."""
    called = called_name(test.after, entry_point)
    expression = _entry(code, entry_point).expression
    alias = f"\nvar {called}: any = {expression};\n" if expression != called else "\n"
    needs = required_packages(test)
    files, packages = module_files(needs)
    source = f"{test.before}\n{code}\n;{alias}{test.after}\n"
    return harness_job({PROGRAM: code, SOURCE: source, **files}, {"packages": packages, "module": False}, needs)


def with_cases(code: str, entry_point: str, cases: Sequence[TestCase]) -> CaseProgram:
    """Join a program with the harness that calls it on cases; see ``TestedLanguage.with_cases``."""
    entry = _entry(code, entry_point)
    plan, untestable = planned_cases(cases, entry.required)
    source = f"{code}\n;export const synthcodeEntry = () => {entry.expression};\n"
    asked = {"cases": plan, "module": False, "packages": {}}
    return CaseProgram(harness_job({PROGRAM: code, SOURCE: source}, asked), untestable)


def _entry(code: str, entry_point: str) -> Entry:
    language = get_language("typescript")
    try:
        return entry_of(parse_snippet(code, language), language, entry_point)
    except ParseTimeout as problem:
        raise Untestable("it cannot be parsed in time") from problem
