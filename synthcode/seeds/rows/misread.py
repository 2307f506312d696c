"""Tables whose columns are not those of seeds because the file has another form: which, and how to convert it."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from synthcode.errors import InputError
from synthcode.seeds.rows.files import DataFile
from synthcode.seeds.rows.json_rows import jq_line, read_json
from synthcode.seeds.rows.kinds import format_of

_NOT_A_NAME = re.compile(r"[\s:^~#=/\\]")
"""What no name of a column has, and a title, a comment or names with another separator between them do."""
_ERROR_KEYS = frozenset({"error", "errors", "message", "msg", "detail", "code", "status", "success"})
_SAYINGS = _ERROR_KEYS - {"code", "success"}
"""Those that say what went wrong: a row may have nothing but ``code``."""
_SHOWN_CHARS = 80


def misread(file: DataFile, present: Sequence[str]) -> InputError | None:
    """Return what is wrong with the form of a file in which columns are missing; None if it seems right."""
    match format_of(file):
        case "csv":
            return _one_column(file, present)
        case "json":
            return _one_object(file)
    return None


def _one_column(file: DataFile, present: Sequence[str]) -> InputError | None:
    if len(present) != 1 or not _NOT_A_NAME.search(present[0]):
        return None
    return InputError(
        f"{file.path} has one column: {present[0][:_SHOWN_CHARS]!r}",
        "its first line has to name the columns, with commas, semicolons, tabs or bars between them",
    )


def _one_object(file: DataFile) -> InputError | None:
    rows = list(islice(read_json(file), 2))
    if len(rows) != 1 or rows[0].problem is not None:
        return None
    cells: Mapping[str, Any] = rows[0].cells
    if cells.keys() & _SAYINGS and cells.keys() <= _ERROR_KEYS:
        said = " ".join(f"{key}: {value}" for key, value in cells.items())[:_SHOWN_CHARS]
        return InputError(f"{file.path} is a server's error, not data: {said}", "see what it says, and fetch it again")
    for name, value in cells.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            inner = ".row" if isinstance(value[0].get("row"), dict) else ""  # as the Hub's dataset viewer answers
            return InputError(
                f"{file.path} is one JSON object, with its rows in {name!r}",
                jq_line(file, shlex.quote(f".[{json.dumps(name)}][]{inner}")),
            )
    if cells and all(isinstance(value, dict) for value in cells.values()):
        return InputError(f"{file.path} is one JSON object, with a row for each key", jq_line(file, "'.[]'"))
    return None
