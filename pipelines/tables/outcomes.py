"""Every completion with its verdict and its seed: the rows of ``show`` and ``report``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.pipelines.tables.programs import translation_ids
from synthcode.pipelines.tables.removals import KEPT, PostCheckVerdicts
from synthcode.pipelines.tables.repairs import all_rows
from synthcode.schemas.tables import COMPLETIONS, REJECTED, TEXTS, TRANSLATIONS
from synthcode.storage.large_tables.joins import align_on_seed
from synthcode.storage.manifest import Manifest
from synthcode.storage.shards import read_batches, shards_of
from synthcode.vocabulary import SPLITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from synthcode.pipelines.tables.repairs import Answers
    from synthcode.storage.layout import RunFolder

FAILED = "failed"

SEED_COLUMNS = ("seed_id", "source", "source_id", "language", "text", "code", "license", "url")

_SEEDS_PER_PIECE = 1_024
"""Each may have a long answer in every language."""

_KEYS = ("request_id", "seed_id", "target_language", "sample_index", "model", "prompt_name")
_ROW = [*(COMPLETIONS.field(name) for name in _KEYS), pa.field("n_chars", pa.int32())]
_ROW += [pa.field(name, pa.string()) for name in ("verification", "code", "verdict", "detail", "split")]

JUDGED = pa.schema([*_ROW, pa.field("program_id", pa.string()), pa.field("is_answer", pa.bool_())])
"""A completion and its verdict: ``kept``, ``failed``, what became of it later (``near_duplicate``, ``contaminated``,
...), or the reason for which the gate rejected it. Where no code could be taken from it, ``code`` is the whole answer
and ``is_answer`` says so; ``split`` is that of the dataset, of what is kept, once it is built."""


class OutcomeBatch(NamedTuple):
    """Some seeds, and all that became of them."""

    seeds: pa.Table
    """``SEED_COLUMNS``."""
    rows: pa.Table
    """Schema ``JUDGED``, by seed, then target language and sample."""


def judged(folder: RunFolder, *, with_code: bool = True) -> Iterator[OutcomeBatch]:
    """Read a run once, in order of its seeds, a piece at a time.

    Parameters
    ----------
    folder
        The run.
    with_code
        Without it, ``code`` is null everywhere and its columns are not read.
    """
    later = PostCheckVerdicts(folder)
    code, text = (["code"], ["text"]) if with_code else ([], [])
    streams = (
        _answers(folder, "translations", TRANSLATIONS, [*_KEYS, "n_chars", "verification", *code]),
        _answers(folder, "rejected", REJECTED, [*_KEYS, "n_chars", "reason", "detail", *code]),
        _answers(folder, "completions", COMPLETIONS, [*_KEYS, "error", *text]),
    )
    texts = (_split_seeds(folder, split) for split in SPLITS)
    aligned = align_on_seed(_seeds(folder), *streams, *texts)
    for seeds, translations, rejected, completions, *splits in aligned:
        rejected = rejected.rename_columns({"reason": "verdict"})
        rows = pa.concat_tables(_as_judged(part) for part in (translations, rejected, _failed(completions)))
        rows = rows.filter(pc.is_in(rows["seed_id"], value_set=seeds["seed_id"].combine_chunks()))
        rows = _with_answers(_with_splits(_judged_later(rows, later), splits), completions)
        order = ("seed_id", "target_language", "sample_index", "request_id")
        yield OutcomeBatch(seeds, rows.sort_by([(key, "ascending") for key in order]))


def _seeds(folder: RunFolder) -> Iterator[pa.Table]:
    names = list(SEED_COLUMNS)
    for table in folder.rows(folder.seeds, names):
        for start in range(0, table.num_rows, _SEEDS_PER_PIECE):
            yield table.slice(start, _SEEDS_PER_PIECE).select(names)


def _failed(completions: pa.Table) -> pa.Table:
    failed = completions.filter(pc.is_valid(completions["error"])).rename_columns({"error": "detail"})
    return failed.append_column("verdict", pa.array([FAILED] * failed.num_rows, pa.string()))


def _answers(
    folder: RunFolder, table: Answers, schema: pa.Schema, columns: list[str]
) -> tuple[pa.Schema, Iterable[pa.Table]]:
    projected = pa.schema([schema.field(name) for name in columns])
    return projected, all_rows(folder, Manifest(folder.path), table, columns)


def _split_seeds(folder: RunFolder, split: str) -> tuple[pa.Schema, Iterable[pa.Table]]:
    projected = pa.schema([TEXTS.field("seed_id")])
    parts = read_batches(shards_of(folder.dataset / "data" / "texts", split), projected.names)
    return projected, (part.select(projected.names).cast(projected) for part in parts)


def _as_judged(rows: pa.Table) -> pa.Table:
    """Return rows as ``JUDGED`` has them, null where they have no such column."""
    rows = rows.append_column("program_id", pa.array(translation_ids(rows), pa.string()))
    for field in JUDGED:
        if field.name not in rows.column_names:
            rows = rows.append_column(field, pa.nulls(rows.num_rows, field.type))
    return rows.select(JUDGED.names).cast(JUDGED)


def _judged_later(rows: pa.Table, later: PostCheckVerdicts) -> pa.Table:
    """Fill in the verdict of what the gate accepted."""
    rows = later.levels(rows)
    verdicts, details = later.of(rows)
    rows = _replaced(rows, "detail", pc.coalesce(rows["detail"], details))
    return _replaced(rows, "verdict", pc.coalesce(rows["verdict"], verdicts))


def _with_splits(rows: pa.Table, splits: Sequence[pa.Table]) -> pa.Table:
    """Say in which split each row that is kept is; ``splits`` are the seeds of each."""
    found = pa.nulls(rows.num_rows, pa.string())
    for name, seeds in zip(SPLITS, splits, strict=True):
        within = pc.and_(
            pc.equal(rows["verdict"], KEPT), pc.is_in(rows["seed_id"], value_set=seeds["seed_id"].combine_chunks())
        )
        found = pc.if_else(within, name, found)
    return _replaced(rows, "split", found)


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
