"""The variables of a program that look like values of its own types, by how they are declared or assigned."""

from __future__ import annotations

import functools
import re

_TYPE = rb"(?P<type>\w++(?:::\w++){0,4}+)"
_NAME = rb"(?P<name>\w[\w$]{0,200}+)"
_ASSIGNED = re.compile(rb"\b(?=" + _NAME + rb"\s*+(?::[^=\n;]{0,80})?:?=\s*+(?:new\s++|&\s*+)?" + _TYPE + rb")")
"""``x = T()``, ``x: T = new T()``, ``x := &T{}``."""
_WRAPPED = rb"(?:(?:Box|Rc|Arc)<)?&?(?:'\w{1,20}\s++)?(?:mut\s++)?(?:(?:dyn|impl)\s++)?"
_ANNOTATED = re.compile(rb"\b(?=" + _NAME + rb"(?:\s*+:\s*+" + _WRAPPED + rb"|\s++\*?)" + _TYPE + rb")")
"""``x: &mut T``, ``x: &dyn T``, ``x *T``."""
_DECLARED = re.compile(rb"\b(?=" + _TYPE + rb"[\s&*]++" + _NAME + rb")")
"""``T x``, ``T *x``."""


@functools.lru_cache(maxsize=8)
def variables_of(data: bytes, types: frozenset[bytes]) -> frozenset[bytes]:
    """Return the names in a text that look like variables of one of the types.

    Every place is looked at once, however many names and types there are.

    Parameters
    ----------
    data
        A program, UTF-8.
    types
        Names of types as they stand in it: ``T`` or ``S::T``.
    """
    if not types:
        return frozenset()
    patterns = (_ASSIGNED, _ANNOTATED, _DECLARED)
    return frozenset(
        found["name"] for pattern in patterns for found in pattern.finditer(data) if _begins_with(found["type"], types)
    )


def _begins_with(path: bytes, types: frozenset[bytes]) -> bool:
    parts = path.split(b"::")
    return any(b"::".join(parts[:length]) in types for length in range(1, len(parts) + 1))
