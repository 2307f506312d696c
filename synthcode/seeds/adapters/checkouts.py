"""The source files below a folder, each with the checkout that it belongs to."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from synthcode.languages import Language, language_of_suffix
from synthcode.seeds.adapters.git_folder import Checkout, find_checkout

MAX_FILE_BYTES = 1_000_000
_SKIPPED_FOLDERS = frozenset(
    {
        *("node_modules", "bower_components", "vendor", "vendored", "_vendor", "third_party", "third-party"),
        *("thirdparty", "build", "dist", "target", "out", "venv", "site-packages", "__pycache__"),
        *("test", "tests", "testing", "testdata", "__tests__", "spec", "specs"),
    }
)
_TEST = re.compile(r"(?:^|[^a-zA-Z])tests?(?![a-z])|Tests?(?![a-z])|(?:^|_)TESTS?(?:_|$)")


class SourceFile(NamedTuple):
    """A file of a language that we know."""

    path: str
    name: str
    """Its path from the root of the checkout, with slashes."""
    language: str
    checkout: Checkout


def is_test_name(name: str) -> bool:
    """Return whether a name has the word test in it: ``test_f``, ``runTests``; ``latest`` has not."""
    return _TEST.search(name) is not None


def source_files(root: Path, language: Language | None = None) -> Iterator[SourceFile]:
    """Yield the files below a folder, folders in the order of their names.

    Left out: hidden and linked files and folders, tests, dependencies and build products (by their usual names), what
    is minified by its name, and what is larger than 1 MB. A folder with ``.git`` in it begins another checkout.
    """
    return _walk(root.resolve(), "", find_checkout(root.resolve()), language)


def _walk(folder: Path, prefix: str, checkout: Checkout, language: Language | None) -> Iterator[SourceFile]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:  # a folder that may not be read is as good as hidden
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.is_symlink():
            continue
        if entry.is_dir(follow_symlinks=False):
            if entry.name.lower() in _SKIPPED_FOLDERS:
                continue
            inner = Path(entry.path)
            if (inner / ".git").exists():
                yield from _walk(inner, "", find_checkout(inner), language)
            else:
                yield from _walk(inner, f"{prefix}{entry.name}/", checkout, language)
        else:
            found = _language_of(entry)
            if found is not None and language in (None, found):
                yield SourceFile(entry.path, prefix + entry.name, found.name, checkout)


def _language_of(entry: os.DirEntry[str]) -> Language | None:
    stem, suffix = os.path.splitext(entry.name)
    found = language_of_suffix(suffix)
    if found is None or not entry.is_file(follow_symlinks=False):
        return None
    if is_test_name(stem) or stem.endswith((".spec", "_spec", ".min", "-min")):
        return None
    return found if entry.stat(follow_symlinks=False).st_size <= MAX_FILE_BYTES else None


def url_of(file: SourceFile, first_line: int, last_line: int) -> str | None:
    """Return the address of lines of a file on GitHub, where it is known."""
    blob = file.checkout.blob_url
    return f"{blob}{quote(file.name)}#L{first_line}-L{last_line}" if blob else None
