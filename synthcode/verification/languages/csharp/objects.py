"""What the objects of a C# program's own classes are made of."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter

Named = tuple[tree_sitter.Node | None, tree_sitter.Node | None]
"""A name with its type."""


def arguments_of(declared: tree_sitter.Node) -> Iterator[Named]:
    """Yield the parameters of a type's only constructor; none if there are several, or it takes none."""
    body = declared.child_by_field_name("body")
    found = [
        listed
        for one in (body.named_children if body is not None else ())
        if one.type == "constructor_declaration" and (listed := one.child_by_field_name("parameters")) is not None
    ]
    found += [one for one in declared.named_children if one.type == "parameter_list"]
    filled = [listed for listed in found if any(one.type == "parameter" for one in listed.named_children)]
    for one in filled[0].named_children if len(filled) == len(found) == 1 else ():
        if one.type == "parameter":
            yield one.child_by_field_name("name"), one.child_by_field_name("type")


def members_of(declared: tree_sitter.Node) -> Iterator[Named]:
    """Yield the fields and properties that can be set from outside; none if there are others."""
    body = declared.child_by_field_name("body")
    for one in body.named_children if body is not None else ():
        words = {(child.text or b"").decode() for child in one.named_children if child.type == "modifier"}
        if words & {"static", "const"} or not words & {"public", "internal"}:
            continue
        if one.type == "property_declaration" and one.child_by_field_name("accessors") is not None:
            yield one.child_by_field_name("name"), one.child_by_field_name("type")
        for inner in one.named_children if one.type == "field_declaration" else ():
            declarators = [child for child in inner.named_children if child.type == "variable_declarator"]
            for child in declarators:
                yield child.child_by_field_name("name"), inner.child_by_field_name("type")
