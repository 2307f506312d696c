"""What to do about rows that are not seeds, by the reason of most of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from synthcode.errors import shell_word
from synthcode.vocabulary import SeedReason

_COLUMN = "say which column holds the {0}: --column {0}=THEIRS"
_CODE = "check which column is the code (--column code=THEIRS): the parser cannot take most of it"
ADVICE: Mapping[SeedReason, str] = {
    "too_large": "leave large columns out of the file, or divide its rows: a row is one program",
    "too_long": "divide long programs, or raise 'seeds.max_code_chars' if the recipe sets it",
    "too_deep": _CODE,
    "repetitive": _CODE,
    "parse_timeout": _CODE,
    "parser_crash": _CODE,
    "unreadable_row": "correct these rows in the file",
    "invalid_utf8": "convert the file to UTF-8: iconv -f latin1 -t utf-8 FILE",
    "nul_byte": "take the NUL characters out; a file that is full of them is UTF-16: iconv -f utf-16 -t utf-8 FILE",
    "lone_surrogate": "write the file again: it has halves of characters, as UTF-16 that was cut has them",
    "duplicate_id": "give each row an id of its own, or none: --column source_id=THEIRS",
    "unknown_language": "name a language for all rows with --language, or the column with --column language=THEIRS; "
    "'synthcode languages' lists them",
    "no_code": _COLUMN.format("code"),
    "no_text": _COLUMN.format("text"),
    "syntax_error": "check that --language is the language of the code, and --column code=THEIRS its column",
}


def advice(rejected: Mapping[str, int], run: Path) -> str:
    """Return what to do where no row is a seed.

    Parameters
    ----------
    rejected
        Reason -> number of rows. Empty if no row was read.
    run
        The run directory, for the command that shows the rows.
    """
    if not rejected:
        return "check that the file of --path has rows, and that --language and --split leave some of them"
    reason = min(rejected, key=lambda name: (-rejected[name], name))
    what = next((text for known, text in ADVICE.items() if known == reason), "look at the rows")
    return f"{what}; see 'synthcode show {shell_word(run)} --reason {reason}'"
