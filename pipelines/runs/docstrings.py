"""The sentences under attributes: the docstrings that Python itself does not keep."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable


def of_class(kind: type) -> dict[str, str]:
    """Return field -> the docstring under it."""
    (definition,) = ast.parse(inspect.cleandoc(inspect.getsource(kind))).body
    assert isinstance(definition, ast.ClassDef)
    return documented(definition.body)


def documented(body: Iterable[ast.stmt]) -> dict[str, str]:
    """Return name -> the docstring under its assignment."""
    found, name = {}, None
    for statement in body:
        match statement:
            case ast.Expr(value=ast.Constant(value=str(text))) if name:
                found[name] = " ".join(inspect.cleandoc(text).split())
            case ast.AnnAssign(target=ast.Name(id=target)) | ast.Assign(targets=[ast.Name(id=target)]):
                name = target
                continue
        name = None
    return found
