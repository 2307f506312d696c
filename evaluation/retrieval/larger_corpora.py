"""A benchmark whose corpora hold further programs: documents that answer no query."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.evaluation.retrieval.benchmark import (
    I64,
    PROGRAM_LEVELS,
    Benchmark,
    Cell,
    Judgements,
    Texts,
    judgements,
)
from synthcode.identity import digest
from synthcode.schemas.tables import CODE_COLUMNS
from synthcode.vocabulary import IN_WORDS


class Enlarged(NamedTuple):
    """A benchmark with larger corpora, and what became of the programs that were to be added."""

    benchmark: Benchmark
    added: Mapping[str, int]
    """Language -> documents."""
    equal: int
    """Programs that equal one that is there already, or another of those to be added."""
    other_languages: int
    """Programs in languages that the benchmark does not search."""


def enlarged(benchmark: Benchmark, programs: pa.Table, corpus: str, content: str) -> Enlarged:
    """Add documents to the corpora of a benchmark; its queries and judgements stay.

    A program that equals a document of its language once stripped is not added: a right answer would count as wrong.

    Parameters
    ----------
    benchmark
        The benchmark.
    programs
        Schema ``DATASET_PROGRAMS``: programs that solve none of its problems.
    corpus
        What results call the larger corpora.
    content
        A digest of the programs. The benchmark's own digest depends on it, so that scores of different corpora are
        never compared.
    """
    searched = sorted(set(benchmark.texts) - IN_WORDS)
    mine = programs.filter(pc.is_in(programs["language"], value_set=pa.array(searched, pa.string())))
    texts, places, kept = dict(benchmark.texts), {}, []
    for language in searched:
        rows = _new_documents(benchmark.texts[language], mine.filter(pc.equal(mine["language"], language)))
        texts[language], places[language] = _merged(benchmark.texts[language], rows)
        kept.append(rows)
    added = pa.concat_tables([programs.schema.empty_table(), *kept])
    larger = replace(
        benchmark,
        name=f"{benchmark.name}, corpus {corpus} (+{added.num_rows:,})",
        digest=digest("corpus", benchmark.digest, corpus, content),
        texts=texts,
        cells={cell: _moved(cell, judged, places) for cell, judged in benchmark.cells.items()},
        programs=pa.concat_tables([benchmark.programs, _levels(added)]),
    )
    counts = dict(sorted(Counter(added["language"].to_pylist()).items()))
    return Enlarged(larger, counts, mine.num_rows - added.num_rows, programs.num_rows - mine.num_rows)


def _new_documents(there: Texts, rows: pa.Table) -> pa.Table:
    """Return the rows that equal no document and no row before them, by id and by stripped code."""
    ids, codes = set(there.ids), {code.strip() for code in there.columns["stripped"]}
    rows = rows.sort_by([("program_id", "ascending")])
    keep = []
    for name, code in zip(rows["program_id"].to_pylist(), rows["code_stripped"].to_pylist(), strict=True):
        is_new = name not in ids and code.strip() not in codes
        keep.append(is_new)
        if is_new:
            ids.add(name)
            codes.add(code.strip())
    return rows.filter(pa.array(keep, pa.bool_()))


def _merged(there: Texts, rows: pa.Table) -> tuple[Texts, I64]:
    """Return all documents in descending order of their ids, and the places of those that were there before."""
    ids = [*there.ids, *rows["program_id"].to_pylist()]
    problems = [*there.problems, *rows["seed_id"].to_pylist()]
    order = sorted(range(len(ids)), key=ids.__getitem__, reverse=True)
    columns = {
        variant: _in_order([*texts, *rows[CODE_COLUMNS[variant]].to_pylist()], order)
        for variant, texts in there.columns.items()
    }
    places = np.empty(len(ids), dtype=np.int64)
    places[order] = np.arange(len(ids))
    return Texts(_in_order(ids, order), _in_order(problems, order), columns), places[: len(there.ids)]


def _in_order(values: Sequence[str], order: Sequence[int]) -> list[str]:
    return [values[place] for place in order]


def _moved(cell: Cell, judged: Judgements, places: Mapping[str, I64]) -> Judgements:
    """Return judgements with the new places of their texts."""
    queries = np.repeat(judged.queries, np.diff(judged.starts))
    if cell.query_language not in IN_WORDS:
        queries = places[cell.query_language][queries]
    return judgements(queries, places[cell.corpus_language][judged.answers])


def _levels(added: pa.Table) -> pa.Table:
    """Return what a benchmark knows of its programs: each of these is a document of its own."""
    rows = added.set_column(added.schema.get_field_index("document_id"), "document_id", added["program_id"])
    return rows.select(PROGRAM_LEVELS.names).cast(PROGRAM_LEVELS)
