"""What ``verify`` and ``build`` say of translations: the levels that they reached, and which are left out for that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from synthcode.identity import program_id
from synthcode.schemas.tables import VERIFICATION
from synthcode.storage.shards import read_file
from synthcode.vocabulary import Level, at_least

if TYPE_CHECKING:
    from synthcode.pipelines.tables.surviving_rows import SurvivingRows
    from synthcode.storage.layout import RunFolder

BELOW_LEVEL = "below_level"
"""The verdict on a translation that did not reach the level that the recipe requires."""
_COLUMNS = ["request_id", "seed_id", "level", "reason", "detail"]
_LEVELS = ["program_id", "target_language", "verification"]


class Failure(NamedTuple):
    """Why a translation is left out."""

    reason: str
    detail: str


class TestedRows:
    """The verdicts of tests on a run's translations, by ``program_id``.

    Parameters
    ----------
    table
        Schema ``VERIFICATION``.
    """

    __test__ = False  # pytest would collect it by its name

    def __init__(self, table: pa.Table) -> None:
        self.failures: dict[str, Failure] = {}
        self._levels: dict[str, str] = {}
        for row in table.select(_COLUMNS).to_pylist():
            name = program_id(row["seed_id"], row["request_id"])
            self._levels[name] = row["level"]
            if row["reason"] is not None:
                self.failures[name] = Failure(row["reason"], row["detail"] or "")

    @classmethod
    def of(cls, folder: RunFolder) -> TestedRows:
        """Read a run's verdicts; there are none if ``verify`` has not run."""
        if not folder.verification.is_file():
            return cls(VERIFICATION.empty_table())
        return cls(read_file(folder.verification, _COLUMNS))

    def level(self, program: str, before: str) -> str:
        """Return the level of a translation; ``before`` is the one that the gate gave it."""
        return self._levels.get(program, before)

    def with_levels(self, translations: pa.Table) -> pa.Table:
        """Put the levels that were reached into a table with ``program_id`` and ``verification``."""
        place = translations.column_names.index("verification")
        names, before = (translations[name].to_pylist() for name in ("program_id", "verification"))
        levels = [self.level(*pair) for pair in zip(names, before, strict=True)]
        return translations.set_column(place, translations.schema.field(place), pa.array(levels, pa.string()))

    def below(self, required: Level | None, rows: SurvivingRows) -> Mapping[str, str]:
        """Return the language of each translation that is left and did not reach a level; none if none is required."""
        found: dict[str, str] = {}
        if required is None:
            return found
        for table in rows.translations():
            for row in table.select(_LEVELS).to_pylist():
                name = row["program_id"]
                if name not in self.failures and not at_least(self.level(name, row["verification"]), required):
                    found[name] = row["target_language"]
        return found

    def negatives(self) -> list[str]:
        """Return the programs that ran and failed: what does not compile teaches nothing."""
        return sorted(name for name, failure in self.failures.items() if failure.reason != "compile_error")


def count_languages(below: Mapping[str, str]) -> dict[str, int]:
    """Count programs by language."""
    return dict(sorted(Counter(below.values()).items()))
