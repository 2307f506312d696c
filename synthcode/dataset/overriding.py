"""Methods whose name a library gives them: renamed, a program no longer compiles."""

from __future__ import annotations

import re

import tree_sitter

from synthcode.comments.snippets import Snippet
from synthcode.languages import Language

_ANONYMOUS = frozenset({"object_creation_expression", "object_literal"})
_TYPES = frozenset(
    {
        *("class_declaration", "enum_declaration", "object_declaration", "record_declaration"),
        *("class_specifier", "struct_specifier", "impl_item"),
    }
)
_BASES = frozenset(
    {
        *("superclass", "super_interfaces", "delegation_specifiers", "base_list"),
        *("base_class_clause", "base_clause", "class_interface_clause"),
    }
)
_OVERRIDE = re.compile(rb"@Override\b|\boverride\b")
_HIDDEN = re.compile(rb"\b(?:static|private|protected)\b")
_NEEDS_NO_MARK = frozenset({"java", "csharp", "php"})
"""Languages in which the methods of an interface need no word that says so, but must be public."""
_DEFINED = re.compile(rb"\b(?:class|interface|enum|record|object|struct|trait)\s{1,20}(\w+)")
_NAME = re.compile(rb"[A-Za-z_]\w*")
_ARGUMENTS = re.compile(rb"<[^<>]*+>|\([^()]*+\)")
_MOST_NESTED = 8
_WORDS = frozenset({b"extends", b"implements", b"public", b"protected", b"private", b"virtual"})
_GO_INTERFACES = frozenset(
    b"Len Less Swap Push Pop String GoString Format Error Is As Unwrap Read ReadAt ReadByte ReadFrom ReadRune Write"
    b" WriteByte WriteString WriteTo Close Seek Scan Value ServeHTTP RoundTrip MarshalJSON UnmarshalJSON MarshalText"
    b" UnmarshalText".split()
)
"""Methods by which Go's standard library knows a type; no word of the text says so."""
_OF_EVERY_OBJECT = {
    "csharp": frozenset({b"ToString", b"Equals", b"GetHashCode"}),
    "java": frozenset({b"toString", b"equals", b"hashCode"}),
    "kotlin": frozenset({b"toString", b"equals", b"hashCode"}),
}
"""Methods of the class that all others extend without a word."""
_RUBY_MODULES = {
    b"each": re.compile(rb"^[ \t]*include[ \t]+Enumerable\b", re.MULTILINE),
    b"<=>": re.compile(rb"^[ \t]*include[ \t]+Comparable\b", re.MULTILINE),
}


def overrides_a_library(snippet: Snippet, name: tree_sitter.Node, language: Language) -> bool:
    """Return whether a method has its name from a type that the text does not define.

    In classes with foreign bases: what is marked as an override, and in Java, C# and PHP every public method of an
    object. Also what every object has,
    the methods of anonymous classes, of a foreign trait in Rust, of the standard library's interfaces in
    Go, and what Ruby's ``Enumerable`` and ``Comparable`` call.

    Parameters
    ----------
    snippet
        The text.
    name
        The node that names the method where it is defined.
    language
        Its language.
    """
    method = name.parent
    if method is None:
        return False
    if language.name == "go":
        return method.type == "method_declaration" and name.text in _GO_INTERFACES and b"import" in snippet.data
    if language.name == "ruby":
        module = _RUBY_MODULES.get(name.text or b"")
        return module is not None and module.search(snippet.data) is not None
    holder: tree_sitter.Node | None = method
    while holder is not None and holder.type not in _ANONYMOUS | _TYPES:
        holder = holder.parent
    if holder is None or (holder.type in _TYPES and not _may_override(snippet, method, name, language)):
        return False
    if name.text in _OF_EVERY_OBJECT.get(language.name, ()):
        return True
    bases = _bases(holder)
    return bool(bases) and not set(bases) & set(_DEFINED.findall(snippet.data))


def _may_override(snippet: Snippet, method: tree_sitter.Node, name: tree_sitter.Node, language: Language) -> bool:
    if language.name == "rust":
        return True
    start, end = snippet.span(method)
    before = snippet.data[start : snippet.span(name)[0]]
    head = snippet.data[start : min(end, snippet.data.find(b"{", start) if b"{" in snippet.data[start:end] else end)]
    if _OVERRIDE.search(head):
        return True
    if language.name not in _NEEDS_NO_MARK or _HIDDEN.search(before):
        return False
    return language.name == "php" or b"public" in before


def _bases(holder: tree_sitter.Node) -> list[bytes]:
    if holder.type in ("object_creation_expression", "impl_item"):
        base = holder.child_by_field_name("trait" if holder.type == "impl_item" else "type")
        return [] if base is None else _names(base.text or b"")[-1:]
    return [name for child in holder.children if child.type in _BASES for name in _names(child.text or b"")]


def _names(listed: bytes) -> list[bytes]:
    """Return the names of types, without those that are their arguments: ``B`` of ``B<C>(1)``."""
    for _ in range(_MOST_NESTED):
        listed = _ARGUMENTS.sub(b"", listed)
    return [name for name in _NAME.findall(listed) if name not in _WORDS]
