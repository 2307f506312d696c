"""Documentation as strings in languages without docstrings: what a model carries over from Python."""

from __future__ import annotations

import re

from synthcode.comments.removal import Cut
from synthcode.comments.snippets import Snippet, captured
from synthcode.languages import Language

_IN_BRACES = "({body} . (expression_statement [{strings}]) @doc . (_))"
_QUERIES = {
    "javascript": _IN_BRACES.format(body="statement_block", strings="(string)"),
    "typescript": _IN_BRACES.format(body="statement_block", strings="(string)"),
    "php": _IN_BRACES.format(body="compound_statement", strings="(string) (encapsed_string)"),
    "c": _IN_BRACES.format(body="compound_statement", strings="(string_literal) (concatenated_string)"),
    "cpp": _IN_BRACES.format(body="compound_statement", strings="(string_literal) (concatenated_string)"),
    "kotlin": "(function_body (block . [(string_literal) (multiline_string_literal)] @doc . (_)))",
    "ruby": "(method body: (body_statement . [(string) (chained_string)] @doc . (_)))"
    " (singleton_method body: (body_statement . [(string) (chained_string)] @doc . (_)))",
    "rust": " ".join(
        f"(({item} (attribute (identifier) @name value: [(string_literal) (raw_string_literal)])) @doc"
        ' (#eq? @name "doc"))'
        for item in ("attribute_item", "inner_attribute_item")
    ),
}
"""A string that opens a body is only taken where a statement follows it: it is not the value of the body."""
_STRING_OPENS_LINE = re.compile("[{)][ \t]*[\"']|^[ \t]*[\"']", re.MULTILINE)
_SIGNS = {"rust": re.compile(r"\[\s{0,9}doc\b")}
_NO_DOCUMENTATION = re.compile(rb"[\"']use \w|[\"'].*(?:#\{|\$\{|\{\$)", re.DOTALL)
"""JavaScript's directives, and strings that compute something."""


def may_have(code: str, language: Language) -> bool:
    """Return False for code without such strings, unparsed as it is."""
    if language.name not in _QUERIES:
        return False
    return _SIGNS.get(language.name, _STRING_OPENS_LINE).search(code) is not None


def carried_cuts(snippet: Snippet, language: Language) -> list[Cut]:
    """Return the cuts that take such strings out of a snippet."""
    if not may_have(snippet.data.decode("utf-8", "replace"), language):
        return []
    found = captured(language, _QUERIES[language.name], snippet.root).get("doc", [])
    return [Cut(*snippet.span(node)) for node in found if not _NO_DOCUMENTATION.match(snippet.bytes_of(node))]
