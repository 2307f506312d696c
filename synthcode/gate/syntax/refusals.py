"""What a language rejects although its grammar accepts it: queries over a tree, and regular expressions in it."""

from __future__ import annotations

import functools
import re
from collections.abc import Set

import tree_sitter

from synthcode.comments.snippets import in_order
from synthcode.gate.syntax.regex_literals import malformation
from synthcode.languages import LANGUAGES, Language
from synthcode.languages.parsing import grammar
from synthcode.languages.rules import RULES, Refusal, SyntaxRules

_REGEX = re.compile(r"/(?P<body>.*)/(?P<options>[a-z]*)", re.DOTALL)
_NAMES = frozenset({"identifier", "name", "variable_name"})


def find_refused(root: tree_sitter.Node, language: Language) -> tuple[int, str] | None:
    """Return the line of a construct that the language does not take, and what is wrong with it, or None."""
    rules = RULES[language.name]
    for number, captured in _checks(language.name).matches(root):
        if number == len(rules.refused):
            node = captured["regex"][0]
            if (malformed := _regex_problem(node, rules)) is not None:
                return line_of_node(node), f"in a regular expression {malformed}"
        elif _is_refused(captured["bad"][0], rules.refused[number]):
            return line_of_node(captured["bad"][0]), rules.refused[number].why
    return None


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
def _checks(language_name: str) -> tree_sitter.QueryCursor:
    """Return a query of all that is refused of a language, and then its regular expressions: one walk finds all."""
    rules = RULES[language_name]
    return _cursor(language_name, "\n".join([*(refusal.pattern for refusal in rules.refused), rules.regex]))


def captures(language: Language, pattern: str, root: tree_sitter.Node) -> dict[str, list[tree_sitter.Node]]:
    """Return the nodes that a query captures, by name, as the text has them."""
    return in_order(_cursor(language.name, pattern).captures(root))


@functools.cache
def _cursor(language_name: str, pattern: str) -> tree_sitter.QueryCursor:
    # To make a cursor takes as long as to walk a small tree with it.
    return tree_sitter.QueryCursor(tree_sitter.Query(grammar(LANGUAGES[language_name]), pattern))


def line_of_node(node: tree_sitter.Node) -> int:
    """Return the line that a node begins in, from 1."""
    return node.start_point.row + 1
