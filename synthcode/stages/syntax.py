"""Whether a text is a program of a language: what its grammar says, and what its grammar lets through."""

from __future__ import annotations

import ast
import functools
import re
import warnings
import zlib
from itertools import accumulate
from typing import NamedTuple

import tree_sitter

from synthcode.languages import LANGUAGES, Language
from synthcode.languages.rules import RULES, Refusal, SyntaxRules
from synthcode.parsing import MAX_BYTES, ParseTimeout, grammar, parse
from synthcode.schemas.records import Rejection
from synthcode.stages.characters import control_character, foreign_character
from synthcode.stages.regex_literals import malformation

DEADLINE_S = 2.0

MAX_DEPTH = 100
"""Brackets open at once. No program that people read comes near."""
MAX_UNCLOSED = 30
"""Brackets open at the end. Error recovery takes time exponential in them (45 take a second, 50 a minute), in
native code that no deadline stops."""
REPETITIVE_BYTES, REPETITIVE_RATIO = 8_000, 30
"""A longer text that deflates better than so is the same few words over and over: 3,000 times ``a =>`` hang the
parser for Java. The most regular of 600 files of C and Rust reach 16."""

_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"()[]{}")
_STEP = {bracket: 1 if bracket in b"([{" else -1 for bracket in b"()[]{}"}
_FENCE = re.compile(rb"^[ \t]*(```|~~~)", re.MULTILINE)
_QUOTES = (b'"""', b"<<", b'R"', b"=begin", b"`", b"?>")
"""What a fence further on may be part of: then the parser says whether it is."""
_REGEX = re.compile(r"/(?P<body>.*)/(?P<options>[a-z]*)", re.DOTALL)
_TYPE = re.compile(rb"\b(?:class|interface|enum|record|struct|namespace)\b")


class Reading(NamedTuple):
    """What became of parsing a text."""

    rejection: Rejection | None
    root: tree_sitter.Node | None
    """Of a text that is a program; None for Python, which has a parser of its own, and for what was rejected."""


def diagnose(code: str, language: Language, deadline_s: float = DEADLINE_S) -> Rejection | None:
    """Return why a text is no program of a language, or None where it is one.

    A fragment is a program: statements, a lone method of Java or C#, PHP without its tag.

    Parameters
    ----------
    code
        The text.
    language
        The language that it should be in.
    deadline_s
        Seconds after which a parser is stopped.

    Returns
    -------
    Rejection or None
        Reasons: ``syntax_error``, ``too_long``, ``too_deep``, ``repetitive``, ``parse_timeout``.
    """
    return _read(code, language, deadline_s).rejection


def diagnose_program(code: str, language: Language, deadline_s: float = DEADLINE_S) -> Rejection | None:
    """Return what ``diagnose`` does, or ``no_definition`` for a program that defines no function and no type."""
    reading = _read(code, language, deadline_s)
    if reading.rejection is not None:
        return reading.rejection
    root = reading.root or parse(code.encode(), language, deadline_s).root_node
    if _captures(language, RULES[language.name].definitions, root):
        return None
    return Rejection("no_definition", "it defines no function and no type")


def _read(code: str, language: Language, deadline_s: float) -> Reading:
    data = code.encode("utf-8", "surrogatepass")
    rejection = _hazard(data)
    if rejection is not None:
        return Reading(rejection, None)
    try:
        if language.name == "python":
            return Reading(_python_error(data), None)
        if (b"```" in data or b"~~~" in data) and (fence := _FENCE.search(data)):
            before = data[: fence.start()]
            if before.rfind(b"/*") <= before.rfind(b"*/") and not any(quote in before for quote in _QUOTES):
                return Reading(_syntax_error(data, fence.start(1), "a Markdown fence"), None)
        return _parsed(data, language, deadline_s)
    except ParseTimeout as problem:
        return Reading(Rejection("parse_timeout", str(problem)), None)


def _hazard(data: bytes) -> Rejection | None:
    """Reject what may keep a parser busy for minutes or kill it, and what no source file has in it."""
    if len(data) > MAX_BYTES:
        return Rejection("too_long", f"{len(data):,} bytes, at most {MAX_BYTES:,} are parsed")
    if (control := control_character(data)) is not None:
        return _syntax_error(data, control, f"the control character U+{data[control]:04X}")
    brackets = data.translate(None, _NOT_BRACKETS)
    if len(brackets) > MAX_UNCLOSED:
        depths = list(accumulate(map(_STEP.__getitem__, brackets)))
        if depths[-1] > MAX_UNCLOSED:
            return Rejection("too_deep", f"{depths[-1]:,} brackets are never closed")
        if max(depths) > MAX_DEPTH:
            return Rejection("too_deep", f"{max(depths):,} brackets are open at once, at most {MAX_DEPTH} may be")
    if len(data) > REPETITIVE_BYTES and len(data) > REPETITIVE_RATIO * len(zlib.compress(data, 1)):
        return Rejection("repetitive", f"{len(data):,} bytes of the same few words")
    return None


