"""``-m slow`` imports only the files that have slow tests, and a run without ``-m`` no file that has only such ones.

To import all of them takes longer than many such tests.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

_OF_ALL = re.compile(r"^pytestmark = pytest\.mark\.(\w+)$", re.MULTILINE)
_ONLY_NAMES = re.compile(r"\w+(?: or \w+)*")


@cache
def _named(file: Path, marks: frozenset[str]) -> frozenset[str]:
    """Return those marks that a file names."""
    code = file.read_text("utf-8")
    return frozenset(mark for mark in marks if f"mark.{mark}" in code)


def _left_out(config: pytest.Config) -> frozenset[str]:
    """Return the marks whose tests are left out unless ``-m`` requests them."""
    return frozenset(re.findall(r"\bnot (\w+)", " ".join(config.getini("addopts"))))


@cache
def _mark_of_all(file: Path) -> str | None:
    """Return the mark that a file gives to all of its tests."""
    found = _OF_ALL.search(file.read_text("utf-8"))
    return found and found[1]


def is_of_marked_tests(config: pytest.Config) -> bool:
    """Return whether only marked tests are requested."""
    return bool(_ONLY_NAMES.fullmatch(config.option.markexpr))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out a file that names none of the requested marks; files of the command line are not left out.

    Where no mark is requested, leave out a file of which all tests have a mark.
    """
    if not collection_path.match("test_*.py"):
        return None
    if not is_of_marked_tests(config):
        is_default = config.option.markexpr in config.getini("addopts")
        return True if is_default and _mark_of_all(collection_path) in _left_out(config) else None
    requested = frozenset(config.option.markexpr.split(" or "))
    return True if requested <= _left_out(config) and not _named(collection_path, requested) else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse a test with a mark that its file does not name: it would be left out where the mark is requested."""
    marks = _left_out(config)
    for item in items:
        if unnamed := {mark.name for mark in item.iter_markers()} & marks - _named(item.path, marks):
            raise pytest.UsageError(f"{item.nodeid}: its file does not say mark.{min(unnamed)}")
