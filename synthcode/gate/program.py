"""A program of an answer, or a source: its functions, comments and words, each looked for once and only if needed."""

from __future__ import annotations

import functools
import re
from collections.abc import Container, Iterator

import tree_sitter

from synthcode.comments.snippets import Snippet, any_of, captured
from synthcode.comments.stripping import may_have_comments
from synthcode.entry_points import Definition, definition_nodes, definitions_among, spelling
from synthcode.gate import stubs
from synthcode.gate.parameters import is_typing, parameter_list
from synthcode.languages import Language
from synthcode.languages.parsing import grammar

_WORDS = re.compile(r"\w+")
_QUOTE_OR_COMMENT = re.compile(r"[\"'`#]|//|/\*|--")
_COMMENT = re.compile(r"#|//|/\*|--")
_ALL_PARAMETERS = re.compile(r"\b(?:func_get_args|arguments|super|binding|locals)\b")
_UNNAMED = frozenset(
    {"lambda", "lambda_expression", "lambda_literal", "closure_expression", "anonymous_function", "arrow_function"}
    | {
        "func_literal",
        "block",
        "do_block",
        "getter",
        "accessor_declaration",
        "arrow_expression_clause",
        "property_hook",
    }
    | {"operator_declaration", "macro_definition", "preproc_function_def", "method_reference", "callable_reference"}
)
"""Nodes that do something without being a function with a name; ``block`` only in Ruby."""


