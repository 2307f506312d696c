"""The functions of a program, and which of them are written out."""

from __future__ import annotations

import functools
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass

import tree_sitter

from synthcode.comments.snippets import Snippet, any_of, captured
from synthcode.entry_points import Definition, definitions, spelling
from synthcode.gate.parameters import is_typing, parameter_list
from synthcode.languages import Language
from synthcode.languages.parsing import grammar

_MAX_STUB = 600
"""Bytes, comments left out: a longer body is written out."""
_WORDS = re.compile(r"\w+")
_QUOTE_OR_COMMENT = re.compile(r"[\"'`#]|//|/\*|--")
_LITERAL = re.compile(
    r"""[bBfFrRuU@]{0,2}(?:\"{3}(?P<long>[^"{$\\]*+)\"{3}|'{3}(?P<single>[^'{$\\]*+)'{3}"""
    r"""|"(?P<said>[^"\n\\{$]*+)"|`(?P<raw>[^`\\$]*+)`|(?<![\w&<])'(?P<character>[^'\n\\{$]*+)')"""
)
"""Strings that nothing is put into."""
_TYPE = r"[A-Z][\w.]{0,60}(?:<[^;(){}\n]{0,60}>)?"
_VALUE = (
    r"""(?:(?:null(?:ptr)?|nil|None|NULL|undefined|NaN|[tT]rue|[fF]alse|string\.Empty|default)\b"""
    r"""|-?[01](?:\.0{0,3})?[a-zA-Z]{0,4}\d{0,2}\b|""(?:\.(?:to_string|to_owned|into)\(\))?"""
    r"""|\[\](?:\w{1,30}\{\})?|\{\}|\(\)|map\[\w{1,30}\]\w{1,30}\{\}"""
    r"""|(?:vec|String|Vec|HashMap|HashSet|Default)!?(?:::<[^;\n]{0,40}>)?(?:::\w{1,20})?(?:\[\]|\(\))"""
    r"""|(?:list|dict|set|tuple|str|int|float|array|(?:empty|mutable)?(?:list|map|set|array)(?:Of)?)\(\)"""
    rf"""|new (?:{_TYPE}|\w{{1,20}})(?:\(\)|\[0\]|\s?\{{\}}|\[\]\s?\{{\}})"""
    r"""|(?:std::)?\w{1,20}<[^;(){}\n]{0,60}>[({][)}]"""
    rf"""|{_TYPE}\.(?:of|empty(?:List|Map|Set)?|Empty(?:<[^;(){{}}\n]{{0,40}}>)?)\(\)|Ok\((?:\(\)|0|false)?\))"""
)
"""What a function gives back that has nothing to give."""
_FAILURE = (
    r"""(?:(?:raise|throw)\b[^;{}\n]{0,200}|(?:panic!?|todo!|unimplemented!|unreachable!|TODO|abort|exit|die|fail|error|assert"""
    r"""|log\.Fatal\w{0,2}|trigger_error|errors\.New|fmt\.Errorf|Err|Promise\.reject|std::abort|os\.Exit)"""
    r"""\s?[(\[][^;{}\n]{0,120}[)\]])"""
)
_PRINT = (
    r"""(?:(?:print(?:ln|f)?!?|eprintln!|puts|p|echo|console\.\w{3,5}|System\.(?:out|err)\.print(?:ln|f)?|fmt\.Print(?:ln|f)?"""
    r"""|Console\.Write(?:Line)?)(?:\s?\((?:"s?")?\)|\s"s?")|(?:std::)?cout << "s?"(?: << (?:std::)?endl)?)"""
)
_STUB = re.compile(
    rf"""(?:[\s;,{{}}]++|(?:=>?|->)\s?|(?:return\b[ \t]*+)?{_VALUE}|{_FAILURE}|{_PRINT}|return\b(?![ \t]*+")"""
    rf"""|"s"|pass\b|\.\.\.|end\b)*+"""
)
"""A body that does nothing; strings in it are ``""`` or ``"s"``."""
_MARKED = re.compile(
    r"\b(?:todo|fixme|tbd|not[ _]?(?:yet[ _]?)?implemented|notimplemented\w*|unimplemented|unsupportedoperation\w*"
    r"|place[ -]?holder|stub|your (?:code|implementation|logic)|goes here|fill (?:me |this )?in|omitted)\b",
    re.IGNORECASE,
)
_ALL_PARAMETERS = re.compile(r"\b(?:func_get_args|arguments|super|binding|locals)\b")
_GIVEN_BACK = re.compile(
    r"[\s{;]*(?:return\s+)?(?:this\.|self\.|&self\.|\$this->|@)?\w+(?:\s*=\s*\w+)?[\s;}]*(?:end\s*)?"
)
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


