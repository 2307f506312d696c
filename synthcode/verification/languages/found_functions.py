"""The function of a script that tests call: defined at its top or in a type, or held by a variable."""

from __future__ import annotations

from collections.abc import Sequence

from synthcode.comments.snippets import parse_snippet
from synthcode.entry_points import Definition, choose_entry_point, definitions, spelling
from synthcode.languages import get_language
from synthcode.languages.parsing import ParseTimeout
from synthcode.verification.cases.case import Untestable


def defined_function(code: str, language_name: str, entry_point: str) -> Definition | None:
    """Return the definition that tests call; None if the program defines no function that is not nested.

    Raises
    ------
    Untestable
        If the program cannot be parsed in time.
    """
    language = get_language(language_name)
    try:
        snippet = parse_snippet(code, language)
    except ParseTimeout as problem:
        raise Untestable("it cannot be parsed in time") from problem
    defined = definitions(snippet, language)
    name = choose_entry_point(snippet, language, defined, entry_point)
    return next((one for one in reversed(defined) if one.name == name and not one.is_nested), None)


def held_function(names: Sequence[str], entry_point: str) -> str:
    """Return the variable that holds the function, of those that hold one: by its spelling, or the last one.

    Raises
    ------
    Untestable
        If there is none.
    """
    if not names:
        raise Untestable("it defines no function that can be called from outside")
    alike = [name for name in names if spelling(name) == spelling(entry_point)]
    return (alike or names)[-1]
