"""A Kotlin text taken apart: its package, its imports, and what it declares."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import tree_sitter

from synthcode.languages import get_language
from synthcode.verification.languages.jvm.trees import blanked, name_of, parsed, text_of

_KOTLIN = get_language("kotlin")
_HEADERS = frozenset({"file_annotation", "package_header", "import"})
_NAMES_ITS_CLASS = re.compile(r"\b(?:JvmName|JvmMultifileClass)\b")
_PACKAGE = re.compile(r"package\s+([\w.`]+)")


@dataclass(frozen=True)
class Source:
    """A file."""

    data: bytes
    root: tree_sitter.Node
    annotations: tuple[str, ...]
    """Of the file, without those that name its class."""
    package: str
    """Empty for none."""
    imports: tuple[str, ...]
    body: bytes
    """All but the above, which is left blank: lines keep their numbers."""

    @property
    def functions(self) -> dict[str, tree_sitter.Node]:
        """The functions at the top, by name."""
        return {name_of(one): one for one in self.root.named_children if one.type == "function_declaration"}

    def joined(self, body: str, imports: Iterable[str]) -> str:
        """Return a file with the body, this one's own imports, and others."""
        package = (f"package {self.package}",) if self.package else ()
        head = "; ".join(dict.fromkeys((*package, *imports, *self.imports)))
        return " ".join((*self.annotations, f"{head}; " if head else "")) + body


def read_source(code: str) -> Source:
    """Take a text apart.

    Raises
    ------
    Untestable
        If it cannot be parsed in time.
    """
    data = code.encode("utf-8", "replace")
    root = parsed(data, _KOTLIN)
    headers = [one for one in root.named_children if one.type in _HEADERS]
    texts = [(one.type, " ".join(text_of(one).split()).rstrip(";").strip()) for one in headers]
    annotations = (text for kind, text in texts if kind == "file_annotation" and not _NAMES_ITS_CLASS.search(text))
    package = next((_PACKAGE.match(text) for kind, text in texts if kind == "package_header"), None)
    imports = tuple(text for kind, text in texts if kind == "import")
    return Source(data, root, tuple(annotations), package[1] if package else "", imports, blanked(data, headers))
