"""Translations of a round that fail their tests, run before deduplication so that they can be repaired."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.pipelines.steps.verify.step import Piece, pieces_of, verify_rows
from synthcode.pipelines.tables.repairs import failed_tests_file, round_shards
from synthcode.schemas.tables import FAILED_TESTS, TRANSLATIONS
from synthcode.storage.large_tables.joins import align_on_seed
from synthcode.storage.shards import read_batches, write_table
from synthcode.vocabulary import VERIFY_REASONS

if TYPE_CHECKING:
    from synthcode.pipelines.runs.recipe import Recipe
    from synthcode.pipelines.runs.run import Run


def repairs_failed_tests(recipe: Recipe) -> bool:
    """Return whether translations are run with tests before they are repaired."""
    return recipe.verify is not None and bool({*recipe.repair.of} & {*VERIFY_REASONS})


class FailedTests(NamedTuple):
    """A table of translations that fail their tests."""

    file: Path
    failing: int


def write_failed_tests(run: Run, number: int) -> FailedTests:
    """Run the accepted translations of a round with their tests; write those that fail (schema ``FAILED_TESTS``).

    Verdicts are kept for ``verify``, which runs nothing twice.
    """
    verified = verify_rows(run, lambda: _pieces(run, number), f"verify, round {number}").table
    failed = verified.filter(pc.is_valid(verified["reason"])).select(FAILED_TESTS.names).to_pylist()
    failed = [{**row, "detail": row["detail"] or ""} for row in failed]
    table = pa.Table.from_pylist(failed, schema=FAILED_TESTS)
    return FailedTests(write_table(failed_tests_file(run.folder, number), table), table.num_rows)


def _pieces(run: Run, number: int) -> Iterator[Piece]:
    shards = read_batches(round_shards(run.folder, "translations", number), TRANSLATIONS.names)
    translations = (part.select(TRANSLATIONS.names) for part in shards)
    return pieces_of(run, align_on_seed(run.rows(run.folder.seeds), (TRANSLATIONS, translations)))
