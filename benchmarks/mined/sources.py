"""Where the functions come from: packages that hold sources, fetched once."""

from __future__ import annotations

import random
import re
import subprocess
import sysconfig
import zipfile
from collections.abc import Iterator
from pathlib import Path

from synthcode.languages import get_language

PACKAGES = {
    "java": ("openjdk-17-source",),
    "go": ("golang-1.19-src", "golang-golang-x-tools-dev", "golang-golang-x-net-dev"),
    "ruby": ("asciidoctor", "jekyll", "ruby-rails", "ruby-activerecord", "ruby-activesupport", "ruby-nokogiri"),
    "php": ("php-symfony-http-kernel", "php-symfony-console", "phpunit", "php-twig", "php-doctrine-orm", "composer"),
    "c": ("gnulib", "lttng-modules-dkms"),
    "cpp": ("libboost1.74-dev", "libeigen3-dev", "libcgal-dev", "librange-v3-dev", "juce-modules-source"),
    "rust": ("rust-src", "librust-tokio-dev", "librust-regex-dev", "librust-clap-dev", "librust-image-dev"),
    "javascript": ("node-typescript", "node-lodash", "node-babel7", "webpack", "node-jquery", "node-async"),
}
"""Debian's packages. Python's functions are those of the interpreter and its packages.

Those of C#, Kotlin and TypeScript come from ``--folder``: Debian has sources in them as source packages only (mono,
kotlin, node-typescript)."""
LARGEST_FILE = 1_000_000
_TESTS_OF_ERRORS = ("/src/test/", "/tests/ui/", "/testdata/")
"""Of rustc and Go: programs that they are to refuse, and syntax that nothing else may use."""
WORD = re.compile(r"[A-Z][A-Z0-9_]{2,}")
"""The name of a macro, as libraries write it."""
_DEFINED = re.compile(r"^[ \t]*#[ \t]*define[ \t]+([A-Z][A-Z0-9_]{2,})", re.MULTILINE)


def fetch(language: str, cache: Path) -> list[Path]:
    """Download and unpack a language's packages once, and return the folders to read."""
    if language == "python":
        return [Path(sysconfig.get_path("stdlib"))]
    folder = cache / language
    for package in PACKAGES.get(language, ()):
        unpacked = folder / package
        if not unpacked.exists():
            folder.mkdir(parents=True, exist_ok=True)
            subprocess.run(["apt-get", "download", package], cwd=folder, check=True, capture_output=True)
            archive = next(folder.glob(f"{package}_*.deb"))
            subprocess.run(["dpkg-deb", "-x", str(archive), str(unpacked)], check=True)
            for sources in unpacked.rglob("src.zip"):
                if not sources.is_symlink():
                    zipfile.ZipFile(sources).extractall(unpacked)
    return [folder]


def macros(language: str, folders: list[Path]) -> frozenset[str]:
    """Return the names of the macros that source files define."""
    return frozenset(name for text in files(language, folders) for name in _DEFINED.findall(text))


def files(language: str, folders: list[Path]) -> Iterator[str]:
    """Yield the texts of source files in a fixed random order."""
    suffixes = get_language(language).suffixes
    paths = [path for folder in folders for path in sorted(folder.rglob("*")) if path.suffix in suffixes]
    random.Random(0).shuffle(paths)
    for path in paths:
        if any(part in path.as_posix() for part in _TESTS_OF_ERRORS):
            continue
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= LARGEST_FILE:
            yield path.read_text(encoding="utf-8", errors="replace")
