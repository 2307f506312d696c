"""Numbers in tables and files."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from synthcode.decimals import decimals, rounded, with_interval

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("evaluation", "pipelines/commands/scoring")
"""What may be below zero is shown from there."""


@pytest.mark.parametrize(
    ("value", "plain", "signed"),
    [
        (0.5, "0.500", "+0.500"),
        (-0.25, "-0.250", "-0.250"),
        (-0.0001, "0.000", "+0.000"),
        (-0.0, "0.000", "+0.000"),
        (-0.0006, "-0.001", "-0.001"),
    ],
)
def test_zero_has_no_minus(value: float, plain: str, signed: str) -> None:
    assert (decimals(value), decimals(value, signed=True)) == (plain, signed)
    assert str(rounded(value, 3)) == str(float(plain))


def test_digits_and_intervals() -> None:
    assert decimals(2 / 3, 4) == "0.6667"
    assert with_interval(0.1, -0.0002, 0.2) == "0.100 [0.000, 0.200]"
    assert with_interval(-0.0002, -0.1, 0.2, signed=True) == "+0.000 [-0.100, +0.200]"


def specifications(path: Path) -> set[str]:
    """Return how f-strings of a module lay numbers out."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FormattedValue) and isinstance(node.format_spec, ast.JoinedStr):
            found |= {part.value for part in node.format_spec.values if isinstance(part, ast.Constant)}
    return {str(one) for one in found}


def test_scores_are_shown_by_one_function() -> None:
    modules = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    assert len(modules) > 100
    own = {
        path.name: wrong
        for path in modules
        if (wrong := {s for s in specifications(path) if re.search(r"\+|[2-9]f", s)})
    }
    assert own == {}
    pages = [path for folder in ("evaluation", "synthcode/reporting") for path in (ROOT / folder).rglob("*.jinja")]
    assert len(pages) > 3
    assert [path.name for path in pages if re.search(r"%\.\df", path.read_text("utf-8"))] == []
