"""What a language refuses though its grammar takes it, and what counts as a definition."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


class Refusal(NamedTuple):
    """A construct that the grammar takes and the language does not."""

    why: str
    """What is wrong, to follow ``line 3: ``."""
    pattern: str
    """A tree-sitter query, one pattern, that captures it as ``@bad``."""
    unless: frozenset[str] = frozenset()
    """Types of nodes that are in order though the query captures them."""
    on_new_line: bool = False
    """Refused only where it starts on another line than what stands before it ends."""


@dataclass(frozen=True, slots=True)
class SyntaxRules:
    """What the syntax gate knows of a language beside its grammar.

    Grammars are made for editors: they take the programs of every version of a language, and more. Each rule was
    found by holding a grammar against the language's own toolchain, over programs with a token or bracket taken
    out, a line of prose or Markdown put in, or the end cut off.
    """

    definitions: str
    """Query that captures what defines a function or type, by a name or as the value of one."""
    refused: tuple[Refusal, ...] = ()
    """Constructs that the grammar takes and the language does not."""
    words: tuple[Refusal, ...] = ()
    """Sound constructs that do nothing: what an answer says before and behind its code, not code."""
    regex: str = ""
    """Query, one pattern, that captures regular expressions as ``@regex``."""
    nested_classes: bool = False
    """Whether a class of a regular expression may hold another."""
    spaces: str = ""
    """Characters beyond ASCII that are white space."""
    opening: bytes = b""
    """What a program starts with, and a fragment is parsed behind."""
    opened: bytes = b""
    """Regular expression for what shows that a text has its opening; a group is a short form, to be written out."""
    enclosure: tuple[bytes, bytes] | None = None
    """What a lone method is parsed between where it does not parse alone."""
    overlooked: str = ""
    """Query that captures errors of the grammar which the language's own parser does not report."""
    includes: frozenset[str] = frozenset()
    """Languages whose programs are programs of this one, but for details."""


def only_at_top(root: str, types: Iterable[str]) -> Refusal:
    """Refuse all but nodes of some types at the top of a program, whose node is ``root``."""
    return Refusal("it cannot stand outside of a definition", f"({root} (_) @bad)", frozenset(types))


def words(listing: str) -> str:
    """Return words between spaces as the operands of ``#any-of?``."""
    return " ".join(f'"{word}"' for word in listing.split())


FOREIGN_TYPES = words("def fn fun func function let sub val")
"""What declares something in other languages: before a name it reads as its type. ``var`` is a type of C# and Java."""
FOREIGN = "a keyword of another language stands as a type"
