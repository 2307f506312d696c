"""JSON and YAML that describe something: recipes, manifests, configurations, front matter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from synthcode.bounded import limits
from synthcode.bounded.files import read_text
from synthcode.errors import first_line

TREE_ERRORS = (ValueError, RecursionError)
"""What :func:`parse_json` and :func:`parse_yaml` raise for text that holds no usable tree."""


_MERGE = "tag:yaml.org,2002:merge"


class NotYamlError(ValueError):
    """Text that is not YAML, or YAML beyond the bounds."""


def parse_json(text: str | bytes, levels: int = limits.DEPTH_LEVELS) -> Any:
    """Return what JSON holds.

    Raises
    ------
    ValueError
        If it is not JSON, or is nested deeper than ``levels``.
    """
    try:
        tree = json.loads(text)
    except RecursionError as problem:
        raise ValueError("nested too deeply") from problem
    _refuse_depth(tree, levels)
    return tree


def read_json(path: Path, limit: int = limits.SETTINGS) -> Any:
    """Return what a regular file of JSON holds.

    Raises
    ------
    ValueError
        If it is not JSON, or is nested too deeply.
    InputError
        If it is not a regular file of UTF-8 within the limit.
    OSError
        If there is no such file, or it may not be read.
    """
    return parse_json(read_text(path, limit))


def parse_yaml(text: str, *, unique_keys: bool = False) -> Any:
    """Return what YAML holds, in plain Python values.

    Aliases may share a value, not hold themselves, and not multiply: what the document comes to when they are followed
    is bounded.

    Parameters
    ----------
    text
        One document.
    unique_keys
        Refuse a key that stands twice in one mapping, as YAML 1.2 does; PyYAML takes the last one.

    Raises
    ------
    NotYamlError
        If it is not YAML, or beyond the bounds in :mod:`synthcode.bounded.limits`.
    """
    if len(text) > limits.RECIPE:
        raise NotYamlError(f"longer than {limits.RECIPE:,} characters")
    loader = None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            return None
        _nodes_below(node, {})
        if unique_keys:
            _refuse_repeated_keys(node)
        return loader.construct_document(node)
    except NotYamlError:
        raise
    except yaml.YAMLError as problem:
        raise NotYamlError(" ".join(str(problem).split())) from problem
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError) as problem:
        # A number with more digits than Python takes, a 13th month, a key that is a list: PyYAML lets them through.
        raise NotYamlError(f"a value cannot be read: {first_line(problem)}") from problem
    finally:
        if loader is not None:
            loader.dispose()


def read_yaml(path: Path, *, unique_keys: bool = False) -> Any:
    """Return what a regular file of YAML holds.

    Raises
    ------
    NotYamlError
        If it is not YAML, or beyond the bounds.
    InputError
        If it is not a regular file of UTF-8 within the limit.
    OSError
        If there is no such file, or it may not be read.
    """
    return parse_yaml(read_text(path, limits.RECIPE), unique_keys=unique_keys)


class _Loader(yaml.SafeLoader):
    """Refuses nesting before it is too deep for the parser, which calls itself at each level."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._level = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        self._level += 1
        if self._level > limits.DEPTH_LEVELS:
            raise NotYamlError("nested too deeply")
        try:
            return super().compose_node(parent, index)
        finally:
            self._level -= 1


def _nodes_below(node: yaml.Node, known: dict[int, int]) -> int:
    """Return how many nodes a node comes to with aliases followed; ``known`` holds 0 for those that are open."""
    if (count := known.get(id(node))) is not None:
        if count == 0:
            raise NotYamlError("an alias holds itself")
        return count
    known[id(node)] = 0
    count = 1
    for part in _parts(node):
        count += _nodes_below(part, known)
        if count > limits.NODES:
            raise NotYamlError(f"more than {limits.NODES:,} values, aliases followed")
    known[id(node)] = count
    return count


def _refuse_repeated_keys(root: yaml.Node) -> None:
    seen: set[int] = set()
    open_nodes = [root]
    while open_nodes:
        node = open_nodes.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        open_nodes.extend(_parts(node))
        if not isinstance(node, yaml.MappingNode):
            continue
        lines: dict[str, int] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == _MERGE:
                continue
            line = key.start_mark.line + 1
            if key.value in lines:
                raise NotYamlError(f"the key {key.value!r} stands twice, in lines {lines[key.value]} and {line}")
            lines[key.value] = line


def _parts(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _refuse_depth(tree: Any, levels: int) -> None:
    layer = [tree]
    for _ in range(levels):
        layer = [
            inner
            for value in layer
            if isinstance(value, dict | list)
            for inner in (value.values() if isinstance(value, dict) else value)
            if isinstance(inner, dict | list)
        ]
        if not layer:
            return
    raise ValueError("nested too deeply")
