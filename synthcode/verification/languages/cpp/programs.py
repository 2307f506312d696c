"""C++ programs joined with their tests."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from synthcode.verification.cases.case import TestCase, Untestable
from synthcode.verification.languages.c_family.compiled import SOURCE
from synthcode.verification.languages.c_family.edits import calling_test, hidden_prefix, whole_program
from synthcode.verification.languages.c_family.functions import Program, read_program
from synthcode.verification.languages.c_family.structures import structures
from synthcode.verification.languages.cpp.arguments import Call, call_of
from synthcode.verification.languages.single_precision import is_single
from synthcode.verification.languages.tested import TestProgram
from synthcode.verification.running.job import CaseProgram, Job

_USING = "#ifdef SYNTHCODE_USING_STD\nusing namespace std;\n#endif"
_USES_STD = re.compile(r"\busing\s+(?:namespace\s+)?std\b")
_HEADERS = "#include SYNTHCODE_LIBRARY\n#include <cassert>"
_WHOLE_LIBRARY = re.compile(r"(?m)^[ \t]{0,20}#[ \t]{0,20}include[ \t]{0,20}[<\"]bits/stdc\+\+\.h[>\"]")
_ALL = "#ifdef SYNTHCODE_ALL_HEADERS\n#include <bits/stdc++.h>\n#endif"
_EQUALITY = re.compile(r"\boperator\s{0,20}(?:==|!=|<=>)\s{0,20}\(([^)]{0,300})\)")
_OWN_MAIN = """
signed main(signed count, char **arguments, char **environment) {
    (void)count, (void)arguments, (void)environment;
    try {
        if (int code = CALL) HIDDEN_exit(code & 63 ? code & 63 : 1);
    } catch (const std::exception &problem) {
        const char *what = problem.what();
        HIDDEN_write(2, "error: ", 7);
        HIDDEN_write(2, what, __builtin_strlen(what));
        HIDDEN_write(2, "\\n", 1);
        HIDDEN_exit(1);
    } catch (...) {
        HIDDEN_write(2, "error: an exception\\n", 20);
        HIDDEN_exit(1);
    }
    HIDDEN_send("end", 3);
    HIDDEN_exit(0);
}
"""
_CASES_MAIN = """
template <typename F> static void HIDDEN_case(const char *place, F call) {
    std::string line = place;
    try {
        line += call();
    } catch (const std::exception &problem) {
        line += synthcode_results::raised(&typeid(problem));
    } catch (...) {
        line += synthcode_results::raised(nullptr);
    }
    HIDDEN_send(line.data(), line.size());
}
CASES
signed main() {
CALLS
    HIDDEN_send("end", 3);
    HIDDEN_exit(0);
}
"""
_CASE = """static std::string HIDDEN_case_PLACE() {
    DECLARATIONS
    BODY
}
"""


def with_test(code: str, test: TestProgram, entry_point: str) -> Job:
    """Join a program with a test of the seed's own; see ``TestedLanguage.with_test``."""
    program = read_program(code, "cpp", entry_point)
    _refuse_own_equality(program)
    hidden = hidden_prefix(code, test.after)
    text, given = calling_test(test.after, "cpp", entry_point, program.function.path, hidden)
    call = f"{hidden}_main({', '.join(given)})"
    main = _OWN_MAIN.replace("HIDDEN", hidden).replace("CALL", call)
    return _job(program, hidden, f"using namespace std;\n{text}\n{main}", test.before)


def with_cases(code: str, entry_point: str, cases: Sequence[TestCase]) -> CaseProgram:
    """Join a program with a harness that calls it on cases; see ``TestedLanguage.with_cases``."""
    program = read_program(code, "cpp", entry_point)
    hidden = hidden_prefix(code, repr([case.arguments for case in cases]))
    untestable: dict[int, str] = {}
    functions, calls = [], []
    for place, case in enumerate(cases):
        try:
            call = call_of(program, case)
        except Untestable as reason:
            untestable[place] = str(reason)
            continue
        functions.append(_case(program, call, place))
        calls.append(f'    HIDDEN_case("{place} ", HIDDEN_case_{place});')
    if not calls:
        raise Untestable(next(iter(untestable.values()), "there is no case"))
    main = _CASES_MAIN.replace("CASES", "".join([*_fields(program), *functions])).replace("CALLS", "\n".join(calls))
    job = _job(program, hidden, main.replace("HIDDEN", hidden), "")
    return CaseProgram(job, untestable, is_typed=True, is_single=is_single(code, "cpp"))


def _fields(program: Program) -> list[str]:
    """Return the functions by which results that are structures are written with their fields."""
    found = []
    for name, fields in structures(program.snippet).items():
        pairs = (f'"[\\"{field.name}\\", " + synthcode_results::text(value.{field.name}) + "]"' for field in fields)
        written = ' + ", " + '.join(pairs)
        record = f'std::string("{{\\"record\\": [") + {written} + "]}}"'
        found.append(f"inline std::string synthcode_record(const ::{name} &value) {{ return {record}; }}\n")
    return found


def _case(program: Program, call: Call, place: int) -> str:
    called = f"{program.function.path}({call.arguments})"
    body = f"return synthcode_results::text({called});"
    if call.result:
        kept = "auto &&result = " if program.function.returns != "void" else ""
        body = f"{kept}{called};\n    return synthcode_results::text({call.result});"
    declarations = "\n    ".join(call.declarations)
    return _CASE.replace("PLACE", str(place)).replace("DECLARATIONS", declarations).replace("BODY", body)


def _job(program: Program, hidden: str, tests: str, before: str) -> Job:
    has_namespace = "std::" in program.code or _USES_STD.search(f"{before}\n{program.code}")
    opening = f"{_ALL}\n{_USING if has_namespace else 'using namespace std;'}\n{before}"
    job = whole_program(program, hidden, tests, opening=opening, headers=_HEADERS)
    return replace(job, files={SOURCE: _WHOLE_LIBRARY.sub("#include SYNTHCODE_LIBRARY", job.files[SOURCE])})


def _refuse_own_equality(program: Program) -> None:
    """Refuse a program that says itself when values of the library's types are equal: tests compare such values."""
    own = set(re.findall(r"\b(?:struct|class|enum(?:\s+class)?)\s+(\w+)", program.code))
    for found in _EQUALITY.finditer(program.code):
        if not own & set(re.findall(r"\w+", found[1])):
            raise Untestable("it defines the equality of types that are not its own")
