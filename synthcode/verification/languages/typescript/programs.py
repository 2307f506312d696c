"""TypeScript programs joined with their tests. Types are erased, so that JavaScript's harness and literals serve."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from synthcode.comments.snippets import parse_snippet
from synthcode.languages import get_language
from synthcode.languages.parsing import ParseTimeout
from synthcode.verification.cases.case import TestCase, Untestable
from synthcode.verification.languages.called_names import called_name
from synthcode.verification.languages.javascript.programs import Entry, case_program, entry_of, test_job
from synthcode.verification.languages.tested import TestProgram
from synthcode.verification.running.job import CaseProgram, Job

_PROGRAM = "solution.ts"
_IMPORT = re.compile(r"\bimport\s{1,20}([\w$*{},\s]{1,300}?)\sfrom\s{0,20}([\"'])[^\"'\n]{1,100}\2")
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_WORDS = frozenset({"as", "type", "default"})


def with_test(code: str, test: TestProgram, entry_point: str) -> Job:
    """Join a program with a test of the seed's own, which fails by throwing; see ``TestedLanguage.with_test``."""
    files = {_PROGRAM: code, "before.ts": test.before, "test.ts": test.after}
    return test_job(files, _entry(code, entry_point), called_name(test.after, entry_point), _imported(code), test)


def with_cases(code: str, entry_point: str, cases: Sequence[TestCase]) -> CaseProgram:
    """Join a program with the harness that calls it on cases; see ``TestedLanguage.with_cases``."""
    return case_program({_PROGRAM: code}, _entry(code, entry_point), cases, _imported(code))


def _imported(code: str) -> str:
    """Return a program without the imports that the compiler leaves out: nothing that they name is used."""
    names = Counter(_NAME.findall(code))

    def is_used(clause: str) -> bool:
        own = Counter(_NAME.findall(clause))
        return any(names[name] > count for name, count in own.items() if name not in _WORDS)

    return _IMPORT.sub(lambda found: found[0] if is_used(found[1]) else "", code)


def _entry(code: str, entry_point: str) -> Entry:
    language = get_language("typescript")
    try:
        entry = entry_of(parse_snippet(code, language), language, entry_point)
    except ParseTimeout as problem:
        raise Untestable("it cannot be parsed in time") from problem
    # The compiler makes CommonJS of it.
    return Entry(entry.name, entry.expression, entry.required, entry.options, taken=entry.taken, is_module=False)
