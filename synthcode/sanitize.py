"""Foreign text made safe for the place that it goes to: a terminal, a log line, a CSV file.

Names of models and languages, messages of servers, names of files and columns, fields of cards are all foreign. HTML is
escaped by Jinja, after :func:`visible`; Markdown is written by :mod:`synthcode.markdown`, YAML and BibTeX by
:mod:`synthcode.publishing.card.escaping`.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePath

MAX_LINE_CHARS = 500

_INVISIBLE = frozenset({"Cc", "Cf", "Cs"})
"""Controls, directions of writing, halves of pairs: nothing to see, and some of it reorders what is."""
_FORMULA = re.compile(r"'*[=+\-@\uff1d\uff0b\uff0d\uff20]")
"""What a spreadsheet takes for the start of a formula, and what :func:`csv_cell` makes of that."""


def visible(text: str) -> str:
    """Return text with what would move a cursor, turn its direction or hide replaced by a picture of itself."""
    return text if text.isprintable() else "".join(_picture(character) for character in text)


def visible_line(text: str) -> str:
    """Return text as :func:`visible` does, on one line."""
    return visible(" ".join(text.split()))


def one_line(text: str, limit: int | None = MAX_LINE_CHARS) -> str:
    """Return text on one line, without characters that cannot be seen.

    Parameters
    ----------
    text
        Foreign text, of any length.
    limit
        Most characters; what is longer ends with an ellipsis. None keeps all.
    """
    head = text if limit is None else text[: 4 * limit]
    seen = (char for char in head if char.isspace() or unicodedata.category(char) not in _INVISIBLE)
    line = " ".join("".join(seen).split())
    return line if limit is None or len(line) <= limit else line[: limit - 1] + "…"


def csv_cell(text: str) -> str:
    """Return text for a CSV file that a spreadsheet may open: none of it is run as a formula.

    What would be gets an apostrophe in front, as spreadsheets themselves write it; numbers stay as they are.
    :func:`from_csv_cell` takes it off.
    """
    line = visible_line(text)
    return f"'{line}" if _FORMULA.match(line) and not _is_number(line) else line


def from_csv_cell(cell: str) -> str:
    """Return the text that :func:`csv_cell` made a cell of."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def short_name(encoder: str) -> str:
    """Return an encoder's specification; of a folder on the machine that scored it only the last two parts."""
    kind, colon, name = encoder.partition(":")
    return f"{kind}:{short_path(name)}" if colon else encoder


def short_path(path: str) -> str:
    """Return the last two parts of an absolute path, or of one that leaves the working directory; others as they are.

    Files that are shared should not show where a user keeps files.
    """
    parts = [part for part in PurePath(path).parts if part not in ("/", "..", "~")]
    leaves = PurePath(path).is_absolute() or path.startswith(("..", "~"))
    return "/".join(parts[-2:]) if leaves else path


def _picture(character: str) -> str:
    if character in "\n\t" or character.isprintable():
        return character
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return f"<U+{code:04X}>"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
