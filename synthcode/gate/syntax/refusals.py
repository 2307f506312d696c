"""What a language rejects although its grammar accepts it: queries over a tree, and regular expressions in it."""

from __future__ import annotations

import functools
import re
from collections.abc import Set

import tree_sitter

from synthcode.comments.snippets import captured, query_cursor
from synthcode.gate.syntax.regex_literals import malformation
from synthcode.gate.syntax.rewrites import has_one_of
from synthcode.languages import Language
from synthcode.languages.rules import RULES, Refusal, SyntaxRules

_REGEX = re.compile(r"/(?P<body>.*)/(?P<options>[a-z]*)", re.DOTALL)
_ONE_WORD = re.compile(rb"\\(?P<backslash>\\)|(?P<word>[A-Za-z_\"]{2,40})(?:\\[bs]\+{0,2})?")
_NAMES = frozenset({"identifier", "name", "variable_name"})


def find_refused(root: tree_sitter.Node, data: bytes, language: Language) -> tuple[int, str] | None:
    """Return the line of a construct that the language does not take, and what is wrong with it, or None."""
    rules = RULES[language.name]
    is_shown = _is_shown(data, language.name)
    cursor, refused = _checks(language.name, is_shown=is_shown, has_stray=_has_stray(root, language.name))
    for number, nodes in cursor.matches(root):
        if number == len(refused):
            node = nodes["regex"][0]
            if (malformed := _regex_problem(node, rules)) is not None:
                return line_of_node(node), f"in a regular expression {malformed}"
        elif _is_refused(nodes["bad"][0], refused[number]):
            return line_of_node(nodes["bad"][0]), refused[number].why
    return None


def find_definition_and_words(root: tree_sitter.Node, language: Language) -> tuple[bool, tuple[int, str] | None]:
    """Return whether a program defines a function or type, and the line of what is sound, and no code all the same.

    One walk finds both.
    """
    words = RULES[language.name].words
    found = captured(language, _definition_and_words(language.name), root)
    said = next((number for number in range(len(words)) if f"word{number}" in found), None)
    problem = None if said is None else (line_of_node(found[f"word{said}"][0]), words[said].why)
    return "definition" in found, problem


@functools.cache
def _definition_and_words(language_name: str) -> str:
    rules = RULES[language_name]
    words = (word.pattern.replace("@bad", f"@word{number}") for number, word in enumerate(rules.words))
    return "\n".join([rules.definitions, *words])


def _is_refused(node: tree_sitter.Node, refusal: Refusal) -> bool:
    if refusal.on_new_line:
        before = node.prev_sibling
        return before is not None and before.end_point.row < node.start_point.row
    if refusal.within or refusal.outside:
        return _is_around(refusal.within or refusal.outside, node, refusal.up_to) == bool(refusal.within)
    if refusal.repeats:
        if node.named_child_count < 2:
            return False
        names = [name for child in node.named_children if (name := _name(child)) is not None]
        return len(names) > len(set(names))
    return node.type not in refusal.unless and (refusal.when is None or refusal.when(node))


def _is_around(types: Set[str], node: tree_sitter.Node, up_to: Set[str]) -> bool:
    parent = node.parent
    while parent is not None and parent.type not in types and parent.type not in up_to:
        parent = parent.parent
    return parent is not None and parent.type in types


def _name(node: tree_sitter.Node) -> bytes | None:
    """Return the name of a parameter or a member; one that starts with an underscore may be there twice."""
    named = node.child_by_field_name("name") or node
    text = named.text if named.type in _NAMES else None
    return None if text is None or text.startswith(b"_") else text


def _regex_problem(node: tree_sitter.Node, rules: SyntaxRules) -> str | None:
    written = _REGEX.fullmatch((node.text or b"").decode("utf-8", "replace"))
    if written is None:
        return None  # %r{}
    if set(written["options"]) - set(rules.regex_options):
        return "there is no such option"
    if "#{" in written["body"] or "x" in written["options"]:
        return None  # a body that is put together at run time, comments in it
    return malformation(written["body"])


@functools.cache
def _checks(
    language_name: str, *, is_shown: bool, has_stray: bool
) -> tuple[tree_sitter.QueryCursor, tuple[Refusal, ...]]:
    """Return a query of what is refused of a language, and then its regular expressions: one walk finds all.

    What a text cannot have is left out of the query, since each pattern of it costs a walk time. There are few
    queries, not one for each combination: to make one takes up to 0.2 s.

    Parameters
    ----------
    language_name
        The language.
    is_shown
        Whether a pattern of ``_shown_by`` matches in the text.
    has_stray
        Whether something is at the top of the program that cannot be there.
    """
    rules = RULES[language_name]
    refused = tuple(
        refusal
        for refusal in rules.refused
        if (has_stray or not refusal.at_top) and (is_shown or refusal.shown_by is None)
    )
    return query_cursor(language_name, "\n".join([*(refusal.pattern for refusal in refused), rules.regex])), refused


def _is_shown(data: bytes, language_name: str) -> bool:
    """Return whether a text may have something that only a look for it adds to the query."""
    return any((not hints or has_one_of(hints, data)) and sign.search(data) for sign, hints in _shown_by(language_name))


@functools.cache
def _shown_by(language_name: str) -> tuple[tuple[re.Pattern[bytes], tuple[bytes, ...]], ...]:
    """Return the patterns that show something to refuse, each once, with what hints at a match."""
    refused = RULES[language_name].refused
    return tuple(dict.fromkeys((one.shown_by, one.hints or _hints(one.shown_by)) for one in refused if one.shown_by))


def _hints(sign: re.Pattern[bytes]) -> tuple[bytes, ...]:
    """Return the word that a pattern begins with, if it is one word and what ends it: to look for that is faster."""
    word = None if sign.flags & re.IGNORECASE else _ONE_WORD.fullmatch(sign.pattern)
    return () if word is None else (word["backslash"] or word["word"],)


def _has_stray(root: tree_sitter.Node, language_name: str) -> bool:
    """Return whether something is at the top of a program that cannot be there."""
    types = _top_types(language_name)
    return types is not None and any(child.type not in types for child in root.named_children)


@functools.cache
def _top_types(language_name: str) -> Set[str] | None:
    """Return the types of nodes that can be at the top of a program; None if the language has no such rule."""
    return next((refusal.unless for refusal in RULES[language_name].refused if refusal.at_top), None)


def line_of_node(node: tree_sitter.Node) -> int:
    """Return the line that a node begins in, from 1."""
    return node.start_point.row + 1
