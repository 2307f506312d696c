"""Reading a published dataset: whole, as a benchmark, or one task of it as the dicts that other tools take."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.errors import InputError
from synthcode.evaluation.retrieval.benchmark import Benchmark, Cell, Tables, from_tables
from synthcode.evaluation.retrieval.levels import at_level
from synthcode.identity import digest
from synthcode.languages import find_language
from synthcode.schemas.tables import DATASET_QUERIES
from synthcode.storage.published import CONFIGS, QUERIES_NAME, PublishedDataset, find_dataset
from synthcode.storage.shards import shards_of
from synthcode.vocabulary import DEFAULT_VARIANT, IN_WORDS, QUERY_STYLES, TEXT, Level, QueryStyle, Variant, style_task


@dataclass(frozen=True)
class RetrievalTask:
    """One retrieval task over one pair of languages."""

    queries: dict[str, str]
    """``query_id`` -> text or code. Every query has an answer in the corpus."""
    corpus: dict[str, str]
    """``corpus_id`` -> code: all documents of the corpus language, relevant or not."""
    qrels: dict[str, dict[str, int]]
    """``query_id`` -> ``corpus_id`` -> 1: the form that pytrec_eval, ranx and ir_measures take."""


def load_task(
    dataset: str | os.PathLike[str],
    corpus_language: str,
    query_language: str = TEXT,
    *,
    split: str = "test",
    variant: Variant = DEFAULT_VARIANT,
    require: Level | None = None,
) -> RetrievalTask:
    """Read one task of ``RUN/dataset``, or of a downloaded copy of it.

    Parameters
    ----------
    dataset
        A run directory, its dataset, or a folder that holds ``data/``.
    corpus_language
        Language of the documents.
    query_language
        Language of the queries; ``text`` asks in words, ``keyword``, ``question`` and ``paraphrase`` in the words of
        a model.
    split
        ``train``, ``validation`` or ``test``.
    variant
        Of the code: as it came, without comments and docstrings, or with the entry point renamed as well.
    require
        Only translations that were verified to this level or a higher one; the seeds' own programs stay.

    Raises
    ------
    InputError
        If the dataset, the split, or that pair of languages does not exist, or no translation has the level.
    """
    corpus_language, query_language = _name(corpus_language), _name(query_language)
    styles = [style for style in QUERY_STYLES if style == query_language]
    benchmark = load_benchmark(dataset, split, require, query_styles=styles)
    in_words = style_task(query_language) if styles else "text2code"
    cell = Cell(in_words if query_language in IN_WORDS else "code2code", query_language, corpus_language)
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


def _name(language: str) -> str:
    """Return a language's name for any of its usual ones; other words, such as ``text``, as they are."""
    known = find_language(language)
    return language if known is None else known.name


def load_benchmark(
    dataset: str | os.PathLike[str],
    split: str = "test",
    require: Level | None = None,
    *,
    most_problems: int | None = None,
    query_styles: Sequence[QueryStyle] = (),
) -> Benchmark:
    """Read all tasks of one split of a run directory, of its dataset, or of any folder in that form.

    Parameters
    ----------
    dataset
        A run directory, its dataset, or a folder that holds ``data/``.
    split
        ``train``, ``validation`` or ``test``.
    require
        ``checked``, ``compiled`` or ``tested``: leave out the translations that were not verified to this level, as
        queries and as documents. The seeds' own programs stay.
    most_problems
        Keep only the texts and programs of so many seeds, the same ones at every call. A smaller corpus is easier:
        its scores compare models, and say nothing of the whole benchmark.
    query_styles
        ``keyword``, ``question``, ``paraphrase``: also the queries that a model wrote from the texts in these styles,
        each style as a task of its own.

    Raises
    ------
    InputError
        If the dataset or the split does not exist, a table has other columns, or no translation has the level.
    """
    published = find_dataset(Path(dataset))
    tables = {config: _read(published, config, split) for config in ("programs", "texts", "qrels")}
    queries = _queries(published, split, query_styles)
    content = published.digest([split], [*tables, *([QUERIES_NAME] if query_styles else [])])
    if query_styles:
        content = digest("query styles", content, sorted(query_styles))
    if most_problems is not None:
        tables = _sampled(tables, most_problems)
    whole = Tables(**tables, problems=_problems(published, split), queries=queries)
    benchmark = from_tables(str(dataset), content, split, whole)
    return benchmark if require is None else at_level(benchmark, require)


def _queries(published: PublishedDataset, split: str, styles: Sequence[QueryStyle]) -> pa.Table:
    """Return the queries of some styles.

    Raises
    ------
    InputError
        If there are none of one of the styles.
    """
    if not styles:
        return DATASET_QUERIES.empty_table()
    rows = pa.concat_tables(list(published.batches(QUERIES_NAME, split, DATASET_QUERIES.names)))
    there = sorted(set(rows["style"].to_pylist()))
    if missing := [style for style in styles if style not in there]:
        raise InputError(
            f"{published.folder}: split {split!r} has no queries of style {missing[0]!r}",
            f"its styles are {', '.join(there)}" if there else "score another --split, or leave out --query-style",
        )
    return rows.filter(pc.is_in(rows["style"], value_set=pa.array(list(styles), pa.string())))


def _sampled(tables: Mapping[str, pa.Table], most: int) -> dict[str, pa.Table]:
    """Return the rows of some seeds, drawn by the digests of their ids, and the judgements among them."""
    seeds = sorted({*_ids(tables, "texts", "seed_id"), *_ids(tables, "programs", "seed_id")}, key=digest)
    drawn = pa.array(seeds[:most], pa.string())
    texts, programs = (_among(tables[name], "seed_id", drawn) for name in ("texts", "programs"))
    documents = programs["program_id"].combine_chunks()
    queries = pa.concat_arrays([texts["seed_id"].combine_chunks(), documents])
    qrels = _among(_among(tables["qrels"], "query_id", queries), "corpus_id", documents)
    return {"programs": programs, "texts": texts, "qrels": qrels}


def _ids(tables: Mapping[str, pa.Table], name: str, column: str) -> list[str]:
    found: list[str] = pc.unique(tables[name][column]).to_pylist()
    return found


def _among(table: pa.Table, column: str, values: pa.Array) -> pa.Table:
    return table.filter(pc.is_in(table[column], value_set=values))


def _problems(published: PublishedDataset, split: str) -> Mapping[str, str]:
    """Return the split group of each seed; datasets without triplets have none."""
    if not shards_of(published.folder / "data" / "triplets", split):
        return {}
    pairs = _read(published, "triplets", split, ("seed_id", "cluster_id"))
    return dict(zip(pairs["seed_id"].to_pylist(), pairs["cluster_id"].to_pylist(), strict=True))


def _read(published: PublishedDataset, config: str, split: str, columns: Sequence[str] | None = None) -> pa.Table:
    names = CONFIGS[config].names if columns is None else columns
    nothing = pa.schema([CONFIGS[config].field(name) for name in names]).empty_table()
    return pa.concat_tables([nothing, *published.batches(config, split, names)])
