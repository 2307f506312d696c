"""Cutting functions out of source files without the parser that is measured: the toolchains judge what is cut."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Callable, Iterator

from synthcode.gate.syntax.rewrites import masked
from synthcode.languages.rules import RULES

_RUBY_METHOD = re.compile(r"^([ \t]*)def\b.*?^\1end$", re.MULTILINE | re.DOTALL)
_HEADERS = {
    "java": re.compile(r"[^=]*\w[^=]*\)[^()=]*", re.DOTALL),
    "csharp": re.compile(r"[^=]*\w[^=]*\)[^()=]*", re.DOTALL),
    "go": re.compile(r"func\b.*", re.DOTALL),
    "javascript": re.compile(r"(?:async\s+)?function\b.*", re.DOTALL),
    "typescript": re.compile(r"(?:export\s+|default\s+)*(?:async\s+)?function\b.*", re.DOTALL),
    "c": re.compile(r"[^=#]*\w[^=#]*\)\s*", re.DOTALL),
    "cpp": re.compile(r"[^=#]*\w[^=#]*\)[^()=#]*", re.DOTALL),
    "php": re.compile(r"(?:(?:abstract|final|private|protected|public|static)\s+)*function\b.*", re.DOTALL),
    "rust": re.compile(r"(?:pub\b[^{]*|async\s+|const\s+|unsafe\s+)*fn\b.*", re.DOTALL),
    "kotlin": re.compile(r".*\bfun\b.*", re.DOTALL),
}
_NOT_A_METHOD = re.compile(r"\b(?:class|interface|enum|record|struct|namespace|new|switch|if|for|while|catch)\b")
_NOT_A_FUNCTION = {
    "c": re.compile(r"\b(?:extern\s*\"|enum\s*\{|switch|if|for|while)"),
    "cpp": re.compile(r"\b(?:namespace|enum|new|switch|if|for|while|catch|extern\s*\")"),
    "rust": re.compile(r"\b(?:macro_rules|impl\s+\w+\s*$|match)\b"),
}
"""What other blocks than functions have in their heads: a type of a parameter may be a ``struct`` in C."""
_DEEPEST = {"java": 2, "csharp": 3, "php": 1, "kotlin": 2, "rust": 1, "typescript": 1}
"""Brackets open around a method at most; functions of the other languages are taken from the top of a file."""
_NAMESPACE = re.compile(r"(?:inline\s+)?namespace\b[^()=]*")
"""What opens brackets that do not count in C++."""
_MACRO = re.compile(rb"^[ \t]*#[ \t]*define\b(?:[^\n\\]|\\.)*", re.MULTILINE | re.DOTALL)
"""The definition of a macro, with the lines that a backslash continues: its body is text, not a function."""


def functions(language: str, text: str) -> Iterator[str]:
    """Yield the functions of a file, or what looks like some."""
    yield from _CUTTERS.get(language, lambda text: _in_braces(language, text))(text)


def _python(text: str) -> Iterator[str]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = text.splitlines(keepends=True)[node.lineno - 1 : node.end_lineno]
            yield textwrap.dedent("".join(lines))


def _ruby(text: str) -> Iterator[str]:
    for found in _RUBY_METHOD.finditer(text):
        yield textwrap.dedent(found[0])


def _in_braces(language: str, text: str) -> Iterator[str]:
    """Yield what has a header of a function and braces after it, its comment included."""
    data = text.encode()
    code = masked(data, RULES[language].literals)
    if language in ("c", "cpp"):
        code = _MACRO.sub(lambda macro: b"#".ljust(len(macro[0])), code)
    header, deepest = _HEADERS[language], _DEEPEST.get(language, 0)
    is_other = _NOT_A_FUNCTION.get(language, _NOT_A_METHOD).search
    starts, opened, namespaces = [0], [0], [False]
    for found in re.finditer(rb"[{};]", code):
        if found[0] == b"{":
            head = code[starts[-1] : found.start()].decode("utf-8", "replace").strip() if language == "cpp" else ""
            namespaces.append(_NAMESPACE.fullmatch(head) is not None)
            opened.append(found.start())
            starts.append(found.end())
        elif found[0] == b"}" and len(starts) > 1:
            starts.pop()
            namespaces.pop()
            start = starts[-1]
            before = code[start : opened.pop()].decode("utf-8", "replace").strip()
            is_whole = all(before.count(opening) == before.count(closing) for opening, closing in ("()", "[]"))
            if (
                len(starts) - sum(namespaces) <= deepest + 1
                and is_whole
                and header.fullmatch(before)
                and not is_other(before)
            ):
                yield data[start : found.end()].decode("utf-8", "replace").strip()
            starts[-1] = found.end()
        else:
            starts[-1] = found.end()


_CUTTERS: dict[str, Callable[[str], Iterator[str]]] = {"python": _python, "ruby": _ruby}
