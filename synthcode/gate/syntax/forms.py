"""The forms in which a text is parsed: as it is, as the program that it is a part of, and in syntax of older times."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import tree_sitter

from synthcode.gate.syntax.other_forms import other_forms
from synthcode.gate.syntax.rewrites import masked
from synthcode.languages.rules import SyntaxRules

_TYPE = re.compile(rb"\b(?:class|interface|enum|record|struct|namespace)\s+\w")
_MAY_BEGIN_LITERAL = re.compile(rb"[/\"'`]")


@dataclass(frozen=True, slots=True)
class Form:
    """A text as its parser gets it."""

    data: bytes
    added_lines: int = 0
    """Put before the text so that it begins as programs do."""
    is_member: bool = False
    """Whether a type was put around it."""

    def is_sound(self, root: tree_sitter.Node) -> bool:
        """Return whether the root of its tree has no error."""
        # A member closes no more than it opens.
        return not root.has_error and (not self.is_member or root.named_child_count == 1)


def forms(data: bytes, rules: SyntaxRules) -> Iterator[Form]:
    """Yield the forms of a text, in the order in which they are tried: the first is the text as it is."""
    if rules.end is not None and (end := rules.end.search(data)) is not None:
        data = data[: end.start()]
    data += b"\n"  # a directive of C needs the end of its line
    if rules.separators is not None:
        data = rules.separators(data)
    opening, opened = _opened(data, rules)
    yield Form(opened, opening.count(b"\n"))
    if not opening and _begins_with_text(data, rules):
        yield Form(rules.opening + data, rules.opening.count(b"\n"))
    for other in other_forms(opened, rules):
        yield Form(other, opening.count(b"\n"))
    if rules.enclosure is not None and not _declares_type(opened, rules):
        before, after = rules.enclosure
        yield Form(before + opened + after, before.count(b"\n"), is_member=True)


def _opened(data: bytes, rules: SyntaxRules) -> tuple[bytes, bytes]:
    """Return the prefix that makes a text begin as programs do, and the text after it."""
    if not rules.opening:
        return b"", data
    opened = re.search(rules.opened, data)
    if opened is None:
        return rules.opening, rules.opening + data
    if opened[1] is not None:
        return b"", data[: opened.start(1)] + rules.opening.rstrip() + data[opened.end(1) :]
    return b"", data


def _begins_with_text(data: bytes, rules: SyntaxRules) -> bool:
    """Return whether there is text before the first opening: the opening may be within a string, or printed by code."""
    opened = re.search(rules.opened, data) if rules.opening else None
    return opened is not None and not data[: opened.start()].isspace() and opened.start() > 0


def _declares_type(data: bytes, rules: SyntaxRules) -> bool:
    """Return whether a text declares a type, or a namespace, in code."""
    found = _TYPE.search(data)
    if found is None or not _MAY_BEGIN_LITERAL.search(data, 0, found.start()):
        return found is not None
    return _TYPE.search(masked(data, rules.literals)) is not None
