"""Code that a language rejects although its grammar accepts it, and what counts as a definition."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from typing import NamedTuple

import tree_sitter

C_COMMENT = rb"//[^\n]*|/\*[^*]*+(?:\*(?!/)[^*]*+)*+(?:\*/|\Z)"
"""Regular expression of a comment, which may be open at the end of the text."""
C_QUOTED = rb"\"[^\"\\\n]*+(?:\\.[^\"\\\n]*+)*+\"?|'[^'\\\n]*+(?:\\.[^'\\\n]*+)*+'?"
"""Regular expression of what stands between quotes on one line."""
# Begins with a set of characters, and looks at what precedes only after one of them: a search skips to such characters.
C_LITERALS = re.compile(
    rb"""
    [/"'`R\d]
    (?: (?<=/) (?: /[^\n]* | \*[^*]*+(?:\*(?!/)[^*]*+)*+(?:\*/|\Z) )
      | (?<=") [^"\\\n]*+(?:\\.[^"\\\n]*+)*+"?
      | (?<=') [^'\\\n]*+(?:\\.[^'\\\n]*+)*+'?
      | (?<=`) [^`\\]*+(?:\\.[^`\\]*+)*+`?
      | (?<=R)(?<!\wR) "(?P<mark>[^()\\\s]{0,16})\(.*?(?:\)(?P=mark)"|\Z)
      | (?<=\d)(?<!\w\d) (?P<other>(?:'?[\w.])*)
    )
    """,
    re.DOTALL | re.VERBOSE,
)
"""Comments and strings of C, and of the languages that took theirs. A number may hold quotes: ``1'000``."""


class Refusal(NamedTuple):
    """A construct that the grammar takes and the language does not."""

    why: str
    """The problem, to follow ``line 3: ``."""
    pattern: str
    """A tree-sitter query, one pattern, that captures it as ``@bad``."""
    unless: Set[str] = frozenset()
    """Types of nodes that are in order though the query captures them."""
    on_new_line: bool = False
    """Refused only where it starts on another line than what stands before it ends."""
    within: Set[str] = frozenset()
    """Types of nodes: refused only where one of these is around it, within ``up_to``."""
    outside: Set[str] = frozenset()
    """Types of nodes: refused only where none of these is around it, within ``up_to``."""
    up_to: Set[str] = frozenset()
    """Types of nodes beyond which nothing counts as around it: functions, where it is loops."""
    repeats: bool = False
    """Refused only where two of its children have the same name."""
    when: Callable[[tree_sitter.Node], bool] | None = None
    """Refused only if this is true of the node: for what a query cannot say."""
    shown_by: re.Pattern[bytes] | None = None
    """Matches in every text that has what is refused: without a match there, the query is spared."""
    hints: tuple[bytes, ...] = ()
    """One of them is part of every text that ``shown_by`` matches: looking for it is many times as fast."""
    at_top: bool = False
    """All but the types ``unless`` are refused at the top of a program: a look there may spare the query."""


class Rewrite(NamedTuple):
    """Syntax that the grammar does not know, and what it knows instead.

    It is applied only to a text that does not parse as it is.
    """

    pattern: re.Pattern[bytes]
    """Matches in code without comments and without what its strings hold; all it has in groups is replaced."""
    replacement: bytes
    """What stands for each group; blanks fill the rest."""
    hints: tuple[bytes, ...]
    """One of them is part of every text that the pattern matches: looking for it is many times as fast."""
    shown_by: re.Pattern[bytes] | None = None
    """Matches in every text, comments and strings included, that the rewrite may be of use to: after a line break."""


def rewrite(hints: str | Iterable[str], pattern: str, replacement: str = "", *, shown_by: str | None = None) -> Rewrite:
    """Return a rewrite of what a regular expression has in its groups.

    White space in it is bounded, as are its other repetitions: a search must not take time quadratic in the text.
    """
    bounded = pattern.replace(r"\s*", r"\s{0,40}").replace(r"\s+", r"\s{1,40}")
    shown = None if shown_by is None else re.compile(shown_by.encode())
    words = tuple(hint.encode() for hint in ([hints] if isinstance(hints, str) else hints))
    return Rewrite(re.compile(bounded.encode(), re.MULTILINE), replacement.encode(), words, shown)


@dataclass(frozen=True, slots=True)
class SyntaxRules:
    """The syntax gate's rules for a language, in addition to its grammar.

    Grammars are made for editors: they accept the programs of every version of a language, and more. Each rule was
    found by comparing a grammar with the language's own toolchain on programs with a token or bracket removed, a
    line of prose or Markdown inserted, or the end cut off.
    """

    definitions: str
    """Query that captures what defines a function or type, by a name or as the value of one."""
    shown_by: re.Pattern[bytes] = re.compile(b"")
    """Matches in every text that defines something: a text without a match is spared the parser, where it does not
    matter what else is wrong with it."""
    refused: tuple[Refusal, ...] = ()
    """Constructs that the grammar takes and the language does not."""
    words: tuple[Refusal, ...] = ()
    """Syntactically valid constructs that are in fact prose around the code."""
    regex: str = ""
    """Query, one pattern, that captures regular expressions as ``@regex``."""
    end: re.Pattern[bytes] | None = None
    """Matches what ends the code: the rest of the text is data."""
    regex_options: str = ""
    """The letters that may follow one."""
    separators: Callable[[bytes], bytes] | None = None
    """Writes out the separators that the language reads into line breaks, on the same lines."""
    rewrites: tuple[Rewrite, ...] = ()
    """Newer syntax, for a text that does not parse."""
    literals: re.Pattern[bytes] = C_LITERALS
    """Matches comments and strings, in which nothing is rewritten; in its group ``other``, what only begins as one."""
    heredocs: bool = False
    """Whether a text that does not parse is read once more with Ruby's here-documents emptied."""
    preprocessor: Mapping[bytes, bytes] | None = None
    """The macros of C's preprocessor from the start, if a text that does not parse is to go through it."""
    spaces: str = ""
    """Characters beyond ASCII that are white space."""
    between: bytes = b""
    """What may stand between declarations at the top although the tree has no node for it."""
    opening: bytes = b""
    """The text that a program starts with; a fragment is parsed after it."""
    opened: bytes = b""
    """Regular expression for what shows that a text has its opening; a group is a short form, to be written out."""
    enclosure: tuple[bytes, bytes] | None = None
    """The text before and after a single method that does not parse by itself."""
    overlooked: str = ""
    """Query that captures errors of the grammar which the language's own parser does not report."""
    overlooked_end: re.Pattern[bytes] = re.compile(b"")
    """Matches in every text with such an error: its last word shows it."""
    includes: frozenset[str] = frozenset()
    """Languages whose programs are programs of this one, but for details."""


def only_at_top(root: str, types: Iterable[str], when: Callable[[tree_sitter.Node], bool] | None = None) -> Refusal:
    """Refuse all but nodes of some types at the top of a program, whose node is ``root``."""
    what = "it cannot stand outside of a definition"
    return Refusal(what, f"({root} (_) @bad)", frozenset(types), when=when, at_top=True)


def words(listing: str) -> str:
    """Return words between spaces as the operands of ``#any-of?``."""
    return " ".join(f'"{word}"' for word in listing.split())


FOREIGN_TYPES = words("def fn fun func function let sub val")
"""Keywords of other languages' declarations: before a name they read as its type. ``var`` is a type of C# and Java."""
FOREIGN = "a keyword of another language stands as a type"
