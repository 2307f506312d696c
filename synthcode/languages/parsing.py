"""Parsing with tree-sitter's official grammars, within bounds that depend on the text only."""

from __future__ import annotations

import functools
import importlib
import threading
from collections.abc import Callable

import tree_sitter

from synthcode.languages import Language
from synthcode.vocabulary import ParserReason

MAX_BYTES = 100_000
"""Longer texts are not parsed: a grammar's error recovery can take time quadratic in the length."""


MAX_TREE_EXTENT = 10_000
"""Nodes within one another, or tokens in a row. A query takes time quadratic in either: 13 s for 99,000 stars."""
STEPS_PER_SECOND = 5_000
"""A deadline is counted in steps of the parser, not by the clock: whether a text passes must not depend on how busy a
machine is. A step is a call of the progress callback. Sound programs take at most 28 a kB, and 10 us each."""
DEADLINE_S = 2.0


class ParseTimeout(Exception):
    """A text that the parser did not get through within its deadline, or whose tree nothing can be done with."""

    def __init__(self, detail: str = "", reason: ParserReason = "parse_timeout") -> None:
        super().__init__(detail)
        self.reason = reason


@functools.cache
def grammar(language: Language) -> tree_sitter.Language:
    """Load the grammar of a language, once a process."""
    module, function = language.grammar
    return tree_sitter.Language(getattr(importlib.import_module(module), function)())


class _Parsers(threading.local):
    """The parsers of one thread. While a parser calls back, other threads run: one that used it too would crash."""

    def __init__(self) -> None:
        self.by_name: dict[str, tree_sitter.Parser] = {}


_parsers = _Parsers()


def _parser(language: Language) -> tree_sitter.Parser:
    """Return this thread's parser of a language: by its name, since to hash all its fields takes a while."""
    found = _parsers.by_name.get(language.name)
    if found is None:
        found = _parsers.by_name[language.name] = tree_sitter.Parser(grammar(language))
    return found


def parse(source: bytes, language: Language, deadline_s: float = DEADLINE_S) -> tree_sitter.Tree:
    """Parse UTF-8 bytes.

    Parameters
    ----------
    source
        UTF-8 text.
    language
        Whose grammar to use.
    deadline_s
        What the parser may take, in seconds of ``STEPS_PER_SECOND`` steps.

    Raises
    ------
    ParseTimeout
        If the parser needs more steps, or the tree is larger in one direction than ``MAX_TREE_EXTENT``.
    """
    return _parse(source, language, deadline_s)


@functools.lru_cache(maxsize=2)
def _parse(source: bytes, language: Language, deadline_s: float) -> tree_sitter.Tree:
    """Parse as ``parse`` does; what looks at a program after the syntax rules finds its tree here."""
    tree = _parse_until(source, language, deadline_s, lambda _has_error: False)
    assert tree is not None
    return tree


def parse_sound(source: bytes, language: Language, deadline_s: float = DEADLINE_S) -> tree_sitter.Tree | None:
    """Parse as ``parse`` does; return None as soon as the tree is known to have an error.

    A tree may have one all the same. The parser knows of an error for certain once every reading of the text that it
    pursues has one.
    """
    return _parse_until(source, language, deadline_s, lambda has_error: has_error)


def _parse_until(
    source: bytes, language: Language, deadline_s: float, is_enough: Callable[[bool], bool]
) -> tree_sitter.Tree | None:
    """Parse; return None if the parser was stopped because ``is_enough`` of whether the tree has an error."""
    parser = _parser(language)
    steps = 0
    most = deadline_s * STEPS_PER_SECOND
    stopped = False

    def stops(_offset: int, has_error: bool) -> bool:
        nonlocal steps, stopped
        steps += 1
        stopped = is_enough(has_error)
        return stopped or steps > most

    # The callback is ignored for a bytes source and works for a callable one (tree-sitter 0.26).
    try:
        tree = parser.parse(lambda offset, _point: source[offset : offset + 65536], progress_callback=stops)
    except ValueError as problem:  # "Parsing failed"
        parser.reset()
        if stopped:
            return None
        raise ParseTimeout(f"not parsed within {most:,.0f} steps") from problem
    if tree is None:
        parser.reset()
        if stopped:
            return None
        raise ParseTimeout(f"not parsed within {most:,.0f} steps")
    if tree.root_node.descendant_count > MAX_TREE_EXTENT and _is_unwieldy(tree):
        raise ParseTimeout(f"over {MAX_TREE_EXTENT:,} constructs within one another, or tokens in a row", "too_deep")
    return tree if tree.root_node.has_error else _of_bytes(tree, source, parser)


def _of_bytes(tree: tree_sitter.Tree, source: bytes, parser: tree_sitter.Parser) -> tree_sitter.Tree:
    """Return the same tree with its text at hand, so that ``Node.text`` is a slice and no call of a function.

    The parser takes over the nodes of a sound tree: this costs a twentieth of parsing, and what looks at the tree,
    queries with predicates first, reads much text. Errors would be parsed anew, and without a deadline.
    """
    return parser.parse(source, tree)


def _is_unwieldy(tree: tree_sitter.Tree) -> bool:
    """Return whether nodes are nested too deep, or too many tokens without a name follow each other."""
    cursor = tree.walk()
    depth = tokens = 0
    while depth <= MAX_TREE_EXTENT and tokens <= MAX_TREE_EXTENT:
        node = cursor.node
        tokens = 0 if node is None or node.is_named else tokens + 1
        if cursor.goto_first_child():
            depth += 1
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return False
            depth -= 1
    return True
