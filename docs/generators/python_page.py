"""The reference of the Python API: the public names, each with its docstring."""

from __future__ import annotations

import ast
from importlib.util import find_spec
from pathlib import Path

import synthcode
from docs.generators import docstrings
from docs.generators.markdown import page, prose, table

INTRODUCTION = """
# Python API

This manual documents the names in the table; anything else in the code may change without notice. The sections after
the table are filled in when the manual is built (`zensical build`). In the repository, follow a name to its module.
"""
FURTHER = (
    "synthcode.evaluation.interop.mteb_tasks.load_exported",
    "synthcode.evaluation.mose.checkpoint.from_pretrained",
    "synthcode.evaluation.mose.cost.exit_costs",
    "synthcode.evaluation.retrieval.datasets.load_task",
)
"""What how-to pages use by its full name."""


def render() -> str:
    """Return the page: a table of names, and a section per name for mkdocstrings to fill in."""
    names = sorted({*_public(), *FURTHER}, key=lambda path: path.rpartition(".")[2].lower())
    rows = [(f"`{path.rpartition('.')[2]}`", f"`{path.rpartition('.')[0]}`", _summary(path)) for path in names]
    return page(INTRODUCTION, table(("name", "module", "is"), rows), *(f"::: {path}" for path in names))


def _public() -> list[str]:
    """Return where the public names are defined. Nothing is imported: some modules need torch."""
    return [f"{module}.{name}" for name, module in getattr(synthcode, "_MODULES", {}).items()]


def _summary(path: str) -> str:
    """Return the first line of a function's or class's docstring, or of a constant's."""
    module, _, name = path.rpartition(".")
    spec = find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    body = ast.parse(Path(spec.origin).read_text("utf-8")).body
    found = [node for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name]
    text = ast.get_docstring(found[0]) if found else docstrings.documented(body).get(name)
    return prose((text or "").split("\n\n")[0])
