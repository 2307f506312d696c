"""What a run says of a translation: which cases it passed, and why it failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from synthcode.verification.cases.case import CaseOrigin, TestCase, Untestable
from synthcode.verification.cases.comparison import difference
from synthcode.verification.cases.kinds import kind_of
from synthcode.verification.cases.results import read_result
from synthcode.vocabulary import VerifyReason

if TYPE_CHECKING:
    from synthcode.verification.running.job import CaseProgram, Ran

REASON_OF: dict[str, VerifyReason] = {
    "stopped": "test_failed",
    "failed": "test_failed",
    "crashed": "test_crash",
    "timed_out": "test_timeout",
    "refused": "compile_error",
}
"""How a run that did not come to its end is called."""
_NOT_COMPARED = "no result could be compared"
STOPPED = "it ended before its tests did"


class Outcome(NamedTuple):
    """What tests say of a translation."""

    tests: int
    """Cases, or whole test programs, that were run."""
    passed: int
    reason: VerifyReason | None
    """Why it fails; None if every test passed, or none was run."""
    detail: str
    """What failed first, or why nothing could be tested; empty if every test passed."""
    failed_origins: frozenset[CaseOrigin] = frozenset()
    """Where the cases come from that it failed."""
    more_tests: int = 0
    """How many of the cases are on further inputs."""
    more_passed: int = 0


def judge_program(ran: Ran) -> Outcome:
    """Return what a test program of the seed's own says."""
    if ran.status == "completed":
        return Outcome(1, 1, None, "")
    if ran.status == "misfit":
        return Outcome(0, 0, None, ran.message)
    return Outcome(1, 0, REASON_OF[ran.status], ran.message or STOPPED, frozenset({"seed"}))


def judge_cases(cases: Sequence[TestCase], program: CaseProgram, ran: Ran) -> Outcome:
    """Return what cases say.

    Parameters
    ----------
    cases
        All cases, also those that the program's harness leaves out.
    program
        The program that was run.
    ran
        What came of it.
    """
    if ran.status == "misfit":
        return Outcome(0, 0, None, ran.message)
    results = results_of(ran)
    kinds = {kind_of(case.expected) for case in cases} - {"none"}
    run: Counter[CaseOrigin] = Counter()
    passed: Counter[CaseOrigin] = Counter()
    failures: list[tuple[CaseOrigin, VerifyReason, str]] = []
    for place, case in enumerate(cases):
        if place in program.untestable:
            continue
        if place not in results:
            if ran.status == "completed":
                failures.append((case.origin, "test_failed", "a result is missing"))
                run[case.origin] += 1
            break  # the case that it ended in, and all after it
        try:
            wrong = _difference(case, results[place], program, kinds)
        except Untestable:
            continue
        run[case.origin] += 1
        passed[case.origin] += wrong is None
        if wrong is not None:
            failures.append((case.origin, "test_failed", wrong))
    if ran.status != "completed":
        origin = _origin_of_end(cases, program, results)
        run[origin] += 1
        failures.append((origin, REASON_OF[ran.status], ran.message or STOPPED))
    counts = (run.total(), passed.total())
    more = (run["more"], passed["more"])
    own = sum(case.origin == "seed" for case in cases)
    if not failures and run["seed"] * 2 < own:  # to pass the others, such as those of an empty list, says little
        return Outcome(0, 0, None, f"only {run['seed']} of {own} calls fit it" if run.total() else _NOT_COMPARED)
    if not failures:
        return Outcome(*counts, None, "" if run.total() else _NOT_COMPARED, frozenset(), *more)
    _, reason, detail = failures[0]
    return Outcome(*counts, reason, detail, frozenset(origin for origin, _, _ in failures), *more)


def _difference(case: TestCase, texts: Sequence[str], program: CaseProgram, kinds: set[str]) -> str | None:
    """Return how the first of several results is wrong; None if one of them is right.

    Raises
    ------
    Untestable
        If it may be right in another form: the expected results are of several kinds, and the program's of one type.
    """
    found: list[str | None] = []
    returned: set[str] = set()
    for text in texts:
        try:
            result = read_result(text)
            found.append(difference(case, result, is_single=program.is_single))
        except ValueError:
            found.append("a result cannot be read")
        else:
            returned.add(kind_of(result))
    if None in found:
        return None
    if (
        program.is_typed
        and len(kinds) > 1
        and not returned - kinds
        and kind_of(case.expected) not in {*returned, "none"}
    ):
        raise Untestable("its results have one type, and the expected ones are of several kinds")
    return found[0]


def results_of(ran: Ran) -> dict[int, list[str]]:
    """Return the results of each case: one for each form in which its arguments were given."""
    results: dict[int, list[str]] = {}
    for line in ran.lines:
        place, _, text = line.partition(" ")
        if place.isascii() and place.isdigit():
            results.setdefault(int(place), []).append(text)
    return results


def _origin_of_end(cases: Sequence[TestCase], program: CaseProgram, results: dict[int, list[str]]) -> CaseOrigin:
    """Return where the case comes from in which a program ended."""
    for place, case in enumerate(cases):
        if place not in program.untestable and place not in results:
            return case.origin
    return "seed"
