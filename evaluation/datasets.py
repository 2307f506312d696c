"""A published dataset as retrieval tasks: queries, a corpus, and which document answers which query."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads

from synthcode.errors import InputError
from synthcode.schemas.tables import DATASET_PROGRAMS, QRELS, TEXTS

Variant = Literal["raw", "stripped", "anonymous"]

CODE_COLUMNS: dict[Variant, str] = {"raw": "code", "stripped": "code_stripped", "anonymous": "code_anonymous"}
"""Raw code holds comments: a task on it is partly solved by reading them."""


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
    query_language: str = "text",
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
    judged = _read(dataset, "qrels", split, QRELS)
    judged = judged.filter(
        pc.and_(
            pc.equal(judged.column("query_language"), query_language),
            pc.equal(judged.column("corpus_language"), corpus_language),
        )
    )
    if judged.num_rows == 0:
        raise InputError(
            f"{dataset}: split {split!r} has no queries in {query_language!r} for documents in {corpus_language!r}",
            "the dataset card lists the splits and languages that there are",
        )
    programs = _read(dataset, "programs", split, DATASET_PROGRAMS)
    column = CODE_COLUMNS[variant]
    if query_language == "text":
        texts = _read(dataset, "texts", split, TEXTS)
        asked = dict(zip(texts.column("seed_id").to_pylist(), texts.column("text").to_pylist(), strict=True))
    else:
        asked = _documents(programs, query_language, column)
    qrels: dict[str, dict[str, int]] = {}
    for query, document in zip(
        judged.column("query_id").to_pylist(), judged.column("corpus_id").to_pylist(), strict=True
    ):
        qrels.setdefault(query, {})[document] = 1
    return RetrievalTask(
        queries={query: asked[query] for query in qrels},
        corpus=_documents(programs, corpus_language, column),
        qrels=qrels,
    )


def _documents(programs: pa.Table, language: str, column: str) -> dict[str, str]:
    """Return the documents of a language: the program that each is named after."""
    named = pc.equal(programs.column("program_id"), programs.column("document_id"))
    rows = programs.filter(pc.and_(named, pc.equal(programs.column("language"), language)))
    return dict(zip(rows.column("program_id").to_pylist(), rows.column(column).to_pylist(), strict=True))


def _read(dataset: Path, config: str, split: str, schema: pa.Schema) -> pa.Table:
    shards = sorted((dataset / "data" / config).glob(f"{split}-*.parquet"))
    if not shards:
        raise InputError(
            f"{dataset} has no split {split!r} of {config!r}",
            "name the folder that 'synthcode build' made (RUN/dataset), or a downloaded copy of it",
        )
    return pads.dataset(shards, schema=schema).to_table()