def _python_error(data: bytes) -> Rejection | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(data)
        except SyntaxError as problem:
            return Rejection("syntax_error", f"line {problem.lineno}: {problem.msg}")
        except (ValueError, RecursionError, MemoryError) as problem:
            return Rejection("syntax_error", str(problem) or type(problem).__name__)
    return None


def _parsed(data: bytes, language: Language, deadline_s: float) -> Reading:
    rules = RULES[language.name]
    opening = b""
    if rules.opening:
        opened = re.search(rules.opened, data)
        if opened is None:
            opening = rules.opening
        elif opened[1]:
            data = data[: opened.start(1)] + rules.opening.rstrip() + data[opened.end(1) :]
    data = opening + data + b"\n"  # a directive of C needs the end of its line
    root = parse(data, language, deadline_s).root_node
    if root.has_error and rules.enclosure is not None and not _TYPE.search(data):
        enclosed = rules.enclosure[0] + data + rules.enclosure[1]
        root_of_member = parse(enclosed, language, deadline_s).root_node
        if not root_of_member.has_error:
            root, data = root_of_member, enclosed
    problem = _problem(root, data, language)
    if problem is None:
        return Reading(None, root)
    lines_before = data[: len(opening)].count(b"\n")
    return Reading(Rejection("syntax_error", f"line {problem[0] - lines_before}: {problem[1]}"), None)


def _problem(root: tree_sitter.Node, data: bytes, language: Language) -> tuple[int, str] | None:
    """Return the line of what is wrong with a tree, and what, or None."""
    rules = RULES[language.name]
    if root.has_error:
        if rules.overlooked and _captures(language, rules.overlooked, root):
            return None
        error = _first_error(root)
        return _line(error), f"{error.type!r} is missing" if error.is_missing else "it does not parse"
    if not data.isascii() and (foreign := foreign_character(root, data, language, rules.spaces)):
        return data.count(10, 0, foreign[0]) + 1, f"the character U+{ord(foreign[1]):04X}"
    end = 0
    for child in root.children:
        if data[end : child.start_byte].strip():
            return _line(child), "there is text before it that is not code"
        end = child.end_byte
    if data[end:].strip():
        return root.end_point.row + 1, "there is text that is not code"
    for number, captured in tree_sitter.QueryCursor(_checks(language.name)).matches(root):
        if number == len(rules.refused):
            problem = _regex_problem(captured["regex"][0], rules)
            if problem is not None:
                return problem
        elif _is_refused(captured["bad"][0], rules.refused[number]):
            return _line(captured["bad"][0]), rules.refused[number].why
    return None


def _is_refused(node: tree_sitter.Node, refusal: Refusal) -> bool:
    if refusal.on_new_line:
        before = node.prev_sibling
        return before is not None and before.end_point.row < node.start_point.row
    return node.type not in refusal.unless


@functools.cache
def _checks(language_name: str) -> tree_sitter.Query:
    """Return all that is refused of a language, and then its regular expressions, in one query: one walk."""
    rules = RULES[language_name]
    patterns = [refusal.pattern for refusal in rules.refused]
    return _query(language_name, "\n".join([*patterns, rules.regex]))


def _regex_problem(node: tree_sitter.Node, rules: SyntaxRules) -> tuple[int, str] | None:
    written = _REGEX.fullmatch((node.text or b"").decode("utf-8", "replace"))
    if written is None or "#{" in written["body"] or "x" in written["options"]:
        return None  # %r{}, a body that is put together at run time, comments in it
    problem = malformation(written["body"], nested_classes=rules.nested_classes)
    return (_line(node), f"in a regular expression {problem}") if problem else None


def _captures(language: Language, pattern: str, root: tree_sitter.Node) -> dict[str, list[tree_sitter.Node]]:
    return tree_sitter.QueryCursor(_query(language.name, pattern)).captures(root)


@functools.cache
def _query(language_name: str, pattern: str) -> tree_sitter.Query:
    return tree_sitter.Query(grammar(LANGUAGES[language_name]), pattern)


def _first_error(node: tree_sitter.Node) -> tree_sitter.Node:
    while not (node.is_error or node.is_missing):
        inner = next((child for child in node.children if child.has_error), None)
        if inner is None:
            break
        node = inner
    return node


def _line(node: tree_sitter.Node) -> int:
    return node.start_point.row + 1


def _syntax_error(data: bytes, offset: int, what: str) -> Rejection:
    return Rejection("syntax_error", f"line {data.count(10, 0, offset) + 1}: {what}")