@dataclass(frozen=True, slots=True)
class Function:
    """A function with a name."""

    name: str
    spelling: str
    """The name without case and underscores."""
    line: int
    has_body: bool
    is_stub: bool
    """Whether its body only says nothing, fails, or gives back a constant."""
    is_marked: bool
    """Whether its body says that it is yet to be written."""
    is_empty: bool
    """Whether there is nothing but comments in its body."""
    is_accessor: bool
    """Whether it only returns or sets a member."""
    node: tree_sitter.Node
    """Where it is defined."""


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
    def comments(self) -> list[tree_sitter.Node]:
        """The nodes of comments."""
        return captured(self.language, any_of(self.language.comments, "comment"), self.snippet.root).get("comment", [])

    @functools.cached_property
    def functions(self) -> list[Function]:
        """All functions with a name, constructors left out."""
        return [self._function(one.name, one.node) for one in self._definitions]

    @functools.cached_property
    def _definitions(self) -> list[Definition]:
        return definitions(self.snippet, self.language)

    def words(self) -> list[str]:
        """Return the identifiers, as often as they occur."""
        nodes = captured(self.language, any_of(self.language.identifiers, "word"), self.snippet.root).get("word", [])
        return [self.text(node) for node in nodes]

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
        written = [function for function in self.functions if function.has_body and not function.is_stub]
        if any(not function.is_accessor or function.spelling in names for function in written):
            return True
        kinds = _unnamed(self.language)
        nodes = captured(self.language, any_of(kinds, "one"), self.snippet.root).get("one", []) if kinds else []
        return any(not _STUB.fullmatch(self._blanked(node)) for node in nodes)

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

    def _function(self, name: str, node: tree_sitter.Node) -> Function:
        body = self._body(node)
        text = "" if body is None else self._blanked(body)
        short = len(text) <= _MAX_STUB
        return Function(
            name=name,
            spelling=spelling(name),
            line=self.line_of(node),
            has_body=body is not None,
            is_stub=short and body is not None and _STUB.fullmatch(text) is not None,
            is_marked=short and body is not None and _MARKED.search(self.text(body)) is not None,
            is_empty=body is not None and not text.strip("{}; \t\r\n").removesuffix("end").removeprefix("pass").strip(),
            is_accessor=short and self._is_accessor(node, text),
            node=node,
        )

    def _is_accessor(self, node: tree_sitter.Node, text: str) -> bool:
        if not _GIVEN_BACK.fullmatch(text):
            return False
        return "=" in text or next(self._parameters(node), None) is None

    def _body(self, node: tree_sitter.Node) -> tree_sitter.Node | None:
        if self.language.name == "ruby":
            return node  # an empty body has no node
        body = node.child_by_field_name("body")
        return body or next((child for child in node.children if child.type == "function_body"), None)

    def text(self, node: tree_sitter.Node) -> str:
        """Return the text of a node."""
        return self.snippet.bytes_of(node).decode("utf-8", "replace")

    def _blanked(self, node: tree_sitter.Node) -> str:
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
        text = b" ".join(parts).decode("utf-8", "replace")
        if len(text) > 4 * _MAX_STUB:
            return text
        return _LITERAL.sub(_of_literal, text)

    def parameters_used(self, function: Function) -> frozenset[str]:
        """Return the spellings of the parameters that the body of a function mentions."""
        body = self._body(function.node)
        names = frozenset(spelling(name) for name in self._parameters(function.node))
        return names & self._words_of(function.node, body) if names and body is not None else frozenset()

    def ignores_parameters(self, function: Function, names: frozenset[str]) -> bool:
        """Return whether a function has parameters, and its body mentions none of them.

        Parameters
        ----------
        function
            The function.
        names
            Spellings that its parameters are likely to have: a body with one of them is not looked at further.
        """
        body = self._body(function.node)
        if body is None:
            return False
        text = self.text(body)
        plain = text.replace("_", "").lower() if body is not function.node else ""
        if any(len(name) > 1 and name in plain for name in names) or _ALL_PARAMETERS.search(text):
            return False
        if not _QUOTE_OR_COMMENT.search(plain) and not names.isdisjoint(_WORDS.findall(plain)):
            return False  # the same for names of one letter, which other words contain
        own = {spelling(name) for name in self._parameters(function.node)}
        in_strings = any(f"{{{name}" in text for name in own)  # Rust: "{name}"
        return bool(own) and not in_strings and not own & self._words_of(function.node, body)

    def _words_of(self, node: tree_sitter.Node, body: tree_sitter.Node) -> set[str]:
        """Return the spellings of the identifiers in the body of a function."""
        start = body.start_byte
        if body is node:
            head = node.child_by_field_name("parameters")
            start = head.end_byte if head is not None else start
        words = captured(self.language, any_of(self.language.identifiers, "word"), body).get("word", [])
        return {spelling(self.text(word)) for word in words if word.start_byte >= start}

    def _parameters(self, node: tree_sitter.Node) -> Iterator[str]:
        parameters = parameter_list(node)
        if parameters is None:
            return
        kinds = self.language.identifiers
        if parameters.type in kinds:
            yield self.text(parameters)
            return
        for word in captured(self.language, any_of(kinds, "word"), parameters).get("word", []):
            if self.text(word) not in ("self", "cls") and not is_typing(word, parameters):
                yield self.text(word)


def _of_literal(found: re.Match[str]) -> str:
    said = next(filter(None, found.groups()), "")
    return '"s"' if said and not _MARKED.search(said) else '""'


@functools.cache
def _unnamed(language: Language) -> frozenset[str]:
    kinds = grammar(language)
    names = {kinds.node_kind_for_id(number) for number in range(kinds.node_kind_count)}
    return frozenset(name for name in _UNNAMED if name in names and (name != "block" or language.name == "ruby"))
