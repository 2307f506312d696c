"""Go sources taken apart: what is left of a program for it to become a part of another one, and its imports."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import tree_sitter

from synthcode.comments.snippets import Snippet, Span, captured, parse_snippet
from synthcode.languages import get_language
from synthcode.languages.parsing import ParseTimeout
from synthcode.verification.cases.case import Untestable

GO = get_language("go")
_TOP = "[(package_clause) (import_declaration)] @head (source_file (function_declaration name: (identifier) @name) @f)"
_DECLARED = """
(source_file (type_declaration (type_spec name: (_) @d)))
(source_file (type_declaration (type_alias name: (_) @d)))
(source_file (const_declaration (const_spec name: (_) @d)))
(source_file (var_declaration (var_spec name: (_) @d)))
(source_file (var_declaration (var_spec_list (var_spec name: (_) @d))))
"""
_USES = "(selector_expression operand: (identifier) @u) (qualified_type package: (package_identifier) @u)"
_VERSION = re.compile(r"v\d+")
ASSERT = "github.com/stretchr/testify/assert"
"""The package outside of the standard library that the runner has: tests of HumanEval-X use it."""
_PACKAGES = (
    "bufio bytes cmp container/heap container/list container/ring context crypto/md5 crypto/sha1 crypto/sha256 "
    "crypto/sha512 encoding/base64 encoding/binary encoding/hex encoding/json errors fmt hash/crc32 hash/fnv html io "
    "log maps math math/big math/bits math/cmplx math/rand net net/http net/url os os/signal path path/filepath "
    "reflect regexp runtime slices sort strconv strings sync sync/atomic syscall testing text/tabwriter time unicode "
    "unicode/utf16 unicode/utf8 unsafe "
)
STANDARD_PACKAGES = {path.rpartition("/")[2]: path for path in _PACKAGES.split()}
"""Name -> path of the packages that a fragment may use without importing them."""


class Import(NamedTuple):
    """An import of one file."""

    name: str
    """How the file calls the package; ``.`` and ``_`` as Go has them."""
    path: str
    line: str
    """What declares it."""


@dataclass(frozen=True)
class GoSource:
    """A source without its package clause and its imports, and without its ``main`` if another one calls it."""

    body: str
    imports: tuple[Import, ...]
    used: frozenset[str]
    """Names that stand before a dot as packages do."""
    identifiers: frozenset[str]
    """Names that stand elsewhere."""
    declared: frozenset[str]
    """Names at the top."""


def parse_go(code: str) -> Snippet:
    """Parse Go.

    Raises
    ------
    Untestable
        If the parser does not get through it.
    """
    try:
        return parse_snippet(code, GO)
    except ParseTimeout as problem:
        raise Untestable("it is too long to be parsed") from problem


def take_apart(code: str, *, keeps_main: bool = False) -> GoSource:
    """Take a source apart; see ``GoSource``."""
    snippet = parse_go(code)
    found = captured(GO, _TOP, snippet.root)
    cuts = [snippet.span(node) for node in found.get("head", ())]
    declared = {_text(snippet, node) for node in captured(GO, _DECLARED, snippet.root).get("d", ())}
    for name, function in zip(found.get("name", ()), found.get("f", ()), strict=True):
        text = _text(snippet, name)
        declared.add(text)
        if text == "main" and not keeps_main:
            cuts.append(snippet.span(function))
    body = _without(snippet.data, cuts)
    return GoSource(body, _imports(snippet), *_names(parse_go(body)), frozenset(declared))


def _names(snippet: Snippet) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names before dots, and all others."""
    before_dots = captured(GO, _USES, snippet.root).get("u", [])
    places = {node.id for node in before_dots}
    others = [node for node in captured(GO, "(identifier) @i", snippet.root).get("i", ()) if node.id not in places]
    used, free = (frozenset(_text(snippet, node) for node in nodes) for nodes in (before_dots, others))
    return used, free


def _text(snippet: Snippet, node: tree_sitter.Node) -> str:
    return snippet.bytes_of(node).decode("utf-8", "replace")


def go_file(body: str, source: GoSource, offered: Sequence[Import] = ()) -> str:
    """Return a file of the package ``main``: with the imports that its code uses, and no others.

    Go refuses a program for an import that it does not use. A fragment may lack its imports: they are taken from
    ``offered`` (those of the code around it), or from the standard library.

    Raises
    ------
    Untestable
        If the code uses a package that is not in the standard library.
    """
    chosen: dict[str, Import] = {}
    dotted = [one for one in source.imports if one.name in (".", "_")]
    for one in (*source.imports, *offered):
        if one.name in source.used and one.name not in chosen:
            chosen[one.name] = one
    for name in sorted(source.used - set(chosen) - source.identifiers):
        if name in STANDARD_PACKAGES and re.search(rf"\b{name}\s*\.\s*[A-Z]", body):
            path = STANDARD_PACKAGES[name]
            chosen[name] = Import(name, path, f'"{path}"')
    for one in (*chosen.values(), *dotted):
        if one.path == "C" or ("." in one.path.split("/")[0] and one.path != ASSERT):
            raise Untestable(f"it imports {one.path}, which is not in the standard library")
    lines = [f"import {line}" for line in dict.fromkeys(one.line for one in (*dotted, *chosen.values()))]
    return "\n".join(["package main", *lines, "", body, ""])


def renamed(body: str, names: Mapping[str, str]) -> str:
    """Return code in which identifiers have other names."""
    snippet = parse_go(body)
    data = bytearray(snippet.data)
    nodes = captured(GO, "(identifier) @i", snippet.root).get("i", [])
    for node in sorted(nodes, key=lambda node: -node.start_byte):
        start, end = snippet.span(node)
        new = names.get(data[start:end].decode("utf-8", "replace"))
        if new is not None:
            data[start:end] = new.encode()
    return data.decode("utf-8", "replace")


def _imports(snippet: Snippet) -> tuple[Import, ...]:
    found = []
    for node in captured(GO, "(import_spec) @i", snippet.root).get("i", ()):
        path_node, name_node = node.child_by_field_name("path"), node.child_by_field_name("name")
        if path_node is None:
            continue
        path = _text(snippet, path_node).strip('"`')
        parts = [part for part in path.split("/") if not _VERSION.fullmatch(part)] or [path]
        name = _text(snippet, name_node) if name_node is not None else parts[-1]
        alias = f"{name} " if name_node is not None else ""
        found.append(Import(name, path, f'{alias}"{path}"'))
    return tuple(found)


def _without(data: bytes, cuts: Sequence[Span]) -> str:
    kept = bytearray(data)
    for start, end in sorted(cuts, reverse=True):
        kept[start:end] = b"\n"
    return kept.decode("utf-8", "replace")
