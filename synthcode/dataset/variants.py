"""Variants of programs that do not give themselves away: without comments, and without the name of what they do."""

from __future__ import annotations

import functools

import pyarrow as pa

from synthcode.comments.snippets import Captures, Snippet, captured, parse_snippet
from synthcode.comments.stripping import comment_cuts, comment_nodes, cut_out
from synthcode.dataset.renaming import rename_entry_point
from synthcode.entry_points import Definition, choose_entry_point, definition_nodes, definitions_among, find_entry_point
from synthcode.languages import Language, get_language
from synthcode.languages.parsing import ParseTimeout

__all__ = ["anonymise", "find_entry_point", "make_variants", "without_variants"]


def make_variants(batch: pa.Table) -> pa.Table:
    """Add the variants of every program.

    Parameters
    ----------
    batch
        The columns of ``schemas.tables.PROGRAMS`` and ``entry_point``: what the function is called in the seed,
        or null.

    Returns
    -------
    pa.Table
        All rows, with ``code_stripped`` (no comments, no docstrings) and ``code_anonymous`` (stripped, entry point
        renamed ``f``). Code that cannot be parsed in time is left unchanged; code without a function keeps its names.

    Raises
    ------
    InputError
        If ``language`` holds an unknown language.
    """
    languages = [get_language(name) for name in batch.column("language").to_pylist()]
    codes, entry_points = batch.column("code").to_pylist(), batch.column("entry_point").to_pylist()
    pairs = [_variants(*row) for row in zip(codes, languages, entry_points, strict=True)]
    return _with_columns(batch, [stripped for stripped, _ in pairs], [anonymous for _, anonymous in pairs])


def without_variants(batch: pa.Table) -> pa.Table:
    """Add the columns of ``make_variants`` with the code as it is: for programs that no parser survives."""
    codes = batch.column("code").to_pylist()
    return _with_columns(batch, codes, codes)


def _with_columns(batch: pa.Table, stripped: list[str], anonymous: list[str]) -> pa.Table:
    for name, column in (("code_stripped", stripped), ("code_anonymous", anonymous)):
        batch = batch.append_column(pa.field(name, pa.string(), nullable=False), pa.array(column, pa.string()))
    return batch


def anonymise(code: str, language: Language, entry_point: str) -> str:
    """Return code without comments and docstrings in which the entry point is called ``f``.

    Every identifier of that name goes but one: a member of something that is not of this text, as ``Math.max`` is in
    a program that defines ``max``. Strings, and names that merely contain it, stay. A type around the entry point that
    is named after it, in any convention of writing names, is called ``F``.

    Parameters
    ----------
    code
        A program or a part of one.
    language
        Its language.
    entry_point
        A name as it stands in ``code``: what ``find_entry_point`` returns.

    Returns
    -------
    str
        The code; unchanged if it cannot be parsed in time.
    """
    try:
        snippet = parse_snippet(code, language)
    except ParseTimeout:
        return code
    found = captured(language, _definitions_and_comments(language), snippet.root)
    return _variants_of(snippet, language, found, definitions_among(found, snippet, language), entry_point)[1]


def _variants(code: str, language: Language, entry_point: str | None) -> tuple[str, str]:
    """Return the code stripped and anonymous; where no entry point is found the two are the same."""
    try:
        snippet = parse_snippet(code, language)
    except ParseTimeout:
        return code, code
    found = captured(language, _definitions_and_comments(language), snippet.root)
    defined = definitions_among(found, snippet, language)
    entry_point = choose_entry_point(snippet, language, defined, entry_point)
    return _variants_of(snippet, language, found, defined, entry_point)


@functools.cache
def _definitions_and_comments(language: Language) -> str:
    """Return one query for both: a tree is walked once."""
    return f"{definition_nodes(language)} {comment_nodes(language)}"


def _variants_of(
    snippet: Snippet, language: Language, found: Captures, defined: list[Definition], entry_point: str | None
) -> tuple[str, str]:
    cuts = comment_cuts(snippet, language, found)
    stripped = cut_out(snippet, cuts, language)
    if entry_point is None:
        return stripped, stripped
    cuts.extend(rename_entry_point(snippet, language, defined, entry_point))
    return stripped, cut_out(snippet, cuts, language)
