"""Functions of a Kotlin program, as it declares them."""

from __future__ import annotations

import re
from dataclasses import dataclass

import tree_sitter

from synthcode.verification.languages.jvm.trees import around, name_of, nodes, text_of
from synthcode.verification.languages.jvm.types import UNKNOWN, JvmType, Signature, read_type
from synthcode.verification.languages.kotlin.source import Source

_TYPES = frozenset({"user_type", "nullable_type", "parenthesized_type", "function_type"})
_OWNERS = frozenset({"class_declaration", "object_declaration", "companion_object"})


@dataclass(frozen=True)
class Function:
    """A function at the top, or a method of a class or an object."""

    node: tree_sitter.Node
    name: str
    owners: tuple[tree_sitter.Node, ...]
    """The classes and objects around it, from the outermost one."""
    signature: Signature
    is_extension: bool

    @property
    def called_as(self) -> str:
        """How code in the same file calls it."""
        if not self.owners:
            return self.name
        text = ""
        for owner in self.owners:
            if owner.type == "companion_object":
                continue
            inner = bool(re.search(r"\binner\b", _modifiers(owner)))
            text = f"{text}()." if inner else f"{text}." if text else ""
            text += name_of(owner)
        return f"{text}{'()' if self.owners[-1].type == 'class_declaration' else ''}.{self.name}"

    def why_not_made(self) -> str | None:
        """Return why no object can be made that has it, or None."""
        owner = self.owners[-1] if self.owners else None
        if owner is None or owner.type != "class_declaration":
            return None
        if re.search(r"\b(?:abstract|enum|annotation|sealed)\b", _modifiers(owner)) or _is_interface(owner):
            return f"{name_of(owner)} has no objects that a test could make"
        listed = next((one for one in nodes(owner) if one.type == "class_parameters"), None)
        parameters = [one for one in (listed.named_children if listed is not None else ()) if one.type != "comment"]
        return (
            f"{name_of(owner)} is made from arguments" if any("=" not in text_of(one) for one in parameters) else None
        )


def functions_named(source: Source, name: str) -> list[Function]:
    """Return the functions of a name that are not nested in others and have a body, in their order."""
    found = (node for node in nodes(source.root) if node.type == "function_declaration" and name_of(node) == name)
    return [_function(node, name) for node in found if _has_body(node) and not _is_nested(node)]


def visibility(node: tree_sitter.Node) -> list[tree_sitter.Node]:
    """Return the words before a function that keep others from calling it."""
    listed = next((one for one in node.children if one.type == "modifiers"), None)
    return [one for one in (listed.children if listed is not None else ()) if one.type == "visibility_modifier"]


def _function(node: tree_sitter.Node, name: str) -> Function:
    owners = tuple(one for one in around(node) if one.type in _OWNERS)[::-1]
    named = node.child_by_field_name("name")
    assert named is not None
    variables = {
        text_of(one).split()[0].split(":")[0]
        for owner in (node, *owners)
        for listed in owner.children
        if listed.type == "type_parameters"
        for one in listed.named_children
        if one.type == "type_parameter"
    }
    receiver = next((one for one in node.children if one.type in _TYPES and one.end_byte <= named.start_byte), None)
    signature = _signature(node, variables, receiver)
    return Function(node, name, owners, signature, receiver is not None)


def _signature(node: tree_sitter.Node, variables: set[str], receiver: tree_sitter.Node | None) -> Signature:
    types = [] if receiver is None else [_type(text_of(receiver), variables)]
    listed = next((one for one in node.children if one.type == "function_value_parameters"), None)
    optional, last_is_variadic = 0, False
    for one in listed.children if listed is not None else ():
        if one.type == "parameter":
            types.append(UNKNOWN if last_is_variadic else _type(text_of(one).partition(":")[2], variables))
        elif one.type == "parameter_modifiers":
            last_is_variadic = "vararg" in text_of(one)
        elif one.type == "=":
            optional += 1
    after = [
        one for one in node.children if one.type in _TYPES and listed is not None and one.start_byte > listed.end_byte
    ]
    returned = read_type(text_of(after[0]), knows_null=True) if after else None
    return Signature(tuple(types), last_is_variadic, optional, returned)


def _type(text: str, variables: set[str]) -> JvmType:
    found = read_type(text, knows_null=True)
    return UNKNOWN if found.name in variables else found


def _has_body(node: tree_sitter.Node) -> bool:
    return any(one.type == "function_body" for one in node.children)


def _is_nested(node: tree_sitter.Node) -> bool:
    return any(one.type in ("function_declaration", "lambda_literal") for one in around(node))


def _modifiers(node: tree_sitter.Node) -> str:
    return " ".join(text_of(one) for one in node.children if one.type == "modifiers")


def _is_interface(node: tree_sitter.Node) -> bool:
    return any(one.type == "interface" for one in node.children)
