"""Programs with their identifiers replaced, made when they are first drawn."""

from __future__ import annotations

import pyarrow as pa

from synthcode.dataset.variable_renaming import rename_variables
from synthcode.languages import find_language

LONGEST = 20_000
"""Characters of a program that is parsed: the model would not see the end of a longer one."""
REMEMBERED = 32_768
"""Programs that are held, in each process."""


class RenamedPrograms:
    """Gives each program without its entry point's name and the names of its variables.

    Parameters
    ----------
    anonymous
        Programs whose entry point is renamed already.
    languages
        Their languages. A program in a language without a parser has its entry point renamed only, if at all.
    """

    def __init__(self, anonymous: pa.Array, languages: pa.Array) -> None:
        self._anonymous, self._languages = anonymous, languages
        self._renamed: dict[int, str] = {}

    def __getitem__(self, row: int) -> str:
        code = self._renamed.get(row)
        if code is None:
            code = self._rename(row)
            if len(self._renamed) >= REMEMBERED:
                self._renamed.clear()
            self._renamed[row] = code
        return code

    def _rename(self, row: int) -> str:
        code: str = self._anonymous[row].as_py()
        language = find_language(self._languages[row].as_py())
        return code if language is None or len(code) > LONGEST else rename_variables(code, language)
