"""Changing values in YAML that people wrote; their comments, quotes and order of keys stay."""

from __future__ import annotations

import io
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

_ENDLESS = 10**9
"""Characters in a line: none is broken."""


def edit_yaml(text: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
    """Return YAML with its values changed.

    Parameters
    ----------
    text
        A mapping, of bounded size and depth (:func:`synthcode.bounded.trees.parse_yaml`).
    before
        What it holds.
    after
        What it is to hold.

    Returns
    -------
    str | None
        None if the text cannot be edited. YAML 1.2 is written: the caller checks that it says ``after``.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.util import load_yaml_guess_indent

    editor = YAML(typ="rt")
    editor.preserve_quotes = True
    editor.allow_unicode = True
    editor.width = _ENDLESS
    try:
        _, indent, offset = load_yaml_guess_indent(text)
        editor.indent(mapping=2, sequence=indent or 2, offset=offset or 0)
        tree = editor.load(text)
        _update(tree, before, after)
        written = io.StringIO()
        editor.dump(tree, written)
    except Exception:  # of many kinds, for YAML 1.1 that is not YAML 1.2, or for odd places of comments
        return None
    return written.getvalue()


def _update(node: Any, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    for key in [key for key in before if key not in after]:
        del node[key]
    for key, value in after.items():
        if key not in before:
            node[key] = value
        elif before[key] != value:
            node[key] = _updated(node[key], before[key], value)


def _updated(node: Any, before: Any, after: Any) -> Any:
    """Return a changed value: the node itself, which holds the comments, if it is of the same kind."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        _update(node, before, after)
        return node
    if isinstance(before, list) and isinstance(after, list):
        _update_list(node, before, after)
        return node
    return after


def _update_list(node: Any, before: list[Any], after: list[Any]) -> None:
    """Change the items that differ, from the last on: the places of those before them stay."""
    matcher = SequenceMatcher(None, [repr(item) for item in before], [repr(item) for item in after], autojunk=False)
    for _, start, stop, first, last in reversed([change for change in matcher.get_opcodes() if change[0] != "equal"]):
        both = min(stop - start, last - first)
        for place in range(both):
            node[start + place] = _updated(node[start + place], before[start + place], after[first + place])
        for place in reversed(range(start + both, stop)):
            del node[place]
        for offset, item in enumerate(after[first + both : last]):
            node.insert(start + both + offset, item)
