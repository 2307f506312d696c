"""A run's tables together with those of its repairs: readers see repaired translations like all others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import pyarrow as pa

from synthcode.identity import program_id
from synthcode.schemas.tables import COMPLETIONS, REJECTED, TRANSLATIONS
from synthcode.storage.large_tables.joins import merge_on_seed
from synthcode.storage.manifest import Manifest
from synthcode.storage.shards import read_batches, read_file, shards_of

if TYPE_CHECKING:
    from synthcode.pipelines.runs.run import Run
    from synthcode.storage.layout import RunFolder

STAGE = "repair"
Answers = Literal["completions", "translations", "rejected"]
"""The tables that repairs add to."""
ANSWERS: tuple[Answers, ...] = get_args(Answers)
_SCHEMAS: Mapping[Answers, pa.Schema] = {
    "completions": COMPLETIONS,
    "translations": TRANSLATIONS,
    "rejected": REJECTED,
}


def round_folder(folder: RunFolder, table: Answers) -> Path:
    """Return where repairs add to a table: completions go next to the others, for a recording is one folder."""
    return folder.completions if table == "completions" else folder.repairs / table


def round_prefix(number: int) -> str:
    """Return how the shards of a round begin."""
    return f"repair{number}"


def round_shards(folder: RunFolder, table: Answers, number: int) -> list[Path]:
    """Return the shards of one round, in order; those of round 0 are the run's own."""
    if number == 0:
        return shards_of(getattr(folder, table))
    return shards_of(round_folder(folder, table), round_prefix(number))


def failed_tests_file(folder: RunFolder, number: int) -> Path:
    """Return the table of the translations of a round that fail their tests."""
    return folder.repairs / f"failed_tests{number}.parquet"


def failed_test_programs(folder: RunFolder, manifest: Manifest) -> set[str]:
    """Return the ``program_id`` of each translation that failed its tests before deduplication."""
    names = manifest.output_digests(STAGE)
    found: set[str] = set()
    for file in folder.repairs.glob("failed_tests*.parquet"):
        if file.relative_to(folder.path).as_posix() in names:
            table = read_file(file, ["seed_id", "request_id"])
            found.update(map(program_id, table["seed_id"].to_pylist(), table["request_id"].to_pylist()))
    return found


def repair_shards(folder: RunFolder, manifest: Manifest, table: Answers) -> list[list[Path]]:
    """Return the shards of each round, as the manifest has them; empty if the run has no repairs."""
    entry = manifest.stages.get(STAGE)
    rounds = entry.counts["rounds"] if entry is not None else {}
    return [round_shards(folder, table, int(number)) for number in sorted(rounds, key=int)]


def all_rows(
    folder: RunFolder, manifest: Manifest, table: Answers, columns: list[str] | None = None
) -> Iterator[pa.Table]:
    """Yield the rows of a table, those of repairs among them, ascending by ``seed_id``.

    Parameters
    ----------
    folder, manifest
        The run.
    table
        Its name.
    columns
        Only these, ``seed_id`` among them; None takes all that the run's own table has.
    """
    schema = pa.schema([_SCHEMAS[table].field(name) for name in columns or _SCHEMAS[table].names])
    own = folder.rows(getattr(folder, table), schema.names)
    rounds = [read_batches(shards, schema.names) for shards in repair_shards(folder, manifest, table)]
    streams = ((part.select(schema.names).cast(schema) for part in stream) for stream in (own, *rounds))
    return merge_on_seed(schema, *streams)


def rows_of(run: Run, table: Answers, columns: list[str] | None = None) -> Iterator[pa.Table]:
    """Yield what ``all_rows`` yields, until a stop of the run is requested."""
    return run.executor.cancellable(all_rows(run.folder, run.manifest, table, columns))


def accepted_rows(manifest: Manifest) -> dict[str, dict[str, int]]:
    """Return how many translations were ``accepted`` in each target language, with repairs."""
    accepted: Counter[str] = Counter()
    for stage in ("check", STAGE):
        entry = manifest.stages.get(stage)
        for language, row in (entry.counts["by_language"] if entry is not None else {}).items():
            accepted[language] += row["accepted"]
    return {language: {"accepted": count} for language, count in sorted(accepted.items())}
