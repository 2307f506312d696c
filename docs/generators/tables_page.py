"""The tables of a run and of a dataset, from their declared schemas."""

from __future__ import annotations

import pyarrow as pa

from docs.generators import docstrings
from docs.generators.markdown import page, prose, table
from docs.generators.result_columns import COLUMNS as RESULT_COLUMNS
from docs.generators.result_columns import TABLES as RESULT_TABLES
from docs.generators.run_columns import COLUMNS, TABLES
from synthcode.publishing.card import columns as published
from synthcode.schemas import results, tables

INTRODUCTION = """
# Tables and columns

Every table is Parquet, but for the CSV files of results. Schemas are declared in `synthcode/schemas/`; nothing is
inferred from rows. A column is marked *optional* if it may be null. Folders hold shards (`part-00000.parquet`, ...):
read a folder as one table.
"""
DATASET = """
## The published dataset

`RUN/dataset` has four configurations, `negatives` if `verify` has found translations that fail their tests,
`queries` if `queries` had texts written anew, and `mined_negatives` and `clones` if `build --mined-negatives` and
`build --clones` requested them.
The card and `croissant.json` describe the columns in the same words.
"""
RESULTS = """
## A results folder

`evaluate` writes these into the folder of each encoder and task. [Reading the scores](../how-to/reading_scores.md) says
what the measures mean. Clones and classification have `pair_scores.parquet` or `program_scores.parquet`, retrieval has
`ranks.parquet`; the others are there if they were requested.
"""
PUBLISHED = {
    "triplets": tables.TRIPLETS,
    "programs": tables.DATASET_PROGRAMS,
    "texts": tables.TEXTS,
    "qrels": tables.QRELS,
    "negatives": tables.NEGATIVES,
    "mined_negatives": tables.MINED_NEGATIVES,
    "queries": tables.DATASET_QUERIES,
    "clones": tables.CLONES,
}


class UndocumentedColumnError(Exception):
    """A column of a table has no sentence."""


def render() -> str:
    """Return the page: a run's tables, then the dataset's, then those of results."""
    notes = docstrings.of_module(tables)
    run = [_run_table(name, path, notes) for name, path in TABLES.items()]
    dataset = [_published_table(name) for name in PUBLISHED]
    notes = docstrings.of_module(results)
    scores = [_result_table(name, file, notes) for name, file in RESULT_TABLES.items()]
    return page(INTRODUCTION, "## A run directory", *run, DATASET, *dataset, RESULTS, *scores)


def _run_table(name: str, path: str, notes: dict[str, str]) -> str:
    schema: pa.Schema = getattr(tables, name)
    sentences = {column: COLUMNS.get(f"{name}.{column}") or COLUMNS.get(column) for column in schema.names}
    return f"### `{path}`\n\n{prose(notes[name])}\n\n{_columns(name, schema, sentences)}"


def _result_table(name: str, file: str, notes: dict[str, str]) -> str:
    schema: pa.Schema = getattr(results, name)
    if file.startswith("ranks_"):  # its note says that the others are those of ranks.parquet
        schema = pa.schema([column for column in schema if column.name not in results.RANKS.names])
    sentences = {one: RESULT_COLUMNS.get(f"{name}.{one}") or RESULT_COLUMNS.get(one) for one in schema.names}
    return f"### `{file}`\n\n{prose(notes[name])}\n\n{_columns(name, schema, sentences)}"


def _published_table(name: str) -> str:
    head = f"### `{name}`\n\nOne row is {published.CONFIGS[name]}."
    return f"{head}\n\n{_columns(name, PUBLISHED[name], dict(published.COLUMNS[name]))}"


def _columns(name: str, schema: pa.Schema, sentences: dict[str, str | None]) -> str:
    rows = []
    for column in schema:
        sentence = sentences.get(column.name)
        if not sentence:
            raise UndocumentedColumnError(f"{name}.{column.name}: write a sentence in docs/generators/")
        rows.append((f"`{column.name}`", f"{column.type}{', optional' if column.nullable else ''}", prose(sentence)))
    return table(("column", "type", "holds"), rows)
