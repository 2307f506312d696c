"""The program in a cell that holds several: lists of solutions, as APPS, CodeContests and others have them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from synthcode.languages import find_language

_CODE_KEYS = ("solution", "solutions", "code", "program")
_LANGUAGE_KEYS = ("language", "lang", "languages")
_CODE_CONTESTS = ("unknown", "python2", "cpp", "python", "java")
"""CodeContests' languages by their number (``ContestProblem.Solution.Language`` of google-deepmind/code_contests)."""


def first_solution(cell: Any, language: str) -> tuple[Any, str]:
    """Return the first program in a cell, and its language.

    A cell may hold a list of programs, a list of mappings with a program and a language each, a mapping of a list of
    languages and a list of programs, or any of these as JSON. What holds no list is returned as it is.

    Parameters
    ----------
    cell
        What a table has in the column of programs.
    language
        The language of the row. If solutions name their own, the first one in this language is chosen; without a
        language, the first one in any that synthcode knows.

    Returns
    -------
    tuple
        The program, None if the cell holds none in the language, and its language.
    """
    parsed = _parsed(cell)
    if not isinstance(parsed, list | Mapping):
        return cell, language
    required = find_language(language)
    for code, name in _solutions(parsed, language):
        found = find_language(name)
        if code and (required is None or found == required) and (found is not None or name == language):
            return code, name
    return None, language


def _parsed(cell: Any) -> Any:
    """Read JSON that holds solutions. A program may begin with a bracket, too, but is hardly ever valid JSON."""
    text = cell.decode("utf-8", "replace") if isinstance(cell, bytes) else cell
    if not isinstance(text, str):
        return cell
    if text.lstrip()[:1] not in ("[", "{"):
        return None
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(parsed, list) and all(isinstance(one, str | Mapping) for one in parsed):
        return parsed
    return parsed if isinstance(parsed, Mapping) and _key(parsed, _CODE_KEYS) else None


def _solutions(parsed: Any, language: str) -> Iterator[tuple[Any, str]]:
    """Yield programs, each with the language that it or its row names."""
    if isinstance(parsed, Mapping):
        codes, languages = (parsed.get(_key(parsed, keys) or "") for keys in (_CODE_KEYS, _LANGUAGE_KEYS))
        codes = codes if isinstance(codes, list) else [codes]
        languages = languages if isinstance(languages, list) else [languages] * len(codes)
        yield from ((code, _name(name, language)) for code, name in zip(codes, languages, strict=False))
        return
    for one in parsed:
        if isinstance(one, Mapping):
            yield from _solutions(one, language)
        else:
            yield one, language


def _key(mapping: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    return next((name for name in names if name in mapping), None)


def _name(value: Any, language: str) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(_CODE_CONTESTS):
        return _CODE_CONTESTS[value]
    return value if isinstance(value, str) else language
