"""Reading a published dataset: whole, as a benchmark, or one task of it as the dicts that other tools take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as pads

from evaluation.benchmark import TEXT, Benchmark, Cell, Tables, Variant, from_tables
from synthcode.errors import InputError
from synthcode.identity import digest, file_digest
from synthcode.schemas.tables import DATASET_PROGRAMS, QRELS, TEXTS, TRIPLETS

SCHEMAS = {"programs": DATASET_PROGRAMS, "texts": TEXTS, "qrels": QRELS}


@dataclass(frozen=True)
class RetrievalTask:
    """One retrieval task over one pair of languages."""

    queries: dict[str, str]
    """``query_id`` -> text or code. Every query has an answer in the corpus."""
    corpus: dict[str, str]
    """``corpus_id`` -> code: all documents of the corpus language, asked for or not."""
    qrels: dict[str, dict[str, int]]
    """``query_id`` -> ``corpus_id`` -> 1: the form that pytrec_eval, ranx and ir_measures take."""


def load_task(
    dataset: Path,
    corpus_language: str,
    query_language: str = TEXT,
    *,
    split: str = "test",
    variant: Variant = "stripped",
) -> RetrievalTask:
    """Read one task of ``RUN/dataset``, or of a downloaded copy of it.

    Parameters
    ----------
    dataset
        The folder that holds ``data/``.
    corpus_language
        Language of the documents.
    query_language
        Language of the queries; ``text`` asks in words.
    split
        ``train``, ``validation`` or ``test``.
    variant
        Of the code: as it came, without comments and docstrings, or with the entry point renamed as well.

    Raises
    ------
    InputError
        Where the dataset, the split, or that pair of languages is not there.
    """
    benchmark = load_benchmark(dataset, split)
    cell = Cell("text2code" if query_language == TEXT else "code2code", query_language, corpus_language)
    if cell not in benchmark.cells:
        raise InputError(
            f"{dataset}: split {split!r} has no queries in {query_language!r} for documents in {corpus_language!r}",
            "the dataset card lists the splits and languages that there are",
        )
    judged, asked, found = benchmark.cells[cell], benchmark.texts[query_language], benchmark.texts[corpus_language]
    qrels = {
        asked.ids[query]: {found.ids[answer]: 1 for answer in judged.answers[start:end]}
        for query, start, end in zip(judged.queries, judged.starts[:-1], judged.starts[1:], strict=True)
    }
    return RetrievalTask(
        queries={asked.ids[query]: asked.columns[variant][query] for query in judged.queries},
        corpus=dict(zip(found.ids, found.columns[variant], strict=True)),
        qrels=qrels,
    )


def load_benchmark(dataset: Path, split: str = "test") -> Benchmark:
    """Read all tasks of one split of ``RUN/dataset``, or of any folder in that form.

    Raises
    ------
    InputError
        Where the dataset or the split is not there, or a table has other columns.
    """
    shards = {config: _shards(dataset, config, split) for config in SCHEMAS}
    tables = {config: _read(files, SCHEMAS[config]) for config, files in shards.items()}
    content = digest("benchmark", [file_digest(file) for files in shards.values() for file in files])
    whole = Tables(**tables, problems=_problems(dataset, split))
    return from_tables(str(dataset), content, split, whole)


def _problems(dataset: Path, split: str) -> Mapping[str, str]:
    """Return the split group of each seed; datasets without triplets have none."""
    shards = sorted((dataset / "data" / "triplets").glob(f"{split}-*.parquet"))
    if not shards:
        return {}
    pairs = pads.dataset(shards, schema=TRIPLETS).to_table(columns=["seed_id", "cluster_id"])
    return dict(zip(pairs["seed_id"].to_pylist(), pairs["cluster_id"].to_pylist(), strict=True))


def _shards(dataset: Path, config: str, split: str) -> list[Path]:
    shards = sorted((dataset / "data" / config).glob(f"{split}-*.parquet"))
    if not shards:
        raise InputError(
            f"{dataset} has no split {split!r} of {config!r}",
            "name the folder that 'synthcode build' made (RUN/dataset), or a downloaded copy of it",
        )
    return shards


def _read(shards: list[Path], schema: pa.Schema) -> pa.Table:
    try:
        found = pads.dataset(shards)
        missing = [field.name for field in schema if not field.nullable and field.name not in found.schema.names]
        if missing:
            raise InputError(f"{shards[0]} has no column {missing[0]!r}", f"it needs {', '.join(schema.names)}")
        return pads.dataset(shards, schema=schema).to_table()
    except (pa.ArrowInvalid, pa.ArrowTypeError) as problem:
        raise InputError(f"{shards[0]} cannot be read: {problem}", "fetch or build the dataset again") from problem
