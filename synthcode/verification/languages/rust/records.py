"""Structures of a Rust program, written with their fields."""

from __future__ import annotations

import re
from collections.abc import Iterator

import tree_sitter

from synthcode.comments.snippets import Snippet
from synthcode.verification.languages.rust.signature import parse_rust

_FORM = """
impl ::{harness}::Form for {name} {{
    fn form(&self, out: &mut ::std::string::String, mode: u32) {{
        out.push_str("{{\\"record\\": [");
{fields}
        out.push_str("]}}");
    }}
}}
"""
_FIELD = """        out.push_str("{comma}[\\"{name}\\", ");
        ::{harness}::Form::form(&self.{name}, out, mode);
        out.push_str("]");"""


def record_forms(code: str, result: str, harness: str) -> str:
    """Return how the structures that a result holds are written.

    Parameters
    ----------
    code
        A program.
    result
        The type of its result, as it writes it.
    harness
        The name of the harness's crate.
    """
    snippet = parse_rust(code)
    structs = dict(_structs(snippet))
    forms: dict[str, str] = {}
    words = re.findall(r"\w+", result)
    while words:
        name = words.pop()
        if name not in structs or name in forms:
            continue
        fields = list(_fields(snippet, structs[name]))
        written = "\n".join(
            _FIELD.format(comma=", " if place else "", name=field, harness=harness)
            for place, (field, _) in enumerate(fields)
        )
        forms[name] = _FORM.format(harness=harness, name=name, fields=written) if fields else ""
        words += [word for _, kind in fields for word in re.findall(r"\w+", kind)]
    return "".join(forms.values())


def _structs(snippet: Snippet) -> Iterator[tuple[str, tree_sitter.Node]]:
    """Return the structures at the top that have no parameters."""
    for node in snippet.root.named_children:
        if node.type == "struct_item" and node.child_by_field_name("type_parameters") is None:
            yield _text(snippet, node.child_by_field_name("name")), node


def _fields(snippet: Snippet, struct: tree_sitter.Node) -> Iterator[tuple[str, str]]:
    """Return name and type of each field; in a structure without names they are numbers."""
    body = struct.child_by_field_name("body")
    if body is not None and body.type == "ordered_field_declaration_list":
        kinds = body.children_by_field_name("type")
        yield from ((str(place), _text(snippet, kind)) for place, kind in enumerate(kinds))
    for one in body.named_children if body is not None else ():
        if one.type == "field_declaration":
            yield _text(snippet, one.child_by_field_name("name")), _text(snippet, one.child_by_field_name("type"))


def _text(snippet: Snippet, node: tree_sitter.Node | None) -> str:
    return snippet.bytes_of(node).decode("utf-8", "replace") if node is not None else ""
