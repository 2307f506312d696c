"""Results as harnesses write them: canonical JSON, the same in every language.

``null``, ``true``, ``false``, integers of any size and strings are JSON's. A number with a point or an exponent is a
float; ``{"float": "nan"}``, ``"inf"`` and ``"-inf"`` are the others. An array is a sequence of any kind;
``{"tuple": [...]}`` may be written for one that is a tuple. ``{"set": [...]}`` is a set,
``{"map": [[key, value], ...]}`` a mapping, ``{"record": [[name, value], ...]}`` an object with fields, in their order.
``{"raised": "KeyError"}`` is a call that raised; ``{"other": "Node"}`` is a value of another type.
"""

from __future__ import annotations

from typing import Any

from synthcode.bounded.trees import parse_json
from synthcode.verification.cases.case import Raises, Untestable, Value

_LEVELS = 60
_FLOATS = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}


class Pairs(list[tuple[Value, Value]]):
    """A mapping with keys that Python cannot hash, such as lists."""


class Record(dict[str, Value]):
    """An object with fields, in the order in which its type declares them."""


class Members(list[Value]):
    """A set with members that Python cannot hash."""


def read_result(text: str) -> Value | Raises:
    """Return the value that canonical JSON stands for.

    Raises
    ------
    ValueError
        If it is not in this form.
    Untestable
        If the value is of another type.
    """
    tree = parse_json(text, _LEVELS)
    if isinstance(tree, dict) and set(tree) == {"raised"}:
        return Raises(str(tree["raised"]))
    return _value(tree)


def _value(tree: Any) -> Value:
    if tree is None or isinstance(tree, bool | int | float | str):
        return tree
    if isinstance(tree, list):
        return [_value(item) for item in tree]
    if not isinstance(tree, dict) or len(tree) != 1:
        raise ValueError("not a result")
    [(kind, content)] = tree.items()
    if kind == "other":
        raise Untestable(f"it returns a value of the type {content}")
    if kind == "float" and content in _FLOATS:
        return _FLOATS[content]
    if not isinstance(content, list):
        raise ValueError("not a result")
    return _collection(kind, content)


def _collection(kind: str, content: list[Any]) -> Value:
    if kind == "tuple":
        return tuple(_value(item) for item in content)
    if kind == "set":
        members = [_value(item) for item in content]
        try:
            return set(members)
        except TypeError:
            return Members(members)
    if kind == "record" and all(isinstance(pair, list) and len(pair) == 2 for pair in content):
        return Record((str(name), _value(item)) for name, item in content)
    if kind == "map" and all(isinstance(pair, list) and len(pair) == 2 for pair in content):
        pairs = [(_value(key), _value(value)) for key, value in content]
        try:
            return dict(pairs)
        except TypeError:
            return Pairs(pairs)
    raise ValueError("not a result")
