"""Whether a text is a program of a language: what its grammar says, and what its grammar lets through."""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Callable
from typing import NamedTuple

import tree_sitter

from synthcode.gate.syntax.balance import imbalance
from synthcode.gate.syntax.characters import control_character, foreign_character, html_entity, python_entity
from synthcode.gate.syntax.javascript import EngineLimit, early_error
from synthcode.gate.syntax.other_forms import other_forms
from synthcode.gate.syntax.parser_guards import hazard
from synthcode.gate.syntax.python import PythonError, check_python, read_python
from synthcode.gate.syntax.refusals import captures, find_definition_and_words, find_refused, line_of_node
from synthcode.gate.syntax.rewrites import masked
from synthcode.languages import Language
from synthcode.languages.parsing import ParseTimeout, parse
from synthcode.languages.rules import RULES, SyntaxRules
from synthcode.schemas.records import Rejection

DEADLINE_S = 2.0

_FENCE = re.compile(rb"^[ \t]*(```|~~~)", re.MULTILINE)
_QUOTE = re.compile(rb"<<[-~]?[\"'A-Z_a-z]|R\"|^=begin|[?]>", re.MULTILINE)
"""After a here-document, a raw string, a Ruby comment or the end of PHP, the parser decides whether a fence is one."""
_TYPE = re.compile(rb"\b(?:class|interface|enum|record|struct|namespace)\s+\w")

_MAY_BEGIN_LITERAL = re.compile(rb"[/\"'`]")


_PythonReader = Callable[[str], ast.Module | tree_sitter.Node | None]


class Reading(NamedTuple):
    """The result of parsing a text: one of the two."""

    rejection: Rejection | None
    program: tree_sitter.Node | ast.Module | None
    added_lines: int = 0
    """Put before the text so that it begins as programs do."""


def diagnose(code: str, language: Language, deadline_s: float = DEADLINE_S) -> Rejection | None:
    """Return why a text is not a program of a language, or None if it is.

    A fragment is a program: statements, a lone method of Java or C#, PHP without its tag.

    Parameters
    ----------
    code
        The text.
    language
        The language that it should be in.
    deadline_s
        The most that a parser may take, in seconds of ``parsing.STEPS_PER_SECOND`` steps.

    Returns
    -------
    Rejection or None
        Reasons: ``syntax_error``, ``too_long``, ``too_deep``, ``repetitive``, ``parse_timeout``.
    """
    return _read(code, language, deadline_s, check_python).rejection


def diagnose_program(code: str, language: Language, deadline_s: float = DEADLINE_S) -> Rejection | None:
    """Return what ``diagnose`` does, and more of a program that is to be the code of an answer and nothing else.

    ``no_definition`` for one that defines no function and no type; ``syntax_error`` for words and HTML in it that
    happen to be sound: ``Output:`` is a label, and ``a &lt; b;`` is ``a & lt; b;``.
    """
    rejection, program, added_lines = _read(code, language, deadline_s, read_python)
    if rejection is not None:
        return rejection
    if isinstance(program, tree_sitter.Node):
        defines, said = find_definition_and_words(program, language)
        said = said or _entity(program)
    else:
        defines = program is not None and any(map(_is_definition, ast.walk(program)))
        said = python_entity(program) if program is not None and "&" in code else None
    if not defines:
        return Rejection("no_definition", "it defines no function and no type")
    return None if said is None else Rejection("syntax_error", f"line {said[0] - added_lines}: {said[1]}")


def _read(code: str, language: Language, deadline_s: float, of_python: _PythonReader) -> Reading:
    data = code.encode("utf-8", "surrogatepass")
    rejection = hazard(data)
    if rejection is not None:
        return Reading(rejection, None)
    if (control := control_character(data)) is not None:
        return _error_at(data, control, f"the control character U+{data[control]:04X}")
    if language.name == "python":
        return _python(code, of_python)
    if (fence := _markdown_fence(data)) is not None:
        return _error_at(data, fence, "a Markdown fence")
    try:
        return _parsed(data, language, deadline_s)
    except ParseTimeout as problem:
        return Reading(Rejection(problem.reason, str(problem)), None)


def _python(code: str, reader: _PythonReader) -> Reading:
    try:
        return Reading(None, reader(code))
    except PythonError as problem:
        return Reading(Rejection("syntax_error", str(problem)), None)


def _is_definition(node: ast.AST) -> bool:
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return isinstance(node.value, ast.Lambda)
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)


def _markdown_fence(data: bytes) -> int | None:
    """Return the offset of a Markdown fence outside of comments and strings, or None.

    Grammars can take a minute to recover from one, so the parser is not run without need.
    """
    if b"`" not in data and b"~" not in data:
        return None
    fence = _FENCE.search(data)
    if fence is None:
        return None
    before = data[: fence.start()]
    in_comment = before.rfind(b"/*") > before.rfind(b"*/")
    in_string = before.count(b'"""') % 2 or before.count(b"`") % 2 or _QUOTE.search(before)
    return None if in_comment or in_string else fence.start(1)


