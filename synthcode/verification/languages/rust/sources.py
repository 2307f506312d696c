"""Rust sources edited to become parts of a larger program."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import tree_sitter

from synthcode.comments.snippets import Snippet, captured
from synthcode.verification.cases.case import Untestable
from synthcode.verification.languages.rust.signature import RUST, parse_rust

Edit = tuple[int, int, bytes]
"""Start and end, in bytes, of what is replaced, and by what."""

EVERY_CRATE = "synthcode_every_crate"
_LINKER = re.compile(r"\b(?:link_section|no_mangle|export_name|global_asm|global_allocator|panic_handler|naked)\b")
"""What runs before ``main``, or takes the place of what the harness calls."""
_TOP = """
(source_file (inner_attribute_item) @inner)
(source_file (line_comment inner: (_)) @inner)
(source_file (block_comment inner: (_)) @inner)
(source_file (function_item) @f)
"""
_ASSERTIONS = "use ::core::{assert, assert_eq, assert_ne, debug_assert, debug_assert_eq, debug_assert_ne, matches};"
"""So named, they are Rust's own: what a translation exports under these names comes in by ``*`` only."""
_OWN_EQUALITY = re.compile(r"\bimpl\b[^{;]{0,200}\bPartialEq\b")
_USES = "(use_declaration argument: (_) @use) (extern_crate_declaration name: (identifier) @crate)"
_OWN_CRATES = frozenset({"std", "core", "alloc", "crate", "self", "super", "test", "proc_macro"})
_TEST_ATTRIBUTE = re.compile(rb"#\[\s{0,8}(?:test|should_panic|ignore|cfg\s{0,8}\(\s{0,8}test)\b")


class OwnTest(NamedTuple):
    """A test program of the seed's own, as a module."""

    text: str
    calls: tuple[tuple[str, bool], ...]
    """Path of each function that tests, and whether it must panic."""
    imports: tuple[str, ...]
    """Its declarations at the top that import from the standard library."""


def solution_text(code: str) -> str:
    """Return a program as the root of a crate, without its ``main`` and the attributes of its own crate.

    It imports from other crates only under the condition ``EVERY_CRATE``: what it imports may not be needed.

    Raises
    ------
    Untestable
        If it changes how programs are linked.
    """
    if _LINKER.search(code):
        raise Untestable("it changes how programs are linked")
    snippet = parse_rust(code)
    found = captured(RUST, _TOP, snippet.root)
    cuts = list(found.get("inner", ()))
    cuts += [node for node in found.get("f", ()) if _name(snippet, node) == "main"]
    starts = [snippet.span(node)[0] for node in _foreign_uses(snippet)]
    conditions: list[Edit] = [(start, start, b"#[cfg(%s)] " % EVERY_CRATE.encode()) for start in starts]
    return edited(snippet.data, [*((*snippet.span(node), b"\n") for node in cuts), *conditions])


def has_own_equality(code: str) -> bool:
    """Return whether a program says itself when its values are equal to others."""
    return _OWN_EQUALITY.search(code) is not None


def own_test(text: str, names: Mapping[str, str]) -> OwnTest:
    """Return a test as a module whose functions can be called, with other names for some identifiers."""
    snippet = parse_rust(text)
    edits: list[Edit] = []
    calls: list[tuple[str, bool]] = []
    for node in captured(RUST, "(function_item) @f", snippet.root).get("f", ()):
        attributes = [snippet.bytes_of(one) for one in _attributes(node)]
        is_main = _name(snippet, node) == "main" and node.parent == snippet.root
        if is_main or any(re.match(rb"#\[\s*test\b", one) for one in attributes):
            path = "::".join([*_modules(snippet, node), "main_of_test" if is_main else _name(snippet, node)])
            if not any(one.startswith(b"#[ignore") for one in attributes):
                calls.append((path, any(b"should_panic" in one for one in attributes)))
            edits += _made_public(node)
    for node in captured(RUST, "(mod_item) @m", snippet.root).get("m", ()):
        edits += _made_public(node)
    for node in captured(RUST, "[(attribute_item) (inner_attribute_item)] @a", snippet.root).get("a", ()):
        if node.type == "inner_attribute_item" or _TEST_ATTRIBUTE.match(snippet.bytes_of(node)):
            edits.append((*snippet.span(node), b""))
    other = {**names, "main": "main_of_test"}
    for node in captured(RUST, "(identifier) @i", snippet.root).get("i", ()):
        new = other.get(snippet.bytes_of(node).decode("utf-8", "replace"))
        if new is not None:
            edits.append((*snippet.span(node), new.encode()))
    uses = [node for node in snippet.root.named_children if node.type == "use_declaration"]
    imports = (snippet.bytes_of(node).decode("utf-8", "replace") for node in uses)
    standard = tuple(one for one in imports if re.match(r"use\s+(?:::)?(?:std|core|alloc)\b", one))
    return OwnTest(f"use super::*;\n{_ASSERTIONS}\n{edited(snippet.data, edits)}\n", tuple(calls), standard)


def edited(data: bytes, edits: Sequence[Edit]) -> str:
    """Return a text with edits, which do not overlap."""
    changed = bytearray(data)
    for start, end, new in sorted(edits, reverse=True):
        changed[start:end] = new
    return changed.decode("utf-8", "replace")


def _name(snippet: Snippet, node: tree_sitter.Node) -> str:
    name = node.child_by_field_name("name")
    return snippet.bytes_of(name).decode("utf-8", "replace") if name is not None else ""


def _made_public(node: tree_sitter.Node) -> list[Edit]:
    if any(child.type == "visibility_modifier" for child in node.named_children):
        return []
    return [(node.start_byte, node.start_byte, b"pub ")]


def _attributes(node: tree_sitter.Node) -> list[tree_sitter.Node]:
    found = []
    before = node.prev_named_sibling
    while before is not None and before.type in ("attribute_item", "line_comment", "block_comment"):
        found.append(before)
        before = before.prev_named_sibling
    return found


def _modules(snippet: Snippet, node: tree_sitter.Node) -> list[str]:
    path: list[str] = []
    around = node.parent
    while around is not None:
        if around.type == "mod_item":
            path.insert(0, _name(snippet, around))
        around = around.parent
    return path


def _foreign_uses(snippet: Snippet) -> list[tree_sitter.Node]:
    """Return the declarations that import from crates which are not part of Rust."""
    found = captured(RUST, _USES, snippet.root)
    crates = found.get("crate", ())
    foreign = [node.parent for node in crates if snippet.bytes_of(node).decode("utf-8", "replace") not in _OWN_CRATES]
    items = "(mod_item name: (_) @n) (enum_item name: (_) @n) (struct_item name: (_) @n) (trait_item name: (_) @n)"
    declared = {
        snippet.bytes_of(node).decode("utf-8", "replace") for node in captured(RUST, items, snippet.root).get("n", ())
    }
    imported = Counter(word for node in found.get("use", ()) for word in re.findall(rb"\w+", snippet.bytes_of(node)))
    for node in found.get("use", ()):
        path = snippet.bytes_of(node).decode("utf-8", "replace").lstrip(":{ ")
        first = re.match(r"(?:r#)?\w+(?=\s*(?:::|$|\sas\b))", path)
        name = first[0] if first is not None else ""
        is_known = name in _OWN_CRATES or name in declared or not name
        if not is_known and imported[name.encode()] < 2:  # else ``use std::fmt; use fmt::Display;``
            foreign.append(node.parent)
    return [node for node in foreign if node is not None]
