"""Mapping the columns of a user's table to the project's."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from synthcode.errors import InputError, did_you_mean
from synthcode.languages import find_language
from synthcode.schemas.records import Rejection
from synthcode.seeds.config import SeedsConfig
from synthcode.seeds.raw import RawSeed
from synthcode.seeds.rows.row import Row
from synthcode.seeds.rows.solutions import first_solution

OURS = (
    *("source", "source_id", "language", "text", "code", "entry_point", "tests"),
    *("repository", "path", "url", "license", "split"),
)
"""The columns that a table may have; what it must have is ``code``, ``text`` and ``language``."""
_USUAL = {
    "text": ("description", "docstring", "func_documentation_string", "prompt", "instruction", "question", "nl"),
    "code": ("solution", "canonical_solution", "whole_func_string", "func_code_string", "function", "program"),
    "language": ("lang", "programming_language"),
    "split": ("partition", "split_name"),
}
"""What people call these columns, to be named in an error."""
_NAMES = ("id", "task_id")
"""Fallbacks for ``source_id``: a row without a name is known only by its position."""
_SPLITS = {"valid": "validation", "val": "validation", "dev": "validation"}


def match_columns(present: Sequence[str], config: SeedsConfig, where: str) -> dict[str, str]:
    """Return our column -> theirs for every one that a table has.

    Parameters
    ----------
    present
        The names of its columns.
    config
        ``columns`` names the columns that have other names; ``''`` says that a column is missing.
    where
        What the table is called in an error.

    Raises
    ------
    InputError
        If a required or named column is missing.
    """
    for ours in config.columns:
        if ours not in OURS:
            raise InputError(
                f"no column of a seed is called {ours!r}{did_you_mean(ours, OURS)}", f"use one of: {', '.join(OURS)}"
            )
    usual_name = next((name for name in ("source_id", *_NAMES) if name in present), "source_id")
    theirs = {ours: config.columns.get(ours, ours) for ours in OURS}
    theirs["source_id"] = config.columns.get("source_id", usual_name)
    needed = {"text", "code", *(ours for ours, name in config.columns.items() if name)}
    needed |= {"split"} if config.split else set()
    needed |= set() if config.language else {"language"}
    for ours in sorted(needed, key=OURS.index):
        if theirs[ours] not in present and not (ours == "text" and theirs[ours] == ""):
            raise _lacking(ours, theirs[ours], present, where)
    for name in config.keep_columns:
        if name not in present:
            raise InputError(
                f"{where} has no column {name!r}{did_you_mean(name, present)} to keep; it has: {', '.join(present)}",
                "name one of these with --keep-column (seeds.keep_columns)",
            )
    for name in (*theirs.values(), *config.keep_columns):
        if present.count(name) > 1:
            raise InputError(f"{where} has {present.count(name)} columns {name!r}", "rename all of them but one")
    return {ours: name for ours, name in theirs.items() if name in present}


def _lacking(ours: str, name: str, present: Sequence[str], where: str) -> InputError:
    usual = next((known for known in _USUAL.get(ours, ()) if known in present and name == ours), None)
    hint = f" (did you mean {usual!r}?)" if usual else did_you_mean(name, present)
    fixes = {
        "language": "say it for all rows with --language L (seeds.language), or the column: ",
        "text": "--column text= takes the documentation in the code; or say which column it is: ",
    }
    return InputError(
        f"{where} has no column {name!r}{hint}; it has: {', '.join(map(str, present))}",
        f"{fixes.get(ours, 'say which column it is: ')}--column {ours}={usual or 'THEIRS'} (seeds.columns)",
    )


def seed_from(row: Row, columns: Mapping[str, str], config: SeedsConfig, source: str) -> RawSeed:
    """Return the seed that a row holds.

    Parameters
    ----------
    row
        Cells by the table's own names. A cell of ``code`` may be bytes.
    columns
        Our column -> theirs.
    config
        ``language`` is that of rows that do not say theirs.
    source
        What the data is called, for rows that do not say.
    """
    if row.problem is not None:
        return RawSeed(source, row.place, problem=row.problem)
    values: dict[str, Any] = {}
    for ours, theirs in columns.items():
        cell = row.cells.get(theirs)
        if ours == "code":
            values[ours] = cell
            continue
        if isinstance(cell, bytes):
            try:
                cell = cell.decode()
            except UnicodeDecodeError:
                return RawSeed(source, row.place, problem=Rejection("invalid_utf8", f"{theirs} is not UTF-8"))
        if isinstance(cell, bool | int | float) and ours not in ("text", "tests"):
            cell = str(cell)
        if not (cell is None or isinstance(cell, str) or ours == "tests"):
            detail = f"{theirs} is of type {type(cell).__name__}, not text"
            return RawSeed(source, row.place, problem=Rejection("unreadable_row", detail))
        values[ours] = cell
    language = (values.pop("language", None) or config.language or "").strip()
    code, language = first_solution(values.pop("code", None), language)
    if not (code is None or isinstance(code, str | bytes)):
        detail = f"{columns['code']} is of type {type(code).__name__}, not text"
        return RawSeed(source, row.place, problem=Rejection("unreadable_row", detail))
    tests = _tests(values.pop("tests", None), language)
    source, source_id = values.pop("source", None) or source, values.pop("source_id", None) or row.place
    extra = {name: row.cells.get(name) for name in config.keep_columns}
    return RawSeed(source, source_id, language, code=code, tests=tests, extra=extra, **values)


def _tests(cell: Any, language: str) -> dict[str, str]:
    """Read language -> program from a mapping, its JSON, or pairs; other text is a program in the row's language."""
    if isinstance(cell, str):
        try:
            parsed = json.loads(cell)
        except (ValueError, RecursionError):
            parsed = None
        cell = parsed if isinstance(parsed, dict) else {language: cell}
    pairs: Iterable[Any] = cell.items() if isinstance(cell, Mapping) else cell if isinstance(cell, list) else ()
    return {
        pair[0]: pair[1]
        for pair in pairs
        if isinstance(pair, tuple) and len(pair) == 2 and all(isinstance(part, str) and part for part in pair)
    }


def is_wanted(seed: RawSeed, config: SeedsConfig) -> bool:
    """Return whether a row is of the language and the split that are read.

    Rows that could not be read are, and rows in an unknown language: they are counted as rejected.
    """
    if seed.problem is not None:
        return True
    if config.language and find_language(seed.language) not in (None, find_language(config.language)):
        return False
    return not config.split or _same_split(seed.split or "", config.split)


def _same_split(one: str, other: str) -> bool:
    return split_name(one) == split_name(other)


def split_name(spelling: str) -> str:
    """Return a split's name as the Hub writes it: ``validation`` for ``valid``."""
    return _SPLITS.get(spelling.strip().lower(), spelling.strip().lower())