def _parsed(data: bytes, language: Language, deadline_s: float) -> Reading:
    rules = RULES[language.name]
    if rules.end is not None and (end := rules.end.search(data)) is not None:
        data = data[: end.start()]
    data += b"\n"  # a directive of C needs the end of its line
    if rules.separators is not None:
        data = rules.separators(data)
    root, opening, data = _root(data, language, deadline_s)
    for candidate in other_forms(data, rules) if root.has_error else ():
        other = parse(candidate, language, deadline_s).root_node
        if not other.has_error:
            root, data = other, candidate
            break
    if root.has_error and rules.enclosure is not None and not _declares_type(data, rules):
        enclosed = rules.enclosure[0] + data + rules.enclosure[1]
        member = parse(enclosed, language, deadline_s).root_node
        if not member.has_error and member.named_child_count == 1:  # it closes no more than it opens
            root, data, opening = member, enclosed, rules.enclosure[0]
    problem = _problem(root, data, language)
    if problem is None:
        return Reading(None, root, opening.count(10))
    line, what = problem
    return Reading(Rejection("syntax_error", f"line {line - opening.count(10)}: {what}"), None)


def _declares_type(data: bytes, rules: SyntaxRules) -> bool:
    """Return whether a text declares a type, or a namespace, in code."""
    found = _TYPE.search(data)
    if found is None or not _MAY_BEGIN_LITERAL.search(data, 0, found.start()):
        return found is not None
    return _TYPE.search(masked(data, rules.literals)) is not None


def _root(data: bytes, language: Language, deadline_s: float) -> tuple[tree_sitter.Node, bytes, bytes]:
    """Parse a text; return the root of its tree, what was put before it, and the whole."""
    rules = RULES[language.name]
    opening, opened = _opened(data, rules)
    root = parse(opened, language, deadline_s).root_node
    if root.has_error and not opening and _begins_with_text(data, rules):
        whole = rules.opening + data
        other = parse(whole, language, deadline_s).root_node
        if not other.has_error:
            return other, rules.opening, whole
    return root, opening, opened


def _begins_with_text(data: bytes, rules: SyntaxRules) -> bool:
    """Return whether there is text before the first opening: the opening may be within a string, or printed by code."""
    opened = re.search(rules.opened, data) if rules.opening else None
    return opened is not None and not data[: opened.start()].isspace() and opened.start() > 0


def _opened(data: bytes, rules: SyntaxRules) -> tuple[bytes, bytes]:
    """Return the prefix that makes a text begin as programs do, and the text after it."""
    if not rules.opening:
        return b"", data
    opened = re.search(rules.opened, data)
    if opened is None:
        return rules.opening, rules.opening + data
    if opened[1] is not None:
        return b"", data[: opened.start(1)] + rules.opening.rstrip() + data[opened.end(1) :]
    return b"", data


def _problem(root: tree_sitter.Node, data: bytes, language: Language) -> tuple[int, str] | None:
    """Return the line of what is wrong with a tree, and what, or None."""
    rules = RULES[language.name]
    if language.name == "javascript":
        with contextlib.suppress(EngineLimit):
            return _unfit(root, data, language) or early_error(root)
    if root.has_error:
        if rules.overlooked and captures(language, rules.overlooked, root):
            return None
        error = _first_error(root)
        if error.is_missing:
            return line_of_node(error), f"{error.type!r} is missing"
        return imbalance(root, data, language) or (line_of_node(error), "it does not parse")
    return _unfit(root, data, language) or find_refused(root, data, language)


def _unfit(root: tree_sitter.Node, data: bytes, language: Language) -> tuple[int, str] | None:
    """Find characters and text that a parser passes over."""
    spaces = RULES[language.name].spaces
    if not data.isascii() and (foreign := foreign_character(root, data, language, spaces)):
        offset, character = foreign
        return _line_of(data, offset), f"the character U+{ord(character):04X}"
    return _passed_over(root, data)


def _passed_over(root: tree_sitter.Node, data: bytes) -> tuple[int, str] | None:
    """Find text between the nodes at the top: a scanner of its own may skip what it does not know."""
    end = 0
    for node in root.children:
        start = node.start_byte
        if end < start and not data[end:start].isspace():
            return _line_of(data, end), "there is text that is not code"
        end = node.end_byte
    return (_line_of(data, end), "there is text that is not code") if data[end:].strip() else None


def _entity(root: tree_sitter.Node) -> tuple[int, str] | None:
    entity = html_entity(root)
    return None if entity is None else (line_of_node(entity), "an HTML entity")


def _first_error(node: tree_sitter.Node) -> tree_sitter.Node:
    while not (node.is_error or node.is_missing):
        inner = next((child for child in node.children if child.has_error), None)
        if inner is None:
            break
        node = inner
    return node


def _line_of(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1


def _error_at(data: bytes, offset: int, what: str) -> Reading:
    return Reading(Rejection("syntax_error", f"line {_line_of(data, offset)}: {what}"), None)
