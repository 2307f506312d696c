"""Parsing with tree-sitter's official grammars, within a deadline."""

from __future__ import annotations

import functools
import importlib
import time

import tree_sitter

from synthcode.languages import Language

MAX_BYTES = 100_000
"""Longer texts are not parsed: a grammar's error recovery can take time quadratic in the length."""


class ParseTimeout(Exception):
    """A text that the parser did not get through within its deadline."""


@functools.cache
def grammar(language: Language) -> tree_sitter.Language:
    """Load the grammar of a language, once a process."""
    module, function = language.grammar
    return tree_sitter.Language(getattr(importlib.import_module(module), function)())


@functools.cache
def _parser(language: Language) -> tree_sitter.Parser:
    return tree_sitter.Parser(grammar(language))


def parse(source: bytes, language: Language, deadline_s: float = 2.0) -> tree_sitter.Tree:
    """Parse UTF-8 bytes.

    Parameters
    ----------
    source
        UTF-8 text.
    language
        Whose grammar to use.
    deadline_s
        Wall-clock seconds until the parser is stopped.

    Raises
    ------
    ParseTimeout
        Where the deadline passed first.
    """
    parser = _parser(language)
    end = time.monotonic() + deadline_s

    def over_time(_offset: int, _has_error: bool) -> bool:
        return time.monotonic() > end

    # The callback is ignored for a bytes source and works for a callable one (tree-sitter 0.26).
    try:
        tree = parser.parse(lambda offset, _point: source[offset : offset + 65536], progress_callback=over_time)
    except ValueError as problem:  # "Parsing failed"
        parser.reset()
        raise ParseTimeout(f"not parsed within {deadline_s:g} s") from problem
    if tree is None:
        parser.reset()
        raise ParseTimeout(f"not parsed within {deadline_s:g} s")
    return tree
