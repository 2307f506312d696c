"""Renaming the function that a text is about, and the type that is named after it."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import tree_sitter

from synthcode.comments.removal import Cut
from synthcode.comments.snippets import Snippet, Span
from synthcode.dataset.overriding import overrides_a_library
from synthcode.dataset.variables import variables_of
from synthcode.entry_points import CONSTRUCTORS, Definition, spelling
from synthcode.languages import Language

FUNCTION = b"f"
"""The new name of the entry point."""
TYPE = b"F"
"""The new name of an enclosing type that is named after it."""

_TYPE_NAMES = frozenset({"type_identifier", "namespace_identifier"})
_FIELD_NAMES = frozenset({"field_identifier", "property_identifier"})
_SHORTHANDS = frozenset(
    {"shorthand_property_identifier", "shorthand_property_identifier_pattern", "shorthand_field_identifier"}
)
_CALLS_IN_ANY_CASE = frozenset({"function_call_expression", "member_call_expression", "scoped_call_expression"})
"""Where PHP reads a name without its case."""
_TAKE_METHOD_NAMES = frozenset(
    b"alias_method define_method instance_method method module_function private private_class_method protected public"
    b" public_class_method public_send remove_method respond_to? send undef_method __send__".split()
)
_OURSELVES = frozenset(b"this self Self cls super static parent crate exports module.exports".split())
_ARROW_IS_ACCESS = frozenset({"c", "cpp", "php"})
"""Languages in which ``a->b`` is a member of ``a``; in others the arrow belongs to a function or a case."""

_RECEIVER = re.compile(
    rb"(?:\b(?P<constructed>\w++)\s*+\([^()]*+\)\)?|(?P<word>(?<![\w$])(?:module\.)?[\w$]++)|(?P<value>[])}>\"'`])"
    rb"|(?<!\s))\s*+(?:[?&]|!!)?(?P<operator>\.|->|::)\Z"
)
_RECEIVER_REACH = 200
_FIELDS = frozenset({"field_declaration", "class_parameter", "property_element", "property_promotion_parameter"})
_CLASS_VARIABLES = (
    ["assignment", "expression_statement", "block", "class_definition"],  # Python
    ["property_declaration", "declaration_list", "class_declaration", "compilation_unit"],  # C#
    ["variable_declaration", "property_declaration", "class_body", "class_declaration"],  # Kotlin
)
_PARAMETERS = frozenset({"parameters", "class_parameters"})
_DECLARATION_REACH = 4
_CALLED = re.compile(rb"\s*\(")
_ACCESSED = re.compile(rb"\s*(?:\.|->|::)")
_QUALIFIES = re.compile(rb"\s*::")
_NEW = re.compile(rb"\bnew\s+\Z")
_MACRO_TOKEN = re.compile(rb"\"(?:\\.|[^\"\\])*+\"?|'(?:\\.|[^'\\])*+'?|\w+", re.DOTALL)
_ESCAPE_OR_QUOTE = re.compile(rb"\\.|[\"']", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Naming:
    """The entry point, and what separates a mention of it from a member of something else."""

    name: bytes
    definitions: frozenset[int]
    """Ids of the nodes that name it where it is defined."""
    overrides: frozenset[int]
    """Ids of the nodes that name methods of a library that are called as it is."""
    on_anything: bool
    """Whether it is defined on types of others, so that it may be called on any value."""
    own: frozenset[bytes]
    """Its receivers: the types or objects that it is defined in."""
    namesakes: frozenset[bytes]
    """The types around it that are named after it."""
    is_field: bool
    """Whether a type of the text has a field of that name, which is renamed with it."""
    is_parameter: bool
    """Whether a function of the text has a parameter of that name, which a keyword argument may name."""


def rename_entry_point(
    snippet: Snippet, language: Language, defined: list[Definition], entry_point: str
) -> Iterator[Cut]:
    """Give the cuts that call the entry point ``f``, and a type around it that has its name ``F``.

    A member of something that is not of the text keeps its name: ``Math.max`` where the text defines ``max``.
    So do words in strings and in comments, and a method that overrides one of a library. An ``f`` that the text has
    already is not minded.

    Parameters
    ----------
    snippet
        The text.
    language
        Its language.
    defined
        The functions that it defines.
    entry_point
        A name as it stands in the text.
    """
    naming = _naming(snippet, language, defined, entry_point)
    if naming.overrides and not naming.definitions:
        return
    for node, span in _mentions(snippet, naming.name, any_case=language.name == "php"):
        instead = _instead(snippet, language, naming, node, span)
        if instead is not None:
            yield Cut(*span, instead)
    for name in naming.namesakes - {naming.name}:
        for node, span in _mentions(snippet, name):
            if node.type in language.identifiers or node.type in _TYPE_NAMES:
                yield Cut(*span, TYPE)


def _naming(snippet: Snippet, language: Language, defined: list[Definition], entry_point: str) -> _Naming:
    named = [one for one in defined if one.name == entry_point]
    ours = [one for one in named if not overrides_a_library(snippet, one.name_node, language)]
    types = frozenset[str]().union(*(one.types for one in ours))
    own = {name.encode() for name in types}
    on_anything = False
    for one in ours:
        receiver = _receiver(snippet, language, snippet.span(one.name_node)[0])
        if receiver and receiver not in _OURSELVES:
            if language.has_extensions or receiver == b"prototype":
                on_anything = True
            own.add(receiver)
    return _Naming(
        entry_point.encode("utf-8", "surrogatepass"),
        frozenset(one.name_node.id for one in ours),
        frozenset(one.name_node.id for one in named) - frozenset(one.name_node.id for one in ours),
        on_anything,
        frozenset(own),
        frozenset(name.encode() for name in types if spelling(name) == spelling(entry_point)),
        *_declared(snippet, language, entry_point.encode("utf-8", "surrogatepass")),
    )


def _declared(snippet: Snippet, language: Language, name: bytes) -> tuple[bool, bool]:
    """Return whether the text has a field, and whether it has a parameter, with a name."""
    is_field = is_parameter = False
    if language.fields_are_identifiers:
        for node, _ in _mentions(snippet, name):
            around = list(islice(_ancestors(node), _DECLARATION_REACH))
            is_parameter |= any(one.type in _PARAMETERS for one in around[:3])
            is_field |= (
                any(one.type in _FIELDS for one in around) or [one.type for one in around[:4]] in _CLASS_VARIABLES
            )
    return is_field, is_parameter


def _ancestors(node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    while node.parent is not None:
        node = node.parent
        yield node


def _mentions(snippet: Snippet, name: bytes, *, any_case: bool = False) -> Iterator[tuple[tree_sitter.Node, Span]]:
    """Give the nodes that are a name, not merely contain it, and where the name stands in them."""
    data = snippet.data.lower() if any_case else snippet.data
    searched = name.lower() if any_case else name
    start = data.find(searched) if name else -1
    while start >= 0:
        end = start + len(name)
        node = snippet.root.descendant_for_byte_range(start + snippet.shift, end + snippet.shift)
        if node is not None and _is_name(snippet, node, (start, end)):
            is_call = node.parent is not None and node.parent.type in _CALLS_IN_ANY_CASE
            if is_call or snippet.data[start:end] == name:
                yield node, (start, end)
        start = data.find(searched, end)


def _is_name(snippet: Snippet, node: tree_sitter.Node, span: Span) -> bool:
    whole = snippet.span(node)
    if node.type == "simple_symbol":  # Ruby: private :f
        return whole == (span[0] - 1, span[1])
    if node.type == "preproc_arg":  # a macro of C is one token: the names in it are found by hand
        return (span[0] - whole[0], span[1] - whole[0]) in _macro_tokens(snippet.bytes_of(node))
    return whole == span


@functools.lru_cache(maxsize=8)
def _macro_tokens(text: bytes) -> frozenset[Span]:
    quotes = {token[0]: token.end() for token in _ESCAPE_OR_QUOTE.finditer(text)}
    for quote in (b'"', b"'"):  # one that nothing closes is no more than a character
        closed = quotes.get(quote, 0)
        text = text[:closed] + text[closed:].replace(quote, b" ")
    return frozenset(token.span() for token in _MACRO_TOKEN.finditer(text))


def _instead(snippet: Snippet, language: Language, naming: _Naming, node: tree_sitter.Node, span: Span) -> bytes | None:
    """Return what a mention of the name becomes, None for one that means something else."""
    if node.id in naming.overrides:
        return None
    if node.id in naming.definitions or node.type == "preproc_arg":
        return FUNCTION
    if node.type == "simple_symbol":
        return FUNCTION if _names_a_method(node) else None
    receiver = _receiver(snippet, language, span[0])
    if naming.name in naming.namesakes and receiver is None and _is_type(snippet, language, node, span):
        return TYPE
    if node.type not in language.identifiers:
        return None
    if receiver is None and _QUALIFIES.match(snippet.data, span[1]) and language.name in ("rust", "cpp"):
        return None  # a module
    if receiver is not None:
        is_called = _CALLED.match(snippet.data, span[1]) is not None
        ours = naming.on_anything or receiver in naming.own or (naming.is_field and not is_called)
        ours = ours or (receiver in _OURSELVES and (is_called or not _is_attribute(snippet, language, naming, span[0])))
        return FUNCTION if ours or receiver in variables_of(snippet.data, naming.own) else None
    if node.type in _SHORTHANDS and not _is_exported(node):
        return naming.name + b": " + FUNCTION
    if node.parent is not None and node.parent.type == "shorthand_field_initializer":
        return naming.name + b": " + FUNCTION
    if node.parent is not None and node.parent.type == "keyword_argument" and _is_keyword(node, node.parent):
        return FUNCTION if naming.is_field or naming.is_parameter else None
    return FUNCTION if _is_function(snippet, node) else None


def _is_keyword(node: tree_sitter.Node, argument: tree_sitter.Node) -> bool:
    return argument.child_by_field_name("name") == node


def _is_attribute(snippet: Snippet, language: Language, naming: _Naming, start: int) -> bool:
    """Return whether ``this.name`` is a field that no declaration has, as ``other.name`` would be."""
    this = snippet.data[max(start - len(b"self."), 0) : start].endswith((b"this.", b"self.", b"this->"))
    return this and language.methods_make_fields and not naming.own


def _receiver(snippet: Snippet, language: Language, start: int) -> bytes | None:
    """Return the owner of the name at ``start`` if a word in front of it names one, or None."""
    before = snippet.data[max(start - _RECEIVER_REACH, 0) : start].rstrip()
    if not before.endswith((b".", b"->", b"::")) or before.endswith(b".."):
        return None
    if before.endswith(b"->") and language.name not in _ARROW_IS_ACCESS:
        return None
    match = _RECEIVER.search(before)
    if match is None or (match["operator"] == b"::" and not any(match.group("constructed", "word", "value"))):
        return None
    return match["constructed"] or (match["word"] or b"").lstrip(b"$")


def _is_type(snippet: Snippet, language: Language, node: tree_sitter.Node, span: Span) -> bool:
    """Return whether a name that both the entry point and a type around it have means the type."""
    parent = node.parent
    if node.type in _TYPE_NAMES:
        return True
    if parent is not None and (parent.type in language.types | CONSTRUCTORS or parent.type == "user_type"):
        return True
    return bool(_NEW.search(snippet.data[max(span[0] - 9, 0) : span[0]]) or _ACCESSED.match(snippet.data, span[1]))


def _is_exported(shorthand: tree_sitter.Node) -> bool:
    """Return whether ``{ name }`` is what a JavaScript module exports."""
    holder = shorthand.parent.parent if shorthand.parent is not None else None
    left = holder.child_by_field_name("left") if holder is not None else None
    return left is not None and left.text in (b"module.exports", b"exports")


def _is_function(snippet: Snippet, node: tree_sitter.Node) -> bool:
    """Return whether a name without an owner may be the function, not a field or an argument."""
    parent = node.parent
    if parent is None:
        return True
    if _is_key(node, parent) or (node.type in _FIELD_NAMES and parent.type == "field_initializer"):
        return False
    if node.type not in _FIELD_NAMES:
        return True
    value = parent.child_by_field_name("value")
    return parent.type in ("function_declarator", "method_elem") or (value is not None and value.text == node.text)


def _is_key(node: tree_sitter.Node, parent: tree_sitter.Node) -> bool:
    """Return whether a name is that of a field in a literal of Go."""
    element = parent.parent
    return (
        parent.type == "literal_element"
        and element is not None
        and element.children[:1] == [parent]
        and (element.type == "keyed_element")
    )


def _names_a_method(symbol: tree_sitter.Node) -> bool:
    """Return whether a symbol of Ruby is an argument of a method that takes the names of methods."""
    call = symbol.parent.parent if symbol.parent is not None else None
    method = call.child_by_field_name("method") if call is not None and call.type == "call" else None
    return method is not None and method.text in _TAKE_METHOD_NAMES
