"""Code without comments and docstrings."""

from __future__ import annotations

import functools
import re
from itertools import takewhile

import tree_sitter

from synthcode.comments.carried_docstrings import carried_cuts, may_have
from synthcode.comments.removal import Cut, remove
from synthcode.comments.snippets import BEFORE_CODE, Captures, Snippet, Span, any_of, captured, parse_snippet
from synthcode.comments.string_statements import STRING_STATEMENT, string_cuts
from synthcode.languages import Language
from synthcode.languages.parsing import ParseTimeout

_SIGNS = {
    "python": re.compile("[#\"']"),
    "ruby": re.compile("#|^=begin", re.MULTILINE),
    "php": re.compile("//|/\\*|#"),
    "javascript": re.compile("//|/\\*|<!--|-->"),
    "typescript": re.compile("//|/\\*|<!--|-->"),
}
_SLASHES = re.compile("//|/\\*")
"""Without one of these in it a text has no comments, and need not be parsed."""

_CODING = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*[-\w.]+")
_RUBY_MAGIC = re.compile(
    rb"#\s*(?:-\*-\s*)?(?:frozen[_-]string[_-]literal|warn[_-]indent|shareable[_-]constant[_-]value)\s*:",
    re.IGNORECASE,
)
_MEANING = {
    "python": {"second line": _CODING, "first line": re.compile(rb"#!")},
    "ruby": {"second line": _CODING, "first line": re.compile(rb"#!"), "head": _RUBY_MAGIC},
    "go": {"anywhere": re.compile(rb"//go:(?!generate)[a-z]|// ?\+build\s|//export\s")},
    "typescript": {"head": re.compile(rb"///\s*<(?:reference|amd-)")},
}
"""Comments that change what a program does, by where they must stand to do so."""
_TEXT_BLOCK = b'"""'
_C_IMPORT = b'import "C"'


def strip(code: str, language: Language) -> str:
    """Return code without comments and, in Python, without docstrings.

    Comments that change the meaning of a program stay: shebangs, ``//go:build`` and other Go directives, the preamble
    of ``import "C"``, Ruby's magic comments, Python's coding line, TypeScript's ``/// <reference>``. Hints to linters
    and type checkers are removed. In Python every string that is a statement of its own is removed, not only the
    docstring: such strings serve as comments, and the next one would become the docstring. A body that held nothing
    else becomes ``pass``. In other languages the strings that open a body go if a statement follows them, as do
    Rust's attributes ``#[doc = "..."]``. Lines are removed as ``removal.remove`` describes; nothing else changes.

    Parameters
    ----------
    code
        A file, or a part of one: a single method, PHP without its tag. If it does not parse, everything that the
        parser takes for a comment is removed all the same.
    language
        Its language.

    Returns
    -------
    str
        The code; unchanged if it is too long to parse, or the parser too slow.
    """
    if not may_have_comments(code, language):
        return code
    try:
        snippet = parse_snippet(code, language)
    except ParseTimeout:
        return code
    return cut_out(snippet, comment_cuts(snippet, language), language)


def may_have_comments(code: str, language: Language) -> bool:
    """Return False for code without comments, and without strings where they serve as comments, unparsed as it is."""
    return _SIGNS.get(language.name, _SLASHES).search(code) is not None or may_have(code, language)


def comment_cuts(snippet: Snippet, language: Language, found: Captures | None = None) -> list[Cut]:
    """Return the cuts that leave a snippet as ``strip`` would.

    ``found`` are the nodes that the query ``comment_nodes`` captures, if they are known.
    """
    found = captured(language, comment_nodes(language), snippet.root) if found is None else found
    comments, strings = _without_meaning(snippet, language, found)
    spans = [comment_span(snippet, node) for node in comments] + list(snippet.hidden_comments)
    cuts = [Cut(*span) for span in spans] + [cut for _, cut in string_cuts(snippet, strings, docstrings_only=False)]
    return cuts + carried_cuts(snippet, language)


def comment_span(snippet: Snippet, comment: tree_sitter.Node) -> Span:
    """Return where a comment stands, without the end of its line, which some grammars count in."""
    start, end = snippet.span(comment)
    return start, start + len(snippet.data[start:end].rstrip(b"\r\n"))


def cut_out(snippet: Snippet, cuts: list[Cut], language: Language) -> str:
    """Return the text of a snippet without the cuts."""
    left = remove(snippet.data, cuts, keep_breaks=language.name not in ("c", "cpp")) if cuts else snippet.data
    return left.decode("utf-8", "surrogatepass")


def comments_and_strings(snippet: Snippet, language: Language) -> tuple[list[tree_sitter.Node], list[tree_sitter.Node]]:
    """Return the comments without a meaning to machines, and Python's statements that are but a string."""
    return _without_meaning(snippet, language, captured(language, comment_nodes(language), snippet.root))


def _without_meaning(
    snippet: Snippet, language: Language, found: Captures
) -> tuple[list[tree_sitter.Node], list[tree_sitter.Node]]:
    comments, strings = found.get("comment", []), found.get("string", [])
    if language.name == "java" and _TEXT_BLOCK in snippet.data:
        # The grammar takes "//" at the start of a text block for a comment, with the line break before it.
        comments = [node for node in comments if snippet.bytes_of(node).startswith(b"/")]
    meaningful = _meaningful(snippet, comments, language)
    return [node for node in comments if node.id not in meaningful] if meaningful else comments, strings


@functools.cache
def comment_nodes(language: Language) -> str:
    """Return the query that captures comments as ``@comment``, and strings that serve as comments as ``@string``."""
    pattern = any_of(language.comments, "comment")
    return f"{pattern} {STRING_STATEMENT}" if language.docstring == "string" else pattern


def _meaningful(snippet: Snippet, comments: list[tree_sitter.Node], language: Language) -> set[int]:
    """Return the ids of the comments without which a program would be another."""
    found: set[int] = set()
    for place, pattern in _MEANING.get(language.name, {}).items():
        alike = [node for node in comments if pattern.match(snippet.bytes_of(node))]
        code_start = head_end(snippet.root) if alike else 0
        found.update(node.id for node in alike if _stands(node, place, code_start))
    if language.name == "go" and _C_IMPORT in snippet.data:
        found |= _c_preamble(snippet.root)
    return found


def _stands(comment: tree_sitter.Node, place: str, code_start: int) -> bool:
    if place == "first line":
        return comment.start_byte == 0
    if place == "second line" and (comment.start_point.row > 1 or comment.start_point.column > 0):
        return False
    return place == "anywhere" or comment.start_byte < code_start


def head_end(root: tree_sitter.Node) -> int:
    """Return the byte at which code begins, after shebang, tag and comments."""
    head = takewhile(lambda node: node.is_extra or node.type in BEFORE_CODE, root.children)
    return max((node.end_byte for node in head), default=0)


def _c_preamble(root: tree_sitter.Node) -> set[int]:
    """Return the ids of the comments that cgo compiles: those that end on the line before ``import "C"``."""
    found: set[int] = set()
    row = -1  # where the preamble that is being read backwards begins
    for node in reversed(root.children):
        if node.type == "import_declaration":
            row = node.start_point.row if node.text == _C_IMPORT else -1
        elif node.type == "comment" and node.end_point.row == row - 1:
            found.add(node.id)
            row = node.start_point.row
        elif node.is_named:
            row = -1
    return found
