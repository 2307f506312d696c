"""Benchmarks that have each problem in several languages, with tests: what MBXP and HumanEval-X share."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from synthcode.languages import find_language
from synthcode.schemas.test_programs import around_solution
from synthcode.seeds.rows.row import Row

Tests = Mapping[str, Mapping[str, str]]
"""Number of a problem -> language -> test program."""
_CALLS_CHECK = re.compile(r"^check\(", re.MULTILINE)
_LANGUAGE_PREFIX = re.compile(r"(?:HumanEval[_-]?)?(?P<language>.*)", re.IGNORECASE)


def number_of(task_id: str) -> str:
    """Return the part of ``MBJP/12`` or ``Java/12`` that is the same in every language."""
    return task_id.rpartition("/")[2]


def language_of(cells: Mapping[str, object]) -> str:
    """Return the language of a problem: what the row says, or the prefix of its id; ``HumanEval/0`` is Python."""
    named = text_or_none(cells.get("language"))
    if named:
        return named
    match = _LANGUAGE_PREFIX.fullmatch((text_or_none(cells.get("task_id")) or "").partition("/")[0])
    return (match["language"] if match else "") or "python"


def text_or_none(cell: object) -> str | None:
    """Return a cell that is text and not empty."""
    return cell if isinstance(cell, str) and cell else None


def read_tests(rows: Iterable[Row]) -> Tests:
    """Return the test programs of all problems; of languages that we do not know none are kept."""
    tests: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        task = text_or_none(row.cells.get("task_id"))
        language = find_language(language_of(row.cells))
        program = whole_test(row.cells)
        if task and language and program:
            tests[number_of(task)][language.name] = program
    return tests


def whole_test(cells: Mapping[str, object]) -> str | None:
    """Return a test that makes a whole program with a solution; None if there is none.

    Python's tests define ``check(candidate)``, which is called. HumanEval-X's Go tests stand around the solution:
    ``test_setup`` has the imports.
    """
    test = text_or_none(cells.get("test"))
    if test is None:
        return None
    if setup := text_or_none(cells.get("test_setup")):
        return around_solution(setup, test)
    entry_point = text_or_none(cells.get("entry_point")) or ""
    language = find_language(language_of(cells))
    if language is None or language.name != "python" or "def check(" not in test or _CALLS_CHECK.search(test):
        return test
    if entry_point == "check":  # the test's own function has the name of the solution
        return f"solution_ = check\n\n\n{test.strip()}\n\n\ncheck(solution_)\n"
    return f"{test.rstrip()}\n\n\ncheck({entry_point})\n" if entry_point.isidentifier() else None
