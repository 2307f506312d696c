"""Seeds and translations of a run as programs, as deduplication and the dataset know them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.identity import program_id
from synthcode.pipelines.tables.repairs import failed_test_programs, rows_of
from synthcode.schemas.tables import PROGRAMS
from synthcode.storage.shards import read_file

if TYPE_CHECKING:
    from synthcode.pipelines.runs.run import Run
    from synthcode.storage.layout import RunFolder
    from synthcode.storage.manifest import Manifest


def seed_programs(run: Run) -> Iterator[pa.Table]:
    """Yield the seeds of a run (schema ``PROGRAMS``)."""
    for table in run.rows(run.folder.seeds, ["seed_id", "language", "code"]):
        yield seeds_as_programs(table)


def all_programs(run: Run) -> Iterator[pa.Table]:
    """Yield the seeds of a run, then its translations (schema ``PROGRAMS``).

    Translations that failed their tests before they were repaired are left out: their repairs resemble them.
    """
    yield from seed_programs(run)
    columns = ["request_id", "seed_id", "target_language", "code"]
    failed = pa.array(sorted(failed_test_programs(run.folder, run.manifest)), pa.string())
    for table in rows_of(run, "translations", columns):
        programs = translations_as_programs(table)
        yield programs.filter(pc.invert(pc.is_in(programs["program_id"], value_set=failed)))


def seeds_as_programs(seeds: pa.Table) -> pa.Table:
    """Return seeds as programs (schema ``PROGRAMS``)."""
    names = [program_id(seed) for seed in seeds.column("seed_id").to_pylist()]
    return _as_programs(seeds, names, "language", "seed")


def translations_as_programs(translations: pa.Table) -> pa.Table:
    """Return translations as programs (schema ``PROGRAMS``)."""
    return _as_programs(translations, translation_ids(translations), "target_language", "translation")


def translation_ids(translations: pa.Table) -> list[str]:
    """Return the ``program_id`` of each translation."""
    columns = (translations.column(name).to_pylist() for name in ("seed_id", "request_id"))
    return [program_id(seed, request) for seed, request in zip(*columns, strict=True)]


def _as_programs(table: pa.Table, names: list[str], language: str, origin: str) -> pa.Table:
    columns = {
        "program_id": pa.array(names, pa.string()),
        "seed_id": table.column("seed_id"),
        "language": table.column(language),
        "origin": pa.array([origin] * table.num_rows, pa.string()),
        "code": table.column("code"),
    }
    return pa.table(columns).cast(PROGRAMS)


def dropped_seeds(folder: RunFolder, manifest: Manifest) -> set[str]:
    """Return the seeds that were taken out before translating; empty if that pass did not run."""
    if "dedup_seeds" not in manifest.stages:
        return set()
    clusters = read_file(folder.seed_clusters, columns=["seed_id", "status"])
    duplicates = clusters.filter(pc.not_equal(clusters.column("status"), "kept")).column("seed_id").to_pylist()
    return {*duplicates, *read_file(folder.seed_contamination, columns=["seed_id"]).column("seed_id").to_pylist()}
