"""Renaming the variables of a program: parameters and local variables, consistently."""

from __future__ import annotations

import bisect
import itertools
import re
from collections import defaultdict, deque
from collections.abc import Iterator

import tree_sitter

from synthcode.comments.snippets import Snippet, Span, captured, parse_snippet
from synthcode.dataset.variable_queries import MENTIONS, QUERIES
from synthcode.languages import Language
from synthcode.languages.parsing import ParseTimeout

_WORD = re.compile(rb"[^\W\d][\w$]*+")
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
    declared = _declared(snippet, language, found)
    for name in _kept(snippet, language, found):
        declared.pop(name, None)
    others = {snippet.span(node) for node in found.get("other", [])}
    others |= {span for span in map(snippet.span, found.get("token", [])) if _is_member(snippet.data, span[0])}
    mentions: dict[bytes, list[Span]] = defaultdict(list)
    for node in found.get("mention", []):
        span = snippet.span(node)
        name = snippet.data[slice(*span)]
        if name in declared and span not in others:
            if _are_around(declared[name], span[0]):
                mentions[name].append(span)
            else:  # a field, a function, something of a library: which, only the language's own rules say
                del declared[name]
    return {name: sorted(mentions[name]) for name in declared if mentions[name]}


def _declared(
    snippet: Snippet, language: Language, found: dict[str, list[tree_sitter.Node]]
) -> dict[bytes, list[Span]]:
    """Return the scopes in which each name is declared: in order, none within another."""
    scopes = sorted((snippet.span(node) for node in found.get("scope", [])), key=lambda span: (span[0], -span[1]))
    remaining = deque(scopes)
    around: list[Span] = []
    declared: dict[bytes, list[Span]] = defaultdict(list)
    for start, end in sorted(map(snippet.span, found.get("declared", []))):
        while remaining and remaining[0][0] <= start:
            around.append(remaining.popleft())
        while around and around[-1][1] < end:
            around.pop()
        name = snippet.data[start:end]
        if around and not _OWN_MEANING.match(name) and not _is_constant(name, language):
            declared[name].append(around[-1])
    return {name: _outermost(spans) for name, spans in declared.items()}


def _outermost(spans: list[Span]) -> list[Span]:
    """Leave out spans within others; no two overlap otherwise."""
    outermost: list[Span] = []
    for span in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not outermost or span[0] >= outermost[-1][1]:
            outermost.append(span)
    return outermost


def _are_around(spans: list[Span], place: int) -> bool:
    """Return whether a place is in one of some spans, which are in order and do not overlap."""
    before = bisect.bisect_right(spans, place, key=lambda span: span[0])
    return before > 0 and place < spans[before - 1][1]


def _is_constant(name: bytes, language: Language) -> bool:
    """Return whether a name in a pattern of Rust is that of a constant or of a variant."""
    return language.name == "rust" and name[:1].isupper()


def _kept(snippet: Snippet, language: Language, found: dict[str, list[tree_sitter.Node]]) -> Iterator[bytes]:
    """Yield the names that must stay."""
    yield from (snippet.bytes_of(node) for node in found.get("kept", []))
    for node in found.get("token", []):
        start, end = snippet.span(node)
        if _NOT_A_VALUE.match(snippet.data, end) and not _is_member(snippet.data, start):
            yield snippet.bytes_of(node)
    for node in found.get("macro", []):
        yield from _WORD.findall(snippet.bytes_of(node))
    if language.name in _IN_STRINGS:
        yield from _IN_STRINGS[language.name].findall(snippet.data)


def _is_member(data: bytes, start: int) -> bool:
    """Return whether a token of a macro is the name of a member: ``.name``, and not ``..name``."""
    before = data[max(start - 2, 0) : start]
    return before.endswith((b".", b"::")) and before != b".."
