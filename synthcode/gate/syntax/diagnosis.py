"""Whether a text is a program of a language: what its grammar says, and what its grammar lets through."""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import tree_sitter

from synthcode.comments.snippets import captured
from synthcode.gate.syntax.balance import brackets_never_match, certain_imbalance, imbalance
from synthcode.gate.syntax.characters import control_character, foreign_character, html_entity, python_entity
from synthcode.gate.syntax.forms import Form, forms
from synthcode.gate.syntax.javascript import EngineLimit, cannot_compile, early_error
from synthcode.gate.syntax.parser_guards import hazard
from synthcode.gate.syntax.python import PythonError, check_python, read_python
from synthcode.gate.syntax.refusals import find_definition_and_words, find_refused, line_of_node
from synthcode.gate.syntax.rewrites import masked
from synthcode.languages import Language
from synthcode.languages.parsing import DEADLINE_S, ParseTimeout, parse, parse_sound
from synthcode.languages.rules import RULES
from synthcode.schemas.records import Rejection

_FENCE = re.compile(rb"^[ \t]*(```|~~~)", re.MULTILINE)
_QUOTE = re.compile(rb"<<[-~]?[\"'A-Z_a-z]|R\"|^=begin|[?]>", re.MULTILINE)
"""After a here-document, a raw string, a Ruby comment or the end of PHP, the parser decides whether a fence is one."""
_PHP_TAG = re.compile(rb"\s*+<\?")
"""The beginning of a file of PHP, and of no other language's."""

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


def is_program(code: str, language: Language, deadline_s: float = DEADLINE_S) -> bool:
    """Return whether ``diagnose_program`` finds nothing wrong with a text.

    Faster where the answer is no, which it mostly is when the language of a text is looked for.
    """
    return _may_be_program(code, language, deadline_s) and diagnose_program(code, language, deadline_s) is None


def _may_be_program(code: str, language: Language, deadline_s: float) -> bool:
    """Return False only for a text that ``diagnose_program`` rejects."""
    data = code.encode("utf-8", "surrogatepass")
    rules = RULES[language.name]
    if rules.shown_by.search(data) is None or (language.name != "php" and _PHP_TAG.match(data)):
        return False
    if (
        hazard(data) is not None
        or control_character(data) is not None
        or _markdown_fence(data, rules.literals) is not None
    ):
        return False
    if language.name == "python":
        return True
    if language.name != "ruby" and brackets_never_match(data):
        return False
    every_form = forms(data, rules)
    if language.name == "javascript":  # an engine judges, whatever its grammar says
        return not all(cannot_compile(form.data) for form in every_form)
    # What is overlooked in a tree with errors (``rules.overlooked``) defines nothing, and is rejected for that.
    for form in every_form:
        with contextlib.suppress(ParseTimeout):
            tree = parse_sound(form.data, language, deadline_s)
            if tree is not None and form.is_sound(tree.root_node):
                return True
    return False


def _read(code: str, language: Language, deadline_s: float, of_python: _PythonReader) -> Reading:
    data = code.encode("utf-8", "surrogatepass")
    rejection = hazard(data)
    if rejection is not None:
        return Reading(rejection, None)
    if (control := control_character(data)) is not None:
        return _error_at(data, control, f"the control character U+{data[control]:04X}")
    if language.name == "python":
        return _python(code, of_python)
    if (fence := _markdown_fence(data, RULES[language.name].literals)) is not None:
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


def _markdown_fence(data: bytes, literals: re.Pattern[bytes]) -> int | None:
    """Return the offset of a Markdown fence outside of comments and strings, or None.

    Grammars can take a minute to recover from one, so the parser is not run without need.
    """
    if b"`" not in data and b"~" not in data:
        return None
    fence = _FENCE.search(data)
    if fence is None:
        return None
    before = data[: fence.start()]
    if masked(data, literals)[fence.start(1) : fence.end(1)].isspace():
        return None
    in_comment = before.rfind(b"/*") > before.rfind(b"*/")
    in_string = before.count(b'"""') % 2 or before.count(b"`") % 2 or _QUOTE.search(before)
    return None if in_comment or in_string else fence.start(1)


def _parsed(data: bytes, language: Language, deadline_s: float) -> Reading:
    every_form = forms(data, RULES[language.name])
    form, root = next(every_form), None
    problem = certain_imbalance(form.data, language)  # grammars take longest for such a text
    if problem is None:
        root = parse(form.data, language, deadline_s).root_node
        if not form.is_sound(root):
            form, root = _sound_form(every_form, language, deadline_s) or (form, root)
        problem = _problem(root, form.data, language)
    if problem is None:
        return Reading(None, root, form.added_lines)
    line, what = problem
    return Reading(Rejection("syntax_error", f"line {line - form.added_lines}: {what}"), None)


def _sound_form(others: Iterator[Form], language: Language, deadline_s: float) -> tuple[Form, tree_sitter.Node] | None:
    """Return the first form that is sound, and its tree: of one that is not, only that is asked."""
    for form in others:
        tree = parse_sound(form.data, language, deadline_s)
        if tree is not None and form.is_sound(tree.root_node):
            return form, tree.root_node
    return None


def _problem(root: tree_sitter.Node, data: bytes, language: Language) -> tuple[int, str] | None:
    """Return the line of what is wrong with a tree, and what, or None."""
    rules = RULES[language.name]
    if language.name == "javascript":
        with contextlib.suppress(EngineLimit):
            return _unfit(root, data, language) or early_error(root)
    if root.has_error:
        if rules.overlooked and rules.overlooked_end.search(data) and captured(language, rules.overlooked, root):
            return None
        if (unmatched := imbalance(root, data, language)) is not None:
            return unmatched
        error = _first_error(root)
        return line_of_node(error), f"{error.type!r} is missing" if error.is_missing else "it does not parse"
    problem = _unfit(root, data, language) or find_refused(root, data, language)
    if problem is None and language.name == "typescript":
        with contextlib.suppress(EngineLimit):
            return early_error(root, is_typed=True)
    return problem


def _unfit(root: tree_sitter.Node, data: bytes, language: Language) -> tuple[int, str] | None:
    """Find characters and text that a parser passes over."""
    spaces = RULES[language.name].spaces
    if not data.isascii() and (foreign := foreign_character(root, data, language, spaces)):
        offset, character = foreign
        return _line_of(data, offset), f"the character U+{ord(character):04X}"
    return _passed_over(root, data, RULES[language.name].between)


def _passed_over(root: tree_sitter.Node, data: bytes, between: bytes) -> tuple[int, str] | None:
    """Find text between the nodes at the top: a scanner of its own may skip what it does not know."""
    end = 0
    for node in root.children:
        start = node.start_byte
        if end < start and data[end:start].strip() not in (b"", between):
            return _line_of(data, end), "there is text that is not code"
        end = node.end_byte
    return (_line_of(data, end), "there is text that is not code") if data[end:].strip() not in (b"", between) else None


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
