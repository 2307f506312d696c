"""JavaScript programs joined with their tests."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tree_sitter

from synthcode.comments.snippets import Snippet, captured, parse_snippet
from synthcode.entry_points import Definition, choose_entry_point, definitions
from synthcode.languages import Language, get_language
from synthcode.languages.parsing import ParseTimeout
from synthcode.verification.cases.case import TestCase, Untestable, Value
from synthcode.verification.cases.members import as_spelled
from synthcode.verification.languages.called_names import called_name
from synthcode.verification.languages.idle_tests import require_run
from synthcode.verification.languages.javascript.literals import literals
from synthcode.verification.languages.javascript.packages import module_files
from synthcode.verification.languages.tested import TestProgram
from synthcode.verification.running.job import CaseProgram, Job

_HARNESS = Path(__file__).with_name("harness.js")
_MAY_IMPORT = re.compile(r"\b(?:require|from|import)\b")
_IMPORTED = """
(import_statement source: (string (string_fragment) @name))
(export_statement source: (string (string_fragment) @name))
((call_expression function: (identifier) @called arguments: (arguments . (string (string_fragment) @name)))
  (#eq? @called "require"))
(call_expression function: (import) arguments: (arguments . (string (string_fragment) @name)))
"""
_RUNNER = re.compile(r"\b(?:describe|it|test|expect|beforeEach)\b(?=\s{0,20}[.(])")
_CALLED_ALONE = """
(call_expression function: (identifier) @called)
(call_expression function: (member_expression object: (identifier) @called))
"""
_NAMES = "[(identifier) (shorthand_property_identifier_pattern) (shorthand_property_identifier)] @name"
_PACKAGE = re.compile(r"[\w@][^\n]{0,100}")
_BUILT_IN = re.compile(
    r"(?:node:.*|(?:assert|async_hooks|buffer|child_process|cluster|console|constants|crypto|dgram|diagnostics_channel"
    r"|dns|domain|events|fs|https?|http2|inspector|module|net|os|path|perf_hooks|process|punycode|querystring|readline"
    r"|repl|stream|string_decoder|sys|timers|tls|trace_events|tty|url|util|v8|vm|wasi|worker_threads|zlib)(?:/.*)?)"
)
_MODULE = frozenset({"import_statement", "export_statement"})
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*")


def with_test(code: str, test: TestProgram, entry_point: str) -> Job:
    """Join a program with a test of the seed's own, which fails by throwing; see ``TestedLanguage.with_test``."""
    entry = _entry(code, entry_point)
    name, content = _source(code, entry)
    files = {name: content, "before.js": test.before, "test.js": test.after}
    return test_job(files, entry, called_name(test.after, entry_point), code, test)


def with_cases(code: str, entry_point: str, cases: Sequence[TestCase]) -> CaseProgram:
    """Join a program with the harness that calls it on cases; see ``TestedLanguage.with_cases``."""
    entry = _entry(code, entry_point)
    name, content = _source(code, entry)
    return case_program({name: content}, entry, cases, code)


def _source(code: str, entry: Entry) -> tuple[str, str]:
    """Return the name and the content of the program's file."""
    if not entry.is_module:
        return "solution.js", code
    return "solution.mjs", f"{code}\n;export const synthcodeEntry = () => {entry.expression};\n"


def test_job(files: dict[str, str], entry: Entry, called: str, code: str, test: TestProgram) -> Job:
    """Return the job that runs a program, whose files are given, and then its own test, which calls it ``called``."""
    whole = f"{test.before}\n{code}\n{test.after}"
    if missing := _missing_runner(whole):
        raise Untestable(f"its test calls {missing}, which a test runner such as Jest defines")
    require_run(test.after, "typescript")
    needs = required_packages(whole, test.needs)
    plan = {"called": called, "assertsOnConsole": "console.assert" in f"{test.before}{test.after}"}
    return _job({name: content for name, content in files.items() if content.strip()}, entry, plan, needs)


def case_program(files: dict[str, str], entry: Entry, cases: Sequence[TestCase], code: str) -> CaseProgram:
    """Return the job that calls a program, whose files are given, on cases."""
    plan, untestable = _planned_cases(cases, entry, code)
    return CaseProgram(_job(files, entry, {"cases": plan}, required_packages(code)), untestable)


def _planned_cases(cases: Sequence[TestCase], entry: Entry, code: str) -> tuple[list[Any], dict[int, str]]:
    """Return place and expressions of the arguments of each case, and why the others cannot be tested.

    Raises
    ------
    Untestable
        If none can be.
    """
    untestable: dict[int, str] = {}
    plan: list[Any] = []
    for place, case in enumerate(cases):
        try:
            given = _given(case, entry)
            plan.append([place, list(dict.fromkeys([*literals(given), *literals(as_spelled(given, code))]))])
        except Untestable as reason:
            untestable[place] = str(reason)
    if not plan:
        raise Untestable(next(iter(untestable.values()), "there is no case"))
    return plan, untestable


def _given(case: TestCase, entry: Entry) -> tuple[Value, ...]:
    """Return the arguments of a call; those that are members of an object with options come in one."""
    arguments = case.passed(entry.required)
    by_position, named = case.passed_by_name(dict.fromkeys(entry.options.get(entry.taken - 1, ()), False), 0)
    if named and len(by_position) == entry.taken - 1:
        arguments = (*by_position, named)
    if len(arguments) < entry.required:
        raise Untestable(f"it takes {entry.required} arguments, not {len(arguments)}")
    if any(place < len(arguments) and not isinstance(arguments[place], dict) for place in entry.options):
        raise Untestable("it takes an object with options")
    return arguments


def required_packages(code: str, named: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the packages that a program and its test need: those that are named, and those that they import."""
    return tuple(dict.fromkeys([*named, *(name for name in _imported(code) if not _BUILT_IN.fullmatch(name))]))


def _imported(code: str) -> list[str]:
    """Return the packages that JavaScript or TypeScript imports, and not what comments and texts say."""
    if _MAY_IMPORT.search(code) is None:
        return []
    return [name for name in _texts(code, _IMPORTED, "name") if _PACKAGE.fullmatch(name)]


def _missing_runner(whole: str) -> str:
    """Return what a test calls that a test runner defines, if nothing else does; or empty."""
    if _RUNNER.search(whole) is None:
        return ""
    called = _texts(whole, _CALLED_ALONE, "called")
    others = Counter(_texts(whole, _NAMES, "name"))
    return next((name for name in called if _RUNNER.match(f"{name}(") and others[name] == called.count(name)), "")


def _texts(code: str, query: str, capture: str) -> list[str]:
    """Return what a query captures in JavaScript or TypeScript."""
    language = get_language("typescript")
    try:
        snippet = parse_snippet(code, language)
    except ParseTimeout as problem:
        raise Untestable("it cannot be parsed in time") from problem
    nodes = captured(language, query, snippet.root).get(capture, [])
    return [snippet.bytes_of(node).decode("utf-8", "replace") for node in nodes]


def _job(files: dict[str, str], entry: Entry, plan: dict[str, Any], needs: tuple[str, ...]) -> Job:
    packages, modules = module_files(needs)
    asked = {"entry": _reached(entry), "module": entry.is_module, "packages": modules, **plan}
    own = {"harness.js": _HARNESS.read_text("utf-8"), "plan.json": json.dumps(asked)}
    return Job({**files, **packages, **own}, "harness.js", needs)


def _reached(entry: Entry) -> str:
    """Return what evaluates to the function after the program: it may be exported only."""
    exported = f"module.exports.{entry.name} || module.exports"
    return f"typeof {entry.name} === 'undefined' ? {exported} : {entry.expression}"


class Entry:
    """The function that tests call.

    Attributes
    ----------
    name
        A name that is bound at the top of the program.
    expression
        What evaluates to the function there.
    required
        The number of arguments that it cannot do without.
    taken
        The number of its parameters.
    options
        The places of parameters that are objects, taken apart by the names of their members.
    is_module
        Whether the program imports or exports as ECMAScript modules do.
    """

    def __init__(
        self,
        name: str,
        expression: str,
        required: int,
        options: Mapping[int, list[str]],
        *,
        taken: int,
        is_module: bool,
    ) -> None:
        self.name, self.expression, self.required = name, expression, required
        self.options, self.taken, self.is_module = options, taken, is_module


def _entry(code: str, entry_point: str) -> Entry:
    language = get_language("javascript")
    try:
        snippet = parse_snippet(code, language)
    except ParseTimeout as problem:
        raise Untestable("it cannot be parsed in time") from problem
    return entry_of(snippet, language, entry_point)


def entry_of(snippet: Snippet, language: Language, entry_point: str) -> Entry:
    """Find the function that tests call, in JavaScript or TypeScript.

    Raises
    ------
    Untestable
        If there is none that can be reached from outside.
    """
    defined = definitions(snippet, language)
    name = choose_entry_point(snippet, language, defined, entry_point)
    found = next((one for one in reversed(defined) if one.name == name and not one.is_nested), None)
    is_module = any(child.type in _MODULE for child in snippet.root.named_children)
    if name is None or found is None or not _IDENTIFIER.fullmatch(name):
        raise Untestable("it defines no function that can be called from outside")
    bound, expression = _expression(found)
    if spaces := _namespaces(found.node):
        # a member of an outer object, once TypeScript has made JavaScript of it
        bound, expression = (
            spaces[0],
            re.sub(rf"\b{re.escape(bound)}\b", ".".join((*spaces, bound)), expression, count=1),
        )
    taken = len(_parameters(found.node))
    return Entry(bound, expression, _required(found.node), _options(found.node), taken=taken, is_module=is_module)


def _namespaces(node: tree_sitter.Node) -> list[str]:
    """Return the names of the namespaces of TypeScript around a function, from the outside."""
    names: list[str] = []
    above = node.parent
    while above is not None:
        name = above.child_by_field_name("name")
        if above.type == "internal_module" and name is not None and name.text is not None:
            names = [*name.text.decode().split("."), *names]
        above = above.parent
    return names


def _expression(found: Definition) -> tuple[str, str]:
    """Return a name that the program binds, and what evaluates to the function: the name, or a member of it."""
    node: tree_sitter.Node | None = found.node
    if node is None or node.type not in ("method_definition", "arrow_function", "function_expression"):
        return found.name, found.name
    holder = node.parent if node.type == "method_definition" else _pair_or_field(node)
    owner = next(iter(found.types), "")
    if holder is None or not owner:  # the second: a member of module.exports
        return found.name, found.name
    if holder.type == "class_body" or holder.type.endswith("field_definition"):
        member = node if holder.type == "class_body" else holder
        if not _IDENTIFIER.fullmatch(owner):
            raise Untestable("its class has no name")
        is_static = any(child.type == "static" for child in member.children)
        instance = owner if is_static else f"new {owner}()"
        return owner, f"((o) => o.{found.name}.bind(o))({instance})"
    if not _IDENTIFIER.fullmatch(owner):
        raise Untestable("it is a member of an object without a name")
    return owner, f"{owner}.{found.name}.bind({owner})"


def _pair_or_field(node: tree_sitter.Node) -> tree_sitter.Node | None:
    parent = node.parent
    is_member = parent is not None and (parent.type == "pair" or parent.type.endswith("field_definition"))
    return parent if is_member else None


def _parameters(node: tree_sitter.Node) -> list[tree_sitter.Node]:
    parameters = node.child_by_field_name("parameters")
    return [one for one in parameters.named_children if one.type != "comment"] if parameters is not None else []


def _options(node: tree_sitter.Node) -> dict[int, list[str]]:
    """Return the places of parameters such as ``{ times = 1 } = {}``, with the names of their members."""
    found = {}
    for place, one in enumerate(_parameters(node)):
        pattern = one.child_by_field_name("left") or one.child_by_field_name("pattern") or one
        if pattern.type == "object_pattern":
            texts = ((child.text or b"").decode("utf-8", "replace") for child in pattern.named_children)
            found[place] = [name[0] for text in texts if (name := _IDENTIFIER.match(text)) is not None]
    return found


def _required(node: tree_sitter.Node) -> int:
    """Return the number of parameters without a default."""
    parameters = node.child_by_field_name("parameters")
    if parameters is None:
        return 1 if node.child_by_field_name("parameter") is not None else 0
    count = 0
    for parameter in parameters.named_children:
        is_optional = parameter.type in ("assignment_pattern", "rest_pattern", "optional_parameter")
        if is_optional or parameter.child_by_field_name("value") is not None or parameter.type == "comment":
            continue
        count += 1
    return count
