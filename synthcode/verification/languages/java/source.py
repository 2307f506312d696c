"""A Java text taken apart: its package, its imports, and its types; lone methods get a class."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import tree_sitter

from synthcode.languages import get_language
from synthcode.verification.languages.jvm.trees import blanked, parsed, text_of

LONE = "Solution"
"""The class of methods that stand without one."""
_JAVA = get_language("java")
_USUAL = ("java.io", "java.math", "java.util", "java.util.function", "java.util.regex", "java.util.stream")
_HEADERS = frozenset({"package_declaration", "import_declaration"})
_MEMBERS = frozenset({"method_declaration", "field_declaration", "local_variable_declaration"})
_ON_DEMAND = re.compile(r"^\s*import\s+([\w.]+)\s*\.\s*\*\s*;")


@dataclass(frozen=True)
class Source:
    """A compilation unit."""

    data: bytes
    root: tree_sitter.Node
    package: str
    """Empty for none."""
    imports: tuple[str, ...]
    """Whole declarations."""
    body: bytes
    """All but the package and the imports, which are left blank: lines keep their numbers."""

    @property
    def types(self) -> dict[str, tree_sitter.Node]:
        """The types at the top, by name."""
        found = ((one.child_by_field_name("name"), one) for one in self.root.named_children if one.type in _JAVA.types)
        return {text_of(name): node for name, node in found if name is not None}

    def joined(self, body: str, imports: Iterable[str]) -> str:
        """Return a compilation unit with the body and this one's own imports, others, and the usual ones."""
        packages = {found[1] for one in self.imports if (found := _ON_DEMAND.match(one))}
        usual = [f"import {name}.*;" for name in _USUAL] if packages <= {*_USUAL, "java.lang"} else []
        package = f"package {self.package}; " if self.package else ""
        return package + " ".join(dict.fromkeys((*usual, *imports, *self.imports))) + body


def read_source(code: str) -> Source:
    """Take a text apart.

    Raises
    ------
    Untestable
        If it cannot be parsed in time.
    """
    source = _read(code.encode("utf-8", "replace"))
    if not any(one.type in _MEMBERS for one in source.root.named_children):
        return source
    package = f"package {source.package}; ".encode() if source.package else b""
    imports = " ".join(source.imports).encode()
    return _read(package + imports + f"class {LONE} {{ ".encode() + source.body + b"\n}\n")


def _read(data: bytes) -> Source:
    root = parsed(data, _JAVA)
    headers = [one for one in root.named_children if one.type in _HEADERS]
    package = next((one for one in headers if one.type == "package_declaration"), None)
    name = text_of(package).removeprefix("package").strip().rstrip(";").strip()
    imports = tuple(" ".join(text_of(one).split()) for one in headers if one.type == "import_declaration")
    return Source(data, root, name if re.fullmatch(r"[\w.]*", name) else "", imports, blanked(data, headers))
