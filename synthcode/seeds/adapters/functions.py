"""The documented functions of a source file."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import tree_sitter

from synthcode.comments.prose import comment_text, docstring_text
from synthcode.comments.snippets import any_of, captured
from synthcode.languages import Language
from synthcode.languages.parsing import grammar, parse
from synthcode.seeds.adapters.checkouts import is_test_name
from synthcode.seeds.descriptions import WORDS, first_paragraph

MIN_WORDS = 3
MIN_LINES = 3
PARSE_DEADLINE_S = 10.0
_STANDARD_NAMES = re.compile(
    r"__\w+__|__(?:construct|destruct|call|callStatic|get|set|isset|unset|sleep|wakeup|invoke|clone|debugInfo)"
    r"|toString|hashCode|equals|finalize|notify|notifyAll|clone|toLocaleString|valueOf|constructor|initialize"
    r"|to_s|inspect|ToString|Equals|GetHashCode|exports"
)
"""Names that CodeSearchNet leaves out: constructors, methods that every class may have, and non-names."""
_STATEMENTS = frozenset(
    {
        *("variable_declarator", "lexical_declaration", "variable_declaration"),
        *("assignment_expression", "expression_statement", "template_declaration"),
    }
)
"""What a function is taken with, where it stands in one: ``const f = () => 1;`` for its name."""
_NAME_FIELDS = {
    "variable_declarator": "name",
    "pair": "key",
    "assignment_expression": "left",
    "field_definition": "property",
    "public_field_definition": "name",
}
"""Where the name of a function without one of its own stands."""
_NESTS_ALL = frozenset({"javascript", "typescript"})
"""Languages whose modules are often functions: undocumented ones are looked into."""
_BLANKS = re.compile(rb"[ \t]*")
_ATTRIBUTE_LINE = re.compile(rb"[ \t]*(?:#\[|@\w)")


class Function(NamedTuple):
    """A function with documentation."""

    name: str
    text: str
    """The first paragraph of the documentation."""
    code: bytes
    """Only the function, unindented; a docstring is part of it."""
    first_line: int
    """Counted from 1."""
    last_line: int


def documented_functions(data: bytes, language: Language) -> Iterator[Function]:
    """Yield the functions that CodeSearchNet would select (Husain et al. 2019, section 2.1), in the order of the file.

    The documentation's first paragraph has at least three words, and the function at least three lines without it.
    Constructors, standard methods, names with the word test, and functions within another are left out.

    Raises
    ------
    ParseTimeout
        Where the parser is too slow.
    """
    root = parse(data, language, PARSE_DEADLINE_S).root_node
    found = captured(language, _pattern(language), root)
    comments = _by_last_row(found.get("comment", ()), data) if language.docstring == "comment" else {}
    end = -1
    for node in sorted(found.get("function", ()), key=lambda node: (node.start_byte, -node.end_byte)):
        if node.start_byte < end:
            continue
        function = _function(node, data, language, comments)
        if function is not None:
            yield function
        if function is not None or language.name not in _NESTS_ALL:
            end = node.end_byte


@functools.cache
def _pattern(language: Language) -> str:
    pattern = any_of(language.functions, "function")
    return f"{pattern} {any_of(language.comments, 'comment')}" if language.docstring == "comment" else pattern


def _by_last_row(comments: Iterable[tree_sitter.Node], data: bytes) -> dict[int, tree_sitter.Node]:
    """Return the comments that fill whole lines, by their last line."""
    alone = {}
    for node in comments:
        line = data.rfind(b"\n", 0, node.start_byte) + 1
        if not data[line : node.start_byte].strip():
            end = node.end_point
            alone[end.row - (end.column == 0)] = node
    return alone


def _function(
    node: tree_sitter.Node, data: bytes, language: Language, comments: dict[int, tree_sitter.Node]
) -> Function | None:
    """Return a function, where it is one to take."""
    if node.end_point.row - node.start_point.row + 1 < MIN_LINES or not _has_body(node) or _constructs(node, language):
        return None
    whole = _statement(node)
    docstring = _docstring(node) if language.docstring == "string" else None
    if docstring is not None:
        text = first_paragraph(docstring_text(data[docstring.start_byte : docstring.end_byte]))
    else:
        text = first_paragraph(_comment_before(whole, data, language, comments))
    if len(WORDS.findall(text)) < MIN_WORDS or _lines_of_code(whole, docstring, data) < MIN_LINES:
        return None
    name = _name(node)
    if not name or is_test_name(name) or _STANDARD_NAMES.fullmatch(name):
        return None
    return Function(name, text, _dedented(whole, data, language), whole.start_point.row + 1, whole.end_point.row + 1)


def _has_body(node: tree_sitter.Node) -> bool:
    if node.child_by_field_name("body") is not None:
        return True
    return any(child.type == "function_body" for child in node.named_children)  # Kotlin's grammar has no field


def _constructs(node: tree_sitter.Node, language: Language) -> bool:
    """Return whether a function is a constructor; in C++ those and destructors are what has no type."""
    return "constructor" in node.type or (language.name == "cpp" and node.child_by_field_name("type") is None)


def _statement(node: tree_sitter.Node) -> tree_sitter.Node:
    parent = node.parent
    while parent is not None and parent.type in _STATEMENTS:
        node, parent = parent, parent.parent
    return node


def _docstring(node: tree_sitter.Node) -> tree_sitter.Node | None:
    body = node.child_by_field_name("body")
    first = next((child for child in body.named_children if child.type != "comment"), None) if body else None
    if first is None or first.type != "expression_statement" or first.named_child_count != 1:
        return None
    value = first.named_children[0]
    return value if value.type in ("string", "concatenated_string") else None


def _comment_before(
    node: tree_sitter.Node, data: bytes, language: Language, comments: dict[int, tree_sitter.Node]
) -> str:
    """Return the words of the comments on the lines right above a node, or above its attributes."""
    row = node.start_point.row - 1
    line = data.rfind(b"\n", 0, node.start_byte) + 1
    while line and row not in comments:
        line = data.rfind(b"\n", 0, line - 1) + 1
        if not _ATTRIBUTE_LINE.match(data, line):
            break
        row -= 1
    run: list[tree_sitter.Node] = []
    while (comment := comments.get(row)) is not None:
        run.append(comment)
        row = comment.start_point.row - 1
    return comment_text([(one.start_byte, one.end_byte) for one in reversed(run)], data, language) if run else ""


def _lines_of_code(node: tree_sitter.Node, docstring: tree_sitter.Node | None, data: bytes) -> int:
    code = data[node.start_byte : node.end_byte]
    if docstring is not None:
        start, end = docstring.start_byte - node.start_byte, docstring.end_byte - node.start_byte
        code = code[:start] + code[end:]
    return sum(1 for line in code.splitlines() if line.strip())


def _name(node: tree_sitter.Node) -> str:
    """Return the name of a function, or of what it is assigned to; ``''`` for one without."""
    parent = node.parent
    name = node.child_by_field_name("name") or _declared(node)
    if name is None and parent is not None and parent.type in _NAME_FIELDS:
        name = parent.child_by_field_name(_NAME_FIELDS[parent.type])
    if name is not None and name.type == "member_expression":
        name = name.child_by_field_name("property")
    return (name.text or b"").decode() if name is not None else ""


def _declared(node: tree_sitter.Node) -> tree_sitter.Node | None:
    """Return what stands innermost in the declarator of C and C++: ``f`` of ``*f(int)``."""
    declarator = node.child_by_field_name("declarator")
    while declarator is not None:
        inner = declarator.child_by_field_name("declarator")
        if inner is None and declarator.type == "reference_declarator":
            inner = declarator.named_children[-1]
        if inner is None and declarator.type == "qualified_identifier":
            inner = declarator.child_by_field_name("name")
        if inner is None:
            return declarator
        declarator = inner
    return None


def _dedented(node: tree_sitter.Node, data: bytes, language: Language) -> bytes:
    """Return the bytes of a node without the indentation of its first line; lines within strings stay as they are."""
    line = data.rfind(b"\n", 0, node.start_byte) + 1
    blanks = _BLANKS.match(data, line, node.start_byte)
    indent = blanks[0] if blanks else b""
    code = data[node.start_byte : node.end_byte]
    if not indent or b"\n" not in code:
        return code
    first_row = node.start_point.row
    literal = {
        row - first_row
        for string in captured(language, any_of(_strings(language), "string"), node).get("string", ())
        for row in range(string.start_point.row + 1, string.end_point.row + 1)
    }
    rows = code.split(b"\n")
    return b"\n".join(row if at in literal else row.removeprefix(indent) for at, row in enumerate(rows))


@functools.cache
def _strings(language: Language) -> frozenset[str]:
    """Return the node types of a grammar that are strings, or parts of them."""
    rules = grammar(language)
    kinds = (rules.node_kind_for_id(number) for number in range(rules.node_kind_count) if _is_visible(rules, number))
    return frozenset(kind for kind in kinds if kind and ("string" in kind or "heredoc" in kind))


def _is_visible(rules: tree_sitter.Language, number: int) -> bool:
    return rules.node_kind_is_named(number) and rules.node_kind_is_visible(number)
