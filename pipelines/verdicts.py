"""Every completion with the verdict on it, beside its seed: what ``show`` and ``report`` look at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.programs import translation_ids
from synthcode.schemas.tables import COMPLETIONS, REJECTED, TRANSLATIONS
from synthcode.storage.joins import align_on_seed
from synthcode.storage.shards import read_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from synthcode.storage.layout import RunFolder

KEPT, FAILED, CONTAMINATED = "kept", "failed", "contaminated"

SEED_COLUMNS = ("seed_id", "source", "source_id", "language", "text", "code", "license", "url")

_KEYS = ("request_id", "seed_id", "target_language", "sample_index", "model", "prompt_name")
_ROW = [*(COMPLETIONS.field(name) for name in _KEYS), pa.field("n_chars", pa.int32())]
_ROW += [pa.field(name, pa.string()) for name in ("verification", "code", "verdict", "detail")]

JUDGED = pa.schema([*_ROW, pa.field("program_id", pa.string()), pa.field("is_answer", pa.bool_())])
"""A completion and its verdict: ``kept``, ``failed``, what became of it later (``near_duplicate``, ``contaminated``,
...), or the reason for which the gate rejected it. Where no code could be taken from it, ``code`` is the whole answer
and ``is_answer`` says so."""


class Piece(NamedTuple):
    """Some seeds, and all that became of them."""

    seeds: pa.Table
    """``SEED_COLUMNS``."""
    rows: pa.Table
    """Schema ``JUDGED``, by seed, then target language and sample."""


def judged(folder: RunFolder, *, with_code: bool = True) -> Iterator[Piece]:
    """Read a run once, in order of its seeds, a piece at a time.

    Parameters
    ----------
    folder
        The run.
    with_code
        Without it, ``code`` is null everywhere and its columns are not read.
    """
    later = _Later(folder)
    code, text = (["code"], ["text"]) if with_code else ([], [])
    streams = (
        _read(folder, folder.translations, TRANSLATIONS, [*_KEYS, "n_chars", "verification", *code]),
        _read(folder, folder.rejected, REJECTED, [*_KEYS, "n_chars", "reason", "detail", *code]),
        _read(folder, folder.completions, COMPLETIONS, [*_KEYS, "error", *text]),
    )
    seeds = (table.select(list(SEED_COLUMNS)) for table in folder.rows(folder.seeds, list(SEED_COLUMNS)))
    for piece, translations, rejected, completions in align_on_seed(seeds, *streams):
        failed = completions.filter(pc.is_valid(completions["error"]))
        failed = failed.append_column("verdict", pa.array([FAILED] * failed.num_rows, pa.string()))
        rejected = rejected.rename_columns({"reason": "verdict"})
        failed = failed.rename_columns({"error": "detail"})
        rows = pa.concat_tables(_as_judged(part) for part in (translations, rejected, failed))
        rows = rows.filter(pc.is_in(rows["seed_id"], value_set=piece["seed_id"].combine_chunks()))
        rows = _with_answers(later.judge(rows), completions)
        order = ("seed_id", "target_language", "sample_index", "request_id")
        yield Piece(piece, rows.sort_by([(key, "ascending") for key in order]))


class _Later:
    """What became of translations after the gate: of all that were not kept, verdict and detail by ``program_id``."""

    def __init__(self, folder: RunFolder) -> None:
        found = {**_contaminated(folder), **_duplicates(folder)}
        self._programs = pa.array(found, pa.string())
        self._verdicts = pa.array([verdict for verdict, _ in found.values()], pa.string())
        self._details = pa.array([detail for _, detail in found.values()], pa.string())

    def judge(self, rows: pa.Table) -> pa.Table:
        """Fill in the verdict where there is none yet (schema ``JUDGED``)."""
        place = pc.index_in(rows["program_id"], value_set=self._programs)
        verdicts = pc.coalesce(rows["verdict"], self._verdicts.take(place), KEPT)
        rows = _replaced(rows, "detail", pc.coalesce(rows["detail"], self._details.take(place), ""))
        return _replaced(rows, "verdict", verdicts)


def _duplicates(folder: RunFolder) -> dict[str, tuple[str, str]]:
    if not folder.clusters.is_file():
        return {}
    clusters = read_file(folder.clusters, columns=["program_id", "cluster_id", "status"])
    dropped = clusters.filter(pc.not_equal(clusters["status"], KEPT)).to_pylist()
    return {row["program_id"]: (row["status"], f"cluster {row['cluster_id']}") for row in dropped}


def _contaminated(folder: RunFolder) -> dict[str, tuple[str, str]]:
    if not folder.contamination.is_file():
        return {}
    return {
        row["program_id"]: (CONTAMINATED, f"{row['benchmark']}: {row['row_id']} ({row['jaccard']:.3f})")
        for row in read_file(folder.contamination).to_pylist()
    }


def _read(
    folder: RunFolder, table: Path, schema: pa.Schema, columns: list[str]
) -> tuple[pa.Schema, Iterable[pa.Table]]:
    wanted = pa.schema([schema.field(name) for name in columns])
    return wanted, (part.select(columns).cast(wanted) for part in folder.rows(table, columns))


def _as_judged(rows: pa.Table) -> pa.Table:
    """Return rows as ``JUDGED`` has them, null where they have no such column."""
    rows = rows.append_column("program_id", pa.array(translation_ids(rows), pa.string()))
    for field in JUDGED:
        if field.name not in rows.column_names:
            rows = rows.append_column(field, pa.nulls(rows.num_rows, field.type))
    return rows.select(JUDGED.names).cast(JUDGED)


def _with_answers(rows: pa.Table, completions: pa.Table) -> pa.Table:
    """Give rows without code the answer that the model gave, where it gave one."""
    if "text" not in completions.column_names:
        return rows
    place = pc.index_in(rows["request_id"], value_set=completions["request_id"].combine_chunks())
    answers = completions["text"].take(place)
    lacks = pc.is_null(rows["code"])
    rows = _replaced(rows, "is_answer", pc.and_(lacks, pc.is_valid(answers)))
    return _replaced(rows, "code", pc.coalesce(rows["code"], answers))


def _replaced(rows: pa.Table, name: str, values: pa.ChunkedArray) -> pa.Table:
    return rows.set_column(rows.column_names.index(name), rows.schema.field(name), values)
