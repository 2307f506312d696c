"""Whether a text is a program of a language: what its grammar says, and what grammars let through."""

from __future__ import annotations

import ast
import re
import warnings

from synthcode.comments.snippets import Snippet, any_of, captured, parse_snippet
from synthcode.languages import Language
from synthcode.parsing import ParseTimeout
from synthcode.schemas.records import Rejection

MAX_DEPTH = 1_000
"""Brackets open at once. Tens of thousands make some grammars' error recovery overflow the stack."""

_MARKDOWN = re.compile(r"^\s*(?:```|~~~|\*\*\S)", re.MULTILINE)
_OPENING, _CLOSING = frozenset("([{<"), frozenset(")]}>")


def diagnose(code: str, language: Language) -> Rejection | None:
    """Return why a text is no program of a language, or None where it is one.

    A lone method counts as a program where it parses inside a class, and PHP without its tag behind one.
    Reasons: ``syntax_error``, ``parse_timeout``, ``too_deep``, ``no_definition``.
    """
    if _is_too_deep(code):
        return Rejection("too_deep", f"more than {MAX_DEPTH:,} brackets open at once")
    if _MARKDOWN.search(code):
        return Rejection("syntax_error", "there is Markdown in it")
    try:
        snippet = parse_snippet(code, language)
    except ParseTimeout as problem:
        return Rejection("parse_timeout", str(problem))
    what = _python_problem(code) if language.name == "python" else _problem(snippet, language)
    if what is not None:
        return Rejection("syntax_error", what)
    if not captured(language, any_of(language.functions | language.types, "definition"), snippet.root):
        return Rejection("no_definition", "it defines no function and no type")
    return None


def parses(code: str, language: Language) -> bool:
    """Tell whether a text is a program of a language, or at least some lines of one."""
    rejection = diagnose(code, language)
    return rejection is None or rejection.reason == "no_definition"


def _python_problem(code: str) -> str | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(code)
        except SyntaxError as problem:
            return f"line {problem.lineno}: {problem.msg}"
        except (ValueError, RecursionError, MemoryError) as problem:
            return str(problem) or type(problem).__name__
    return None


def _problem(snippet: Snippet, language: Language) -> str | None:
    """Return what is wrong with a tree, or None."""
    if snippet.root.has_error:
        return _place_of_error(snippet)
    if language.prose is not None:
        found = captured(language, language.prose, snippet.root).get("prose", [])
        for node in found:
            if snippet.bytes_of(node).strip():
                return f"line {node.start_point.row + 1}: {language.label} has no such statement at this place"
    return None


def _place_of_error(snippet: Snippet) -> str:
    """Return the line of the innermost first error."""
    node = snippet.root
    while (below := next((child for child in node.children if child.has_error or child.is_missing), None)) is not None:
        node = below
    what = f"{node.type!r} is missing" if node.is_missing else "it does not parse from here"
    return f"line {node.start_point.row + 1}: {what}"


def _is_too_deep(code: str) -> bool:
    depth = 0
    for character in code:
        if character in _OPENING:
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif character in _CLOSING:
            depth = max(0, depth - 1)
    return False
