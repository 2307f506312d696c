"""``-m slow`` imports only the files that have slow tests: to import all of them takes longer than many such tests."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

_ONLY_NAMES = re.compile(r"\w+(?: or \w+)*")


@cache
def _named(file: Path, marks: frozenset[str]) -> frozenset[str]:
    """Return those marks that a file names."""
    code = file.read_text("utf-8")
    return frozenset(mark for mark in marks if f"mark.{mark}" in code)


def _left_out(config: pytest.Config) -> frozenset[str]:
    """Return the marks whose tests are left out unless ``-m`` requests them."""
    return frozenset(re.findall(r"\bnot (\w+)", " ".join(config.getini("addopts"))))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out a file that names none of the requested marks; files of the command line are not left out."""
    if not collection_path.match("test_*.py") or not _ONLY_NAMES.fullmatch(config.option.markexpr):
        return None
    requested = frozenset(config.option.markexpr.split(" or "))
    return True if requested <= _left_out(config) and not _named(collection_path, requested) else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse a test with a mark that its file does not name: it would be left out where the mark is requested."""
    marks = _left_out(config)
    for item in items:
        if unnamed := {mark.name for mark in item.iter_markers()} & marks - _named(item.path, marks):
            raise pytest.UsageError(f"{item.nodeid}: its file does not say mark.{min(unnamed)}")
