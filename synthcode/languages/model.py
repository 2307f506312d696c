"""The facts of one language that the stages read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Language:
    """One row of the language table.

    Node types are those of the language's tree-sitter grammar.
    """

    name: str
    """The key used in columns, options and file names: ``csharp``."""
    label: str
    """As people write it in prose, and as prompts name it: ``C#``."""
    aliases: tuple[str, ...]
    """Other spellings, in lower case, as they occur in options, datasets and fence tags."""
    fence: str
    """The tag that opens a Markdown code block in this language."""
    suffixes: tuple[str, ...]
    """File name endings; the first is the one that is written."""
    grammar: tuple[str, str]
    """Module of the official tree-sitter wheel, and the function in it that gives the grammar."""
    comments: frozenset[str]
    """Node types of comments."""
    functions: frozenset[str]
    """Node types that define a function or method."""
    types: frozenset[str]
    """Node types that define a class, interface, struct or the like."""
    identifiers: frozenset[str]
    """Node types of identifiers that may name a function where it is defined, called or referred to."""
    docstring: Literal["string", "comment"]
    """The place of documentation: the first string of a body, or the comment before a definition."""
    line_comment: str
    """Marks that start a comment which ends with the line."""
    methods_need_class: bool = False
    """Whether a method without its class does not parse."""
    methods_make_fields: bool = False
    """Whether a method may make a field by setting it."""
    fields_are_identifiers: bool = False
    """Whether the grammar has no type of its own for the names of fields."""
    has_extensions: bool = False
    """Whether a function may be defined for a type outside of it, and called on its values."""
    built_in: frozenset[str] = frozenset()
    """Functions of the language itself that a program may define again, for earlier versions of it."""

    def __hash__(self) -> int:
        # Every parse looks its language up, and hashing all fields takes longer than a short program's parse.
        return hash(self.name)
