"""Python programs joined with their tests."""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Sequence
from pathlib import Path

from synthcode.entry_points import find_entry_point
from synthcode.languages import get_language
from synthcode.verification.cases.case import TestCase, Untestable, Value
from synthcode.verification.languages.idle_tests import require_run
from synthcode.verification.languages.python.collected import calling_collected
from synthcode.verification.languages.tested import TestProgram
from synthcode.verification.running.job import CaseProgram, Job

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_RUNS_DOCTESTS = re.compile(r"\bdoctest\.(?:testmod|run_docstring_examples)\b")
_HARNESS = Path(__file__).with_name("harness.py")
_TRACING = Path(__file__).with_name("tracing.py")
_ANSWERING = Path(__file__).with_name("answering.py")
_SCORING = Path(__file__).with_name("scoring.py")
_OWN = Path(__file__).with_name("own_test.py")


def with_test(code: str, test: TestProgram, entry_point: str) -> Job:
    """Join a program with a test of the seed's own, which fails by an exception; see ``TestedLanguage.with_test``."""
    found = find_entry_point(code, get_language("python"), entry_point)
    if found is None:
        raise Untestable("it defines no function")
    if _RUNS_DOCTESTS.search(test.after):
        raise Untestable("its test runs doctests")  # they would look for the program in another module
    collected = calling_collected(test.after)
    require_run(collected, "python")
    alias = f"\n{entry_point} = {found}\n" if found != entry_point and entry_point.isidentifier() else "\n"
    whole = f"{test.before}\n{code}\n{alias}{collected}\n"
    return Job({"harness.py": _OWN.read_text("utf-8"), "solution.py": whole}, "harness.py", test.needs)


def with_cases(code: str, entry_point: str, cases: Sequence[TestCase]) -> CaseProgram:
    """Join a program with the harness that calls it on cases; see ``TestedLanguage.with_cases``."""
    path, is_instance, arity, keywords = _function(code, entry_point)
    untestable: dict[int, str] = {}
    plan = []
    for place, case in enumerate(cases):
        arguments = case.passed(arity[0])
        if not arity[0] <= len(arguments) <= arity[1]:
            untestable[place] = f"it takes other arguments than {len(arguments)}"
        else:
            plan.append([place, f"({''.join(f'{literal(value)}, ' for value in arguments)})"])
    if not plan:
        raise Untestable(next(iter(untestable.values()), "there is no case"))
    how = {"path": path, "instance": is_instance, "keywords": keywords}
    asked = json.dumps({**how, "cases": plan, "async": "async" in code})
    files = {"harness.py": _HARNESS.read_text("utf-8"), "solution.py": code, "cases.json": asked}
    return CaseProgram(Job(files, "harness.py"), untestable)


def tracing_job(code: str, test: str, entry_point: str) -> Job:
    """Join a program with its own test and the harness that records the test's calls."""
    plan = json.dumps({"entry_point": entry_point})
    files = {"solution.py": code, "test.py": calling_collected(test), "plan.json": plan}
    harnesses = {file.name: file.read_text("utf-8") for file in (_HARNESS, _TRACING)}
    return Job({**files, **harnesses}, "tracing.py")


def answering_job(program: CaseProgram) -> Job:
    """Join a program and its cases with the harness that limits the time of each, and can change the order of sets."""
    return Job({**program.job.files, "answering.py": _ANSWERING.read_text("utf-8")}, "answering.py")


def scoring_job(program: CaseProgram, mutants: Sequence[str]) -> Job:
    """Join broken versions of a program with the harness that calls each on the program's cases."""
    plan = {**json.loads(program.job.files["cases.json"]), "versions": len(mutants)}
    versions = {f"mutant_{number}.py": mutant for number, mutant in enumerate(mutants)}
    files = {**program.job.files, **versions, "cases.json": json.dumps(plan), "scoring.py": _SCORING.read_text("utf-8")}
    return Job(files, "scoring.py")


def literal(value: Value) -> str:
    """Return the Python expression of a value."""
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else f"float({str(value)!r})"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, tuple):
        return f"({''.join(f'{literal(item)}, ' for item in value)})"
    if isinstance(value, set):
        return f"{{{', '.join(map(literal, value))}}}" if value else "set()"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{literal(key)}: {literal(item)}' for key, item in value.items())}}}"
    return repr(value)


def _function(code: str, entry_point: str) -> tuple[list[str], bool, tuple[int, float], dict[int, str]]:
    """Return the way to the entry point, if it needs an instance, its number of arguments, and those passed by name."""
    name = find_entry_point(code, get_language("python"), entry_point)
    if name is None:
        raise Untestable("it defines no function")
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        raise Untestable("this Python cannot parse it") from problem
    for node in tree.body:
        if isinstance(node, _FUNCTIONS) and node.name == name:
            return [name], False, _arity(node, 0), _keywords(node, 0)
        if isinstance(node, ast.ClassDef):
            for member in node.body:
                if isinstance(member, _FUNCTIONS) and member.name == name:
                    kinds = {one.id for one in member.decorator_list if isinstance(one, ast.Name)}
                    bound = 0 if "staticmethod" in kinds else 1
                    is_instance = not kinds & {"staticmethod", "classmethod"}
                    return [node.name, name], is_instance, _arity(member, bound), _keywords(member, bound)
        if isinstance(node, ast.Assign) and any(isinstance(one, ast.Name) and one.id == name for one in node.targets):
            return [name], False, (0, math.inf), {}
    raise Untestable(f"{name} is not a function of the module")


def _arity(node: ast.FunctionDef | ast.AsyncFunctionDef, bound: int) -> tuple[int, float]:
    given = [*node.args.posonlyargs, *node.args.args]
    if node.args.vararg:
        return max(0, len(given) - bound - len(node.args.defaults)), math.inf
    optional = len(node.args.defaults) + sum(one is not None for one in node.args.kw_defaults)
    most = len(given) - bound + len(node.args.kwonlyargs)
    return max(0, most - optional), most


def _keywords(node: ast.FunctionDef | ast.AsyncFunctionDef, bound: int) -> dict[int, str]:
    """Return the parameters that are passed by name only, by their places after all others."""
    start = len(node.args.posonlyargs) + len(node.args.args) - bound
    return {start + place: one.arg for place, one in enumerate(() if node.args.vararg else node.args.kwonlyargs)}
