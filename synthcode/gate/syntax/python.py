"""Whether a text is Python, of the newest version, whichever version this process runs on."""

from __future__ import annotations

import ast
import functools
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence

import ast_serialize
import tree_sitter

from synthcode.gate.syntax.python_types import misuse_of_types
from synthcode.languages import LANGUAGES
from synthcode.languages.parsing import ParseTimeout, grammar, parse

NEWEST_PYTHON = (3, 15)

_NEWER_SYNTAX = """
    (string (interpolation)) @string
    (concatenated_string) @strings
    (class_definition type_parameters: (_) @parameters)
    (function_definition type_parameters: (_) @parameters)
    (type_alias_statement) @alias
    (except_clause value: (_) value: (_)) @except
"""
"""What Python 3.11 does not know: PEP 695, 696, 701, 750 and 758."""


class PythonError(Exception):
    """What is wrong with a text."""


def check_python(code: str) -> None:
    """Compile a text without running it: what ``read_python`` does, in half the time, for its verdict only.

    Raises
    ------
    PythonError
        If the text is not a program.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(code, "<text>", "exec", dont_inherit=True)
        except SyntaxError as problem:
            if isinstance(problem, TabError) or _is_refused(code):  # Ruff's parser takes a tab for eight blanks
                raise PythonError(_described(problem)) from None
        except (ValueError, RecursionError, MemoryError):
            pass
        else:
            return
    read_python(code)


def read_python(code: str) -> ast.Module | tree_sitter.Node:
    """Parse a text, and compile it without running it.

    The result is tree-sitter's tree where Python's own parser is too old for the text.

    The compiler finds what the parser lets through: ``return`` outside of a function, ``await`` in a plain one,
    an argument twice. A text that this interpreter's parser refuses may be newer than the interpreter (type
    parameters, nested f-strings). Ruff's parser, which is that of mypy too, judges those; the compiler judges
    them with the new syntax rewritten.

    Raises
    ------
    PythonError
        If the text is not a program.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(code)
        except SyntaxError as problem:
            return _read_newer(code, problem)
        except (ValueError, RecursionError, MemoryError) as problem:
            raise PythonError(str(problem) or type(problem).__name__) from None
        _compile(tree)
    return tree


def _compile(tree: ast.Module) -> None:
    try:
        compile(tree, "<text>", "exec", dont_inherit=True)
    except SyntaxError as problem:
        raise PythonError(_described(problem)) from None
    except (ValueError, RecursionError, MemoryError) as problem:
        raise PythonError(str(problem) or type(problem).__name__) from None


def _read_newer(code: str, refusal: SyntaxError) -> ast.Module | tree_sitter.Node:
    """Read what this interpreter refuses; its own message is the one to show if Ruff's parser refuses it too."""
    if isinstance(refusal, TabError) or _is_refused(code):
        raise PythonError(_described(refusal))
    try:
        root = parse(code.encode("utf-8", "surrogatepass"), LANGUAGES["python"]).root_node
    except ParseTimeout:
        raise PythonError(_described(refusal)) from None
    captures = _cursor().captures(root)
    if (misuse := misuse_of_types(captures)) is not None:
        raise PythonError(f"line {misuse[0]}: {misuse[1]}")
    try:
        tree = ast.parse(_lowered(root, captures))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return root
    _compile(tree)
    return tree


def _is_refused(code: str) -> bool:
    """Return whether Ruff's parser, too, finds an error in a text that this interpreter refuses."""
    try:
        errors = ast_serialize.parse("text.py", code, python_version=NEWEST_PYTHON)[1]
    except ValueError:
        return True
    # An error that is no blocker is one of mypy's own, about a comment with a type.
    return any(error.get("blocker") for error in errors)


def _lowered(root: tree_sitter.Node, captures: Mapping[str, Sequence[tree_sitter.Node]]) -> str:
    """Return a program in older syntax, whose scopes, statements and lines are the same.

    An f-string becomes a tuple of what it interpolates, type parameters go.
    """
    edits = sorted(edit for kind, nodes in captures.items() for node in nodes for edit in _EDITS[kind](node))
    source = root.text or b""
    offset, done = root.start_byte, root.start_byte
    parts = []
    for start, end, replacement in edits:
        if start >= done:  # else it is within what another edit has removed
            parts += [source[done - offset : start - offset], replacement]
            done = end
    return b"".join([*parts, source[done - offset :]]).decode("utf-8", "surrogatepass")


def _string_edits(string: tree_sitter.Node) -> Iterator[_Edit]:
    brackets = {"string_start": b"(", "string_end": b")"}
    for child in string.children:
        expression = child.child_by_field_name("expression")
        if child.type == "interpolation" and expression is not None:
            yield child.start_byte, child.start_byte + 1, b"("
            yield expression.end_byte, child.end_byte, b"),"
        else:
            lines = (child.text or b"").count(b"\n")
            yield child.start_byte, child.end_byte, brackets.get(child.type, b"\n" * lines)


def _concatenation_edits(strings: tree_sitter.Node) -> Iterator[_Edit]:
    yield strings.start_byte, strings.start_byte, b"("
    for child in strings.children:
        yield child.end_byte, child.end_byte, b","
    yield strings.end_byte, strings.end_byte, b")"


def _alias_edits(alias: tree_sitter.Node) -> Iterator[_Edit]:
    left = alias.child_by_field_name("left")
    if left is not None:
        name = (left.text or b"").split(b"[")[0]
        yield alias.start_byte, left.start_byte, b""
        yield left.start_byte + len(name), left.end_byte, b""


def _except_edits(clause: tree_sitter.Node) -> Iterator[_Edit]:
    values = clause.children_by_field_name("value")
    yield values[0].start_byte, values[0].start_byte, b"("
    yield values[-1].end_byte, values[-1].end_byte, b")"


def _parameter_edits(parameters: tree_sitter.Node) -> Iterator[_Edit]:
    yield parameters.start_byte, parameters.end_byte, b""


_Edit = tuple[int, int, bytes]
"""The first byte, the end, and what replaces it."""
_EDITS: dict[str, Callable[[tree_sitter.Node], Iterator[_Edit]]] = {
    "string": _string_edits,
    "strings": _concatenation_edits,
    "parameters": _parameter_edits,
    "alias": _alias_edits,
    "except": _except_edits,
}


@functools.cache
def _cursor() -> tree_sitter.QueryCursor:
    return tree_sitter.QueryCursor(tree_sitter.Query(grammar(LANGUAGES["python"]), _NEWER_SYNTAX))


def _described(problem: SyntaxError) -> str:
    return f"line {problem.lineno}: {problem.msg}"
