"""Imports of Java and Kotlin that only further libraries can satisfy: what uses them cannot be tested here."""

from __future__ import annotations

import re
from collections.abc import Iterable

from synthcode.verification.cases.case import Untestable

_IMPORTED = re.compile(r"import\s+(?:static\s+)?([\w.`]+)")
_JAVAX = (
    "accessibility annotation.processing crypto imageio lang.model management naming net print script security sound "
    "sql swing tools transaction.xa xml.catalog xml.crypto xml.datatype xml.namespace xml.parsers xml.stream "
    "xml.transform xml.validation xml.xpath"
)
_STANDARD = ("java", "jdk", "sun", "com.sun", "org.w3c.dom", "org.xml.sax", "org.ietf.jgss")
STANDARD_LIBRARY = (*_STANDARD, *(f"javax.{name}" for name in _JAVAX.split()))
"""Packages of the JDK, and all below them."""


def refuse_foreign_imports(imports: Iterable[str], packages: Iterable[str]) -> None:
    """Refuse a program that imports from other packages.

    Parameters
    ----------
    imports
        Its import declarations.
    packages
        The standard library, and the program's own package.

    Raises
    ------
    Untestable
        If an import is from none of them. Names without a dot, and the fully qualified names of a program's own types,
        are its own.
    """
    known = tuple(f"{package}." for package in packages if package)
    for declaration in imports:
        found = _IMPORTED.match(declaration)
        name = found[1].replace("`", "").strip(".") if found is not None else ""
        if "." in name and not f"{name}.".startswith(known) and name[0].islower():
            raise Untestable(f"it imports {name}, which is not in the standard library")
