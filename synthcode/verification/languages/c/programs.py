"""C programs joined with their tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from synthcode.verification.cases.case import TestCase, Untestable
from synthcode.verification.languages.c.arguments import Types, variable
from synthcode.verification.languages.c.results import Stored, written_result
from synthcode.verification.languages.c_family.declarations import Parameter
from synthcode.verification.languages.c_family.edits import calling_test, hidden_prefix, whole_program
from synthcode.verification.languages.c_family.functions import Program, read_program
from synthcode.verification.languages.c_family.lengths import Given, matched_call
from synthcode.verification.languages.c_family.structures import structures
from synthcode.verification.languages.single_precision import is_single
from synthcode.verification.languages.tested import TestProgram
from synthcode.verification.running.job import CaseProgram, Job

_RESULTS = Path(__file__).with_name("results.h")
_HEADERS = (
    *("assert", "ctype", "errno", "float", "inttypes", "limits", "math", "stdbool", "stddef", "stdint", "stdio"),
    *("stdlib", "string", "time"),
)
_OPENING = "\n".join(["#ifndef SYNTHCODE_FEW_HEADERS", *(f"#include <{name}.h>" for name in _HEADERS), "#endif"])
_OWN_MAIN = """
signed main(signed count, char **arguments, char **environment) {
    int code = CALL;
    if (code) HIDDEN_exit(code & 63 ? code & 63 : 1);
    HIDDEN_send("end", 3);
    HIDDEN_exit(0);
}
"""
_CASE = """static void HIDDEN_case_PLACE(void) {
    VARIABLES
    CALL;
    HIDDEN_begin("PLACE ");
    RESULT
    HIDDEN_end();
}
"""
_CASES_MAIN = """
signed main(void) {
CALLS
    HIDDEN_send("end", 3);
    HIDDEN_exit(0);
}
"""


def with_test(code: str, test: TestProgram, entry_point: str) -> Job:
    """Join a program with a test of the seed's own; see ``TestedLanguage.with_test``."""
    program = read_program(code, "c", entry_point)
    hidden = hidden_prefix(code, test.after)
    text, given = calling_test(test.after, "c", entry_point, program.function.name, hidden)
    main = _OWN_MAIN.replace("CALL", f"{hidden}_main({', '.join(given)})").replace("HIDDEN", hidden)
    opening = f"{_OPENING}\n{test.before}"
    return whole_program(program, hidden, f"{text}\n{main}", opening=opening, headers="#include <assert.h>")


def with_cases(code: str, entry_point: str, cases: Sequence[TestCase]) -> CaseProgram:
    """Join a program with a harness that calls it on cases; see ``TestedLanguage.with_cases``."""
    program = read_program(code, "c", entry_point)
    types = Types(program.aliases, structures(program.snippet))
    hidden = hidden_prefix(code, repr([case.arguments for case in cases]))
    untestable: dict[int, str] = {}
    functions, calls = [], []
    for place, case in enumerate(cases):
        try:
            functions.append(_case(program, case, place, types))
        except Untestable as reason:
            untestable[place] = str(reason)
            continue
        calls.append(f"    HIDDEN_case_{place}();")
    if not calls:
        raise Untestable(next(iter(untestable.values()), "there is no case"))
    harness = "\n".join([_RESULTS.read_text("utf-8"), *functions, _CASES_MAIN.replace("CALLS", "\n".join(calls))])
    job = whole_program(program, hidden, harness.replace("HIDDEN", hidden), opening=_OPENING)
    return CaseProgram(job, untestable, is_typed=True, is_single=is_single(code, "c"))


def _case(program: Program, case: TestCase, place: int, types: Types) -> str:
    """Return the function that calls the entry point on one case, and writes the result."""
    function = program.function
    given = matched_call(function.parameters, case, lambda one: _is_integer(one, types))
    names = [one.name for one in function.parameters]
    variables = [variable(f"a{number}", one, types, names) for number, one in enumerate(given)]
    stored = [
        Stored(one, f"a{number}", _length(one))
        for number, one in enumerate(given)
        if types.of(one.parameter)[1] and not one.is_length and not (one.parameter.is_const and not one.is_output)
    ]
    call = f"{function.name}({', '.join(one.passed for one in variables)})"
    returns_nothing = types.of(Parameter("", function.returns)) == types.of(Parameter("", "void"))
    result = written_result(function, stored, case, types)
    return (
        _CASE.replace("PLACE", str(place))
        .replace("CALL", call if returns_nothing else f"__typeof__({call}) result = {call}")
        .replace("VARIABLES", "\n    ".join(one.statements for one in variables))
        .replace("RESULT", result)
    )


def _is_integer(parameter: Parameter, types: Types) -> bool:
    kind, levels = types.of(parameter)
    return kind.kind == "int" and levels == 0


def _length(given: Given) -> int | None:
    return len(given.value) if isinstance(given.value, list | tuple) else None