class Function:
    """A function with a name.

    Parameters
    ----------
    program
        The program that defines it.
    name
        Its name.
    node
        Where it is defined.
    """

    def __init__(self, program: Program, name: str, node: tree_sitter.Node) -> None:
        self._program = program
        self.name = name
        self.spelling = spelling(name)
        """The name without case and underscores."""
        self.node = node
        self._body = _body(node, program.language)

    @property
    def line(self) -> int:
        """The line that it begins in, from 1."""
        return self._program.line_of(self.node)

    @property
    def has_body(self) -> bool:
        """Whether it is written out rather than declared."""
        return self._body is not None

    @functools.cached_property
    def is_stub(self) -> bool:
        """Whether its body only says nothing, fails, or gives back a constant."""
        return self._body is not None and stubs.is_stub(self._code)

    @property
    def is_marked(self) -> bool:
        """Whether its body says that it is yet to be written."""
        is_short = self._body is not None and len(self._code) <= stubs.MAX_STUB
        return is_short and stubs.is_marked(self._text)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing but comments in its body."""
        return self._body is not None and stubs.is_empty(self._code)

    @property
    def is_accessor(self) -> bool:
        """Whether it only returns or sets a member."""
        return stubs.gives_back_a_name(self._code) and ("=" in self._code or next(self._parameters(), None) is None)

    @property
    def gives_back_a_name(self) -> bool:
        """Whether its body only returns or sets one name."""
        return self._body is not None and stubs.gives_back_a_name(self._code)

    @functools.cached_property
    def parameters_used(self) -> frozenset[str]:
        """The spellings of the parameters that its body mentions."""
        names = frozenset(map(spelling, self._parameters()))
        return names & self._words() if names and self._body is not None else frozenset()

    def ignores_parameters(self, names: frozenset[str]) -> bool:
        """Return whether it has parameters, and its body mentions none of them.

        Parameters
        ----------
        names
            Spellings that its parameters are likely to have: a body with one of them is not looked at further.
        """
        if self._body is None:
            return False
        text = self._text
        plain = text.replace("_", "").lower() if self._body is not self.node else ""
        if _ALL_PARAMETERS.search(text):
            return False
        may_be_comment = len(text) <= stubs.MAX_STUB and _COMMENT.search(text) is not None
        if not may_be_comment and any(len(name) > 1 and name in plain for name in names):
            return False
        if not _QUOTE_OR_COMMENT.search(plain) and not names.isdisjoint(_WORDS.findall(plain)):
            return False  # the same for names of one letter, which other words contain
        own = set(map(spelling, self._parameters()))
        in_strings = any(f"{{{name}" in text for name in own)  # Rust: "{name}"
        return bool(own) and not in_strings and not own & self._words()

    @property
    def _text(self) -> str:
        return "" if self._body is None else self._program.text(self._body)

    @functools.cached_property
    def _code(self) -> str:
        return "" if self._body is None else self._program.blanked(self._body)

    def _words(self) -> set[str]:
        """Return the spellings of the identifiers in its body."""
        if self._body is None:
            return set()
        start = self._body.start_byte
        if self._body is self.node:
            head = self.node.child_by_field_name("parameters")
            start = head.end_byte if head is not None else start
        words = self._program.identifiers(self._body)
        return {spelling(self._program.text(word)) for word in words if word.start_byte >= start}

    def _parameters(self) -> Iterator[str]:
        parameters = parameter_list(self.node)
        if parameters is None:
            return
        program = self._program
        if parameters.type in program.language.identifiers:
            yield program.text(parameters)
            return
        for word in program.identifiers(parameters):
            name = program.text(word)
            if name not in ("self", "cls") and not is_typing(word, parameters):
                yield name


class Program:
    """What a program defines.

    Parameters
    ----------
    code, snippet
        The program, and what it was parsed to.
    language
        Its language.
    """

    def __init__(self, code: str, snippet: Snippet, language: Language) -> None:
        self.code = code
        self.snippet = snippet
        self.language = language

    @functools.cached_property
    def _nodes(self) -> dict[str, list[tree_sitter.Node]]:
        """What one walk of the tree finds: functions, types and comments. Most programs of answers have no comments."""
        pattern = definition_nodes(self.language)
        if may_have_comments(self.code, self.language):
            pattern = f"{pattern} {any_of(self.language.comments, 'comment')}"
        return captured(self.language, pattern, self.snippet.root)

    @property
    def comments(self) -> list[tree_sitter.Node]:
        """The nodes of comments."""
        return self._nodes.get("comment", [])

    @functools.cached_property
    def functions(self) -> list[Function]:
        """All functions with a name, constructors left out."""
        return [Function(self, one.name, one.node) for one in self._definitions]

    @functools.cached_property
    def _definitions(self) -> list[Definition]:
        return definitions_among(self._nodes, self.snippet, self.language)

    def identifiers(self, node: tree_sitter.Node) -> list[tree_sitter.Node]:
        """Return the identifiers from a node down, as often as they occur."""
        return captured(self.language, any_of(self.language.identifiers, "word"), node).get("word", [])

    def words(self) -> list[str]:
        """Return the identifiers, as often as they occur."""
        return [self.text(node) for node in self.identifiers(self.snippet.root)]

    def owner(self, node: tree_sitter.Node) -> str | None:
        """Return the spelling of the innermost function with a name around a node, or None."""
        start = node.start_byte
        around = [one for one in self._definitions if one.node.start_byte <= start < one.node.end_byte]
        return spelling(around[-1].name) if around else None

    def line_of(self, node: tree_sitter.Node) -> int:
        """Return the number of the line of the text in which a node starts."""
        return self.snippet.data.count(b"\n", 0, self.snippet.span(node)[0]) + 1

    def does_something(self, names: Container[str]) -> bool:
        """Return whether any function, named or not, is written out.

        Constructors do not count, nor do functions that only give back a member, unless they have one of the names.
        """
        written = (function for function in self.functions if function.has_body and not function.is_stub)
        if any(function.spelling in names or not function.is_accessor for function in written):
            return True
        kinds = _unnamed(self.language)
        nodes = captured(self.language, any_of(kinds, "one"), self.snippet.root).get("one", []) if kinds else []
        return any(not stubs.does_nothing(self.blanked(node)) for node in nodes)

    def quotes(self, text: str) -> bool:
        """Return whether a text stands in a string that is not documentation."""
        offset = self.snippet.data.find(text.encode())
        if offset < 0:
            return False
        start = offset + self.snippet.shift
        node = self.snippet.root.descendant_for_byte_range(start, start + 1)
        while node is not None and "string" in node.type and node.parent is not None and "string" in node.parent.type:
            node = node.parent
        is_string = node is not None and "string" in node.type
        return is_string and node is not None and (node.parent is None or node.parent.type != "expression_statement")

    def text(self, node: tree_sitter.Node) -> str:
        """Return the text of a node."""
        return self.snippet.bytes_of(node).decode("utf-8", "replace")

    def blanked(self, node: tree_sitter.Node) -> str:
        """Return the code of a body without comments, and with nothing in its strings."""
        start, end = node.start_byte, node.end_byte
        if node.type in ("method", "singleton_method"):  # Ruby: after the head
            head = node.child_by_field_name("parameters") or node.child_by_field_name("name")
            start = head.end_byte if head is not None else start
        data, shift = self.snippet.data, self.snippet.shift
        parts, position = [], start
        for comment in self.comments:
            if start <= comment.start_byte < end and comment.start_byte >= position:
                parts.append(data[position - shift : comment.start_byte - shift])
                position = comment.end_byte
        parts.append(data[position - shift : max(end, position) - shift])
        return stubs.without_strings(b" ".join(parts).decode("utf-8", "replace"))


def _body(node: tree_sitter.Node, language: Language) -> tree_sitter.Node | None:
    if language.name == "ruby":
        return node  # an empty body has no node
    body = node.child_by_field_name("body")
    return body or next((child for child in node.children if child.type == "function_body"), None)


@functools.cache
def _unnamed(language: Language) -> frozenset[str]:
    kinds = grammar(language)
    names = {kinds.node_kind_for_id(number) for number in range(kinds.node_kind_count)}
    return frozenset(name for name in _UNNAMED if name in names and (name != "block" or language.name == "ruby"))
