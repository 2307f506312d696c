"""What scores are computed from, pair by pair or program by program, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from synthcode.bounded.vouching import vouch_for
from synthcode.errors import InputError
from synthcode.evaluation.classification.measures.weighted_items import F64, I64
from synthcode.evaluation.results_json import damaged_files, read_facts
from synthcode.schemas.results import ITEM_FIELDS, PAIR_SCORES, PAIR_SCORES_NAME, PROGRAM_SCORES, PROGRAM_SCORES_NAME
from synthcode.storage.atomic import writing
from synthcode.storage.shards import read_batches, table_schema

AGAIN = "run 'synthcode evaluate' again: vectors are kept"

_ROWS_AT_ONCE = 65_536
_SCHEMAS = {PAIR_SCORES_NAME: PAIR_SCORES, PROGRAM_SCORES_NAME: PROGRAM_SCORES}

Labels01 = npt.NDArray[np.int8]
Names: TypeAlias = "pa.DictionaryArray"
"""A text of each row."""


def names(texts: Sequence[str], places: I64 | None = None) -> Names:
    """Return texts as a column that holds each once.

    Parameters
    ----------
    texts
        May repeat.
    places
        The text of each row. Default: a row a text. (rows,)
    """
    known, of_text = np.unique(np.array(texts, dtype=object).astype(str), return_inverse=True)
    rows = of_text if places is None else of_text[places]
    return pa.DictionaryArray.from_arrays(pa.array(rows, pa.int32()), pa.array(known.tolist(), pa.string()))


def same_name(text: str, rows: int) -> Names:
    """Return a column that holds one text in every row."""
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows), pa.int32()), pa.array([text], pa.string()))


def pair_items(
    rows: tuple[I64, I64, Labels01],
    programs: tuple[Sequence[str], Sequence[str], Sequence[str]],
    scores: F64,
    threshold: float,
    difficulty: npt.NDArray[np.str_] | None = None,
) -> pa.Table:
    """Return scored pairs by their programs: schema ``PAIR_SCORES`` without the encoder, exit, task and variant.

    Parameters
    ----------
    rows
        The places of both programs of each pair, and its label. (pairs,) each
    programs
        The ids of all programs, ascending, their languages and their problems.
    scores
        Of the pairs. (pairs,)
    threshold
        The lowest score that counts as a clone.
    difficulty
        Of the pairs, if it is known. (pairs,)
    """
    order = np.lexsort(rows[::-1])
    a, b, label = rows[0][order], rows[1][order], rows[2][order]
    number = len(order)
    ids, languages, problems = programs
    schema = in_memory(pa.schema(list(PAIR_SCORES)[len(ITEM_FIELDS) :]))
    kinds = pa.nulls(number, schema.field("difficulty").type)
    columns = [names(texts, places) for texts in (languages, ids, problems) for places in (a, b)]
    columns += [kinds if difficulty is None else names(difficulty[order].tolist())]
    columns += [pa.array(label, pa.int8()), pa.array(scores[order], pa.float64())]
    columns.append(pa.array((scores[order] >= threshold).astype(np.int8)))
    return pa.table(columns, schema=schema)


def program_items(
    method: str,
    programs: tuple[Sequence[str], Sequence[str], Sequence[str]],
    predicted: Sequence[str],
    scores: F64 | None = None,
    average_precision: F64 | None = None,
) -> pa.Table:
    """Return scored programs: schema ``PROGRAM_SCORES`` without the encoder, exit, task and variant.

    Parameters
    ----------
    method
        ``probe``, ``knn``, ``head`` or ``1nn``.
    programs
        Their ids, problems and labels.
    predicted
        The label that the method gives each.
    scores, average_precision
        Of the programs, if the method gives them. (programs,)
    """
    ids, problems, labels = programs
    number = len(ids)
    columns = [same_name(method, number), *map(names, (ids, problems, labels, predicted))]
    columns += [
        pa.nulls(number, pa.float64()) if values is None else pa.array(values, pa.float64())
        for values in (scores, average_precision)
    ]
    table = pa.table(columns, schema=in_memory(pa.schema(list(PROGRAM_SCORES)[len(ITEM_FIELDS) :])))
    return table.take(pa.array(np.argsort(np.array(ids), kind="stable")))


def of_exit(items: pa.Table, encoder: str, exit_: int, task: str, variant: str) -> pa.Table:
    """Return items of schema ``PAIR_SCORES`` or ``PROGRAM_SCORES``, from those without their first columns."""
    number = items.num_rows
    fixed = [same_name(encoder, number), pa.array(np.full(number, exit_), pa.int32())]
    fixed += [same_name(name, number) for name in (task, variant)]
    whole = PAIR_SCORES if "program_a" in items.column_names else PROGRAM_SCORES
    return pa.table([*fixed, *items.columns], schema=in_memory(whole))


def write_item_scores(folder: Path, parts: Sequence[pa.Table]) -> None:
    """Write ``pair_scores.parquet`` or ``program_scores.parquet``: all exits and variants, one after another."""
    for name, schema in _SCHEMAS.items():
        mine = [part for part in parts if part.schema.names == schema.names]
        if not mine:
            (folder / name).unlink(missing_ok=True)
            continue
        with writing(folder / name) as stream, pq.ParquetWriter(stream, schema, compression="zstd") as writer:
            for part in mine:
                for start in range(0, part.num_rows, _ROWS_AT_ONCE):
                    writer.write_table(part.slice(start, _ROWS_AT_ONCE).cast(schema))
        vouch_for(folder / name)


def read_item_scores(folder: Path) -> pa.Table:
    """Return the pairs (schema ``PAIR_SCORES``) or programs (schema ``PROGRAM_SCORES``) of a results folder.

    Raises
    ------
    InputError
        If it has none, or they are damaged or in another form than this version writes.
    """
    name = next((name for name in _SCHEMAS if (folder / name).is_file()), None)
    if name is None:
        raise InputError(f"{folder} holds no scores of pairs or programs: an earlier version wrote it", AGAIN)
    path, schema, known = folder / name, _SCHEMAS[name], read_facts(folder)
    if known is None:
        raise InputError(f"{folder} is not complete, or another version wrote it", AGAIN)
    if damaged_files(folder, known, [name]):
        raise InputError(f"{path} is damaged or was changed", AGAIN)
    if table_schema(path, AGAIN) != schema:
        raise InputError(f"{path} has other columns than this version writes", AGAIN)
    memory = in_memory(schema)
    parts = [part.cast(memory) for part in read_batches([path], rows=_ROWS_AT_ONCE, fix=AGAIN)]
    return pa.concat_tables([memory.empty_table(), *parts]).unify_dictionaries()


def in_memory(schema: pa.Schema) -> pa.Schema:
    """Return a schema whose texts are held once: thousands of rows name each program."""
    encoded = pa.dictionary(pa.int32(), pa.string())
    return pa.schema([field.with_type(encoded) if field.type == pa.string() else field for field in schema])
