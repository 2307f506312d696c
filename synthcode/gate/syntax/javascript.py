"""The early errors of JavaScript and TypeScript: what their grammars take and no engine compiles."""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Callable, Iterator

import tree_sitter
from _quickjs import Context  # the package itself starts a thread, and worker processes are forks

from synthcode.gate.syntax.typescript import captures_of_types, keeps_no_lines, type_edits
from synthcode.languages import LANGUAGES
from synthcode.languages.parsing import grammar

MEMORY_BYTES = 256_000_000
STACK_BYTES = 256_000
"""Small enough for a thread of any system."""

# The texts are compiled as the bodies of functions and never run. With the constructor of plain functions await is
# a name, with that of asynchronous ones a keyword.
_COMPILE = """(function () {
    const AsyncFunction = Object.getPrototypeOf(async function () {}).constructor;
    return function (body, hasAwait) {
        let problem;
        for (const Compiler of hasAwait ? [AsyncFunction, Function] : [Function]) {
            try {
                Compiler(body);
                return "";
            } catch (error) {
                const line = /<input>:(\\d+)/.exec(error.stack)?.[1] ?? 3;
                problem ??= `${error.name}:${line - 2}:${error.message}`;
            }
        }
        return problem;
    };
})()"""

_LOWERED = """
    (program (import_statement) @import)
    (program (export_statement) @export)
    (decorator) @blank
    (hash_bang_line) @blank
    (meta_property) @meta
    [(jsx_element) (jsx_self_closing_element)] @value
    (arrow_function parameter: (identifier) @async (#eq? @async "async"))
"""
_TO_LOWER = re.compile(rb"import|export|@|#!|/\s{0,40}>|<>|\basync\s{0,40}=>")
"""In every text that has something to lower."""
_REPLACED = {"async": b"_async", "blank": b" ", "import": b" ", "meta": b"new.target", "value": b"0 "}
_LIMITS = frozenset({"stack overflow", "too many captures"})
"""Messages about the engine, not about the text."""
_engines = threading.local()


class EngineLimit(Exception):
    """A text that the engine says nothing about: its memory, stack or tables are too small."""


def early_error(root: tree_sitter.Node, *, is_typed: bool = False) -> tuple[int, str] | None:
    """Return the line for which no engine compiles a program, and why, or None.

    QuickJS compiles it as the body of a function. What can stand in a module only, decorators, which it does not
    know, and JSX are blanked or replaced first.

    Parameters
    ----------
    root
        The tree of a whole text. It may have errors: the engine's parser judges such a text on its own.
    is_typed
        Whether it is TypeScript: its types are taken out first.

    Raises
    ------
    EngineLimit
        If the text is more than the engine takes.
    """
    source = root.text or b""
    captures = captures_of_types(root) if is_typed else _captures(root, source)
    if not is_typed and "import" in captures:
        captures = {"binding": captures.pop("import"), "import": [], **captures}
    if root.has_error:
        captures.pop("value", None)  # what the grammar's recovery takes for JSX need not be any
    for child in root.children:
        if child.type == "return_statement":
            return child.start_point.row + 1, "'return' outside of a function"
    lowered = _lowered(root, captures)
    name, _, rest = str(_compiler()(lowered, "await" in lowered)).partition(":")
    line, _, problem = rest.partition(":")
    if name and (name != "SyntaxError" or problem in _LIMITS):
        raise EngineLimit(problem)
    if name and is_typed and _is_for_the_checker(problem, int(line), root):
        return None
    return (int(line), problem) if name else None


def _captures(root: tree_sitter.Node, source: bytes) -> dict[str, list[tree_sitter.Node]]:
    return _cursor().captures(root) if _TO_LOWER.search(source) else {}


def _is_for_the_checker(problem: str, line: int, root: tree_sitter.Node) -> bool:
    """Return whether TypeScript's own parser takes what an engine does not: that is found where types are checked."""
    if problem == "missing initializer for variable":
        return line > (root.text or b"").rstrip().count(b"\n")  # the text ends with it
    return problem == "invalid redefinition of parameter name"


def cannot_compile(data: bytes) -> bool:
    """Return whether ``early_error`` finds an error in a text; False if that is not known without its tree."""
    if _TO_LOWER.search(data) or not data.isascii():  # the grammar has white space of its own
        return False
    source = data.decode()
    name, _, rest = str(_compiler()(source, "await" in source)).partition(":")
    return name == "SyntaxError" and rest.partition(":")[2] not in _LIMITS


def _lowered(root: tree_sitter.Node, captures: dict[str, list[tree_sitter.Node]]) -> str:
    edits = sorted(
        (
            (*edit, keeps_no_lines(kind, node))
            for kind, nodes in captures.items()
            for node in nodes
            for edit in _edits(kind, node)
        ),
        key=lambda edit: (edit[0], -edit[1]),
    )
    source = root.text or b""
    offset = done = root.start_byte
    is_module = "import" in captures or "export" in captures
    is_module = is_module or any(node.children[0].type == "import" for node in captures.get("meta", ()))
    parts = [b"'use strict';" if is_module else b""]
    for start, end, replacement, is_on_line in edits:
        if start >= done:  # else it is within what another edit has replaced
            lines = b"" if is_on_line else b"\n" * source.count(b"\n", start - offset, end - offset)
            parts += [source[done - offset : start - offset], replacement, lines]
            done = end
    return b"".join([*parts, source[done - offset :]]).decode("utf-8", "replace")


def _edits(kind: str, node: tree_sitter.Node) -> Iterator[tuple[int, int, bytes]]:
    if kind == "export":
        yield from _export_edits(node)
    elif kind == "binding":
        names = b",".join(_imported(node))
        yield node.start_byte, node.end_byte, b"let %b;" % names if names else b" "
    elif kind in _REPLACED:
        yield node.start_byte, node.end_byte, _REPLACED[kind]
    else:
        yield from type_edits(kind, node)


def _imported(node: tree_sitter.Node) -> Iterator[bytes]:
    """Yield the names that an import declares."""
    for child in node.named_children:
        if child.type == "identifier":
            yield child.text or b""
        elif child.type == "import_specifier":
            name = child.child_by_field_name("alias") or child.child_by_field_name("name")
            if name is not None and name.type == "identifier":
                yield name.text or b""
        elif child.type in ("import_clause", "named_imports", "namespace_import"):
            yield from _imported(child)


def _export_edits(export: tree_sitter.Node) -> Iterator[tuple[int, int, bytes]]:
    """Leave the declaration of an export, or its value."""
    declaration, value = export.child_by_field_name("declaration"), export.child_by_field_name("value")
    if declaration is not None:
        yield export.start_byte, declaration.start_byte, b" "
    elif value is not None:
        yield export.start_byte, value.start_byte, b"_ = "
    else:
        yield export.start_byte, export.end_byte, b" "


def _compiler() -> Callable[[str, bool], object]:
    """Return this thread's engine: one is used by the thread that made it."""
    compiler: Callable[[str, bool], object] | None = getattr(_engines, "compiler", None)
    if compiler is None:
        context = Context()
        context.set_memory_limit(MEMORY_BYTES)
        context.set_max_stack_size(STACK_BYTES)
        compiler = _engines.compiler = context.eval(_COMPILE)
    return compiler


@functools.cache
def _cursor() -> tree_sitter.QueryCursor:
    return tree_sitter.QueryCursor(tree_sitter.Query(grammar(LANGUAGES["javascript"]), _LOWERED))
