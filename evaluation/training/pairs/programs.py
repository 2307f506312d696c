"""Programs as they are trained on: as the dataset has them, or with their identifiers replaced."""

from __future__ import annotations

import pyarrow as pa

from synthcode.dataset.variable_renaming import rename_variables
from synthcode.evaluation.encoder import Role, Side
from synthcode.evaluation.training.contracts import TrainingText
from synthcode.languages import find_language

LONGEST = 20_000
"""Characters of a program that is parsed: the model would not see the end of a longer one."""
REMEMBERED = 32_768
"""Programs with replaced identifiers that are held, in each process."""


class ProgramTexts:
    """Gives programs by their row.

    Parameters
    ----------
    programs
        ``language``; ``shown``, the code as it is trained on; ``anonymous``, the code whose entry point is renamed
        already. Variables are renamed when a program is first drawn; one in a language without a parser keeps them.
    """

    def __init__(self, programs: pa.Table) -> None:
        columns = (programs[name].combine_chunks() for name in ("language", "shown", "anonymous"))
        self._languages, self._shown, self._anonymous = columns
        self._renamed: dict[int, str] = {}

    def text(self, row: int, side: Side, *, renamed: bool) -> TrainingText:
        """Return a program as a query or a document."""
        code = self._with_other_names(row) if renamed else self._shown[row].as_py()
        return TrainingText(code, Role(side, "code", self._languages[row].as_py()))

    def _with_other_names(self, row: int) -> str:
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
