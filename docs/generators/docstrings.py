"""The sentences under a module's constants."""

from __future__ import annotations

import ast
import inspect
from types import ModuleType

from synthcode.pipelines.runs.docstrings import documented, of_class

__all__ = ["of_class", "of_module"]


def of_module(module: ModuleType) -> dict[str, str]:
    """Return constant -> the docstring under it."""
    return documented(ast.parse(inspect.getsource(module)).body)
