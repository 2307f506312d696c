"""Conditions of Java's refusals: what a query cannot say of modifiers and bodies."""

from __future__ import annotations

from collections.abc import Callable

import tree_sitter

_VISIBILITY = frozenset({"private", "protected", "public"})


def is_repeated(modifiers: tree_sitter.Node) -> bool:
    """Return whether a modifier is there twice, or two say who sees a member."""
    written = [child.type for child in modifiers.children if not child.is_named]
    return len(written) != len(set(written)) or len(_VISIBILITY.intersection(written)) > 1


def has_none_of(*modifiers: str) -> Callable[[tree_sitter.Node], bool]:
    """Refuse a method that has none of some modifiers."""

    def refuse(method: tree_sitter.Node) -> bool:
        written = next((child for child in method.named_children if child.type == "modifiers"), None)
        return written is None or not any(child.type in modifiers for child in written.children)

    return refuse
