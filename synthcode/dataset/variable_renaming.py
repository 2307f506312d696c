"""Renaming the variables of a program: parameters and local variables, consistently."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator

import tree_sitter

from synthcode.comments.snippets import Snippet, Span, captured, parse_snippet
from synthcode.dataset.variable_queries import MENTIONS, QUERIES
from synthcode.languages import Language
from synthcode.languages.parsing import ParseTimeout

_WORD = re.compile(rb"[^\W\d][\w$]*+")
_RECEIVER = re.compile(rb"(?:(?<!\.)\.|::)\s*+\Z")
_RECEIVER_REACH = 40
_OWN_MEANING = re.compile(rb"(?:self|cls|this|super|_+|_[A-Z]+|GLOBALS|arg[cv])\Z")
"""Names that say more than that they are a variable's; the latter three are PHP's globals."""
_REFLECTION = frozenset(
    b"eval exec locals vars globals compact extract binding local_variable_get local_variable_set nameof".split()
)
"""Functions that take variables by name: a program that calls one is left as it is."""
_IN_STRINGS = {"kotlin": re.compile(rb"\$([^\W\d]\w*+)"), "rust": re.compile(rb"\{([^\W\d]\w*+)")}
"""Mentions of variables in strings that the grammar takes for text."""
_NOT_A_VALUE = re.compile(rb"\s*+(?::(?!:)|[(!])")
"""What follows a name among the tokens of a macro of Rust if it is that of a field, a function or a macro."""


def rename_variables(code: str, language: Language) -> str:
    """Call the parameters and local variables of a program ``v1``, ``v2`` and so on, in the order of their first use.

    Equal names get equal names, in the whole program. Names of functions, types, fields, modules and libraries stay,
    and so does every variable whose name means something else in another place: that of a field or of a function that
    is called, or of an argument that is passed by name. Comments and strings stay as they are. In Python, JavaScript,
    TypeScript, PHP and Ruby variables outside functions are renamed as well.

    Parameters
    ----------
    code
        A program or a part of one, without comments: they would give the old names away.
    language
        Its language.

    Returns
    -------
    str
        The code; unchanged if it has syntax errors, or looks up variables by name, or cannot be parsed in time.
    """
    try:
        snippet = parse_snippet(code, language)
    except ParseTimeout:
        return code
    words = frozenset(_WORD.findall(snippet.data))
    if snippet.root.has_error or words & _REFLECTION:
        return code
    variables = _variables(snippet, language)
    if not variables:
        return code
    order = sorted(variables, key=lambda name: variables[name][0])
    fresh = (name for name in map(b"v%d".__mod__, itertools.count(1)) if name not in words)
    names = dict(zip(order, fresh, strict=False))
    places = sorted((*span, names[name]) for name, spans in variables.items() for span in spans)
    return _replaced(snippet.data, places).decode("utf-8", "surrogatepass")


def _replaced(data: bytes, places: list[tuple[int, int, bytes]]) -> bytes:
    parts, position = [], 0
    for start, end, name in places:
        parts += [data[position:start], name]
        position = end
    return b"".join([*parts, data[position:]])


def _variables(snippet: Snippet, language: Language) -> dict[bytes, list[Span]]:
    """Return the variables that can be renamed, each with its mentions in order."""
    found = captured(language, QUERIES[language.name] + MENTIONS[language.name], snippet.root)
    if "reflection" in found:
        return {}
    scopes = sorted(snippet.span(node) for node in found.get("scope", []))
    declared = _declared(snippet, scopes, found.get("declared", []), language)
    for name in _kept(snippet, language, found):
        declared.pop(name, None)
    others = {snippet.span(node) for node in found.get("other", [])}
    mentions: dict[bytes, list[Span]] = defaultdict(list)
    for node in found.get("mention", []):
        span = snippet.span(node)
        name = snippet.data[slice(*span)]
        if name in declared and span not in others and not _is_member(snippet.data, span[0]):
            if any(start <= span[0] < end for start, end in declared[name]):
                mentions[name].append(span)
            else:  # a field, a function, something of a library: which, only the language's own rules say
                del declared[name]
    return {name: sorted(mentions[name]) for name in declared if mentions[name]}


def _declared(
    snippet: Snippet, scopes: list[Span], nodes: list[tree_sitter.Node], language: Language
) -> dict[bytes, set[Span]]:
    """Return the scopes in which each name is declared."""
    declared: dict[bytes, set[Span]] = defaultdict(set)
    for node in nodes:
        start, end = snippet.span(node)
        name = snippet.data[start:end]
        around = [scope for scope in scopes if scope[0] <= start and end <= scope[1]]
        if around and not _OWN_MEANING.match(name) and not _is_constant(name, language):
            declared[name].add(min(around, key=lambda scope: scope[1] - scope[0]))
    return declared


def _is_constant(name: bytes, language: Language) -> bool:
    """Return whether a name in a pattern of Rust is that of a constant or of a variant."""
    return language.name == "rust" and name[:1].isupper()


def _kept(snippet: Snippet, language: Language, found: dict[str, list[tree_sitter.Node]]) -> Iterator[bytes]:
    """Yield the names that must stay."""
    yield from (snippet.bytes_of(node) for node in found.get("kept", []))
    for node in found.get("token", []):
        if _NOT_A_VALUE.match(snippet.data, snippet.span(node)[1]):
            yield snippet.bytes_of(node)
    for node in found.get("macro", []):
        yield from _WORD.findall(snippet.bytes_of(node))
    if language.name in _IN_STRINGS:
        yield from _IN_STRINGS[language.name].findall(snippet.data)


def _is_member(data: bytes, start: int) -> bool:
    """Return whether the name at ``start`` is that of a member of what is in front of it."""
    return _RECEIVER.search(data, max(start - _RECEIVER_REACH, 0), start) is not None
