"""Graded relevance: a verified pair counts for more than one that was not tested."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from synthcode.errors import InputError
from synthcode.evaluation.retrieval.benchmark import Benchmark, Cell, Judgements, judgements
from synthcode.evaluation.retrieval.measures import F64
from synthcode.vocabulary import IN_WORDS, LEVELS

VERIFIED, UNVERIFIED = 2, 1
"""Grades of relevant documents; every other document has grade 0, failed translations among them."""


def by_grade(benchmark: Benchmark) -> dict[int, Benchmark]:
    """Return the benchmark with the judgements of each grade only; corpora stay whole.

    A pair is verified if both of its programs are a seed's own or have passed their tests. A document that stands for
    several equal programs is as good as the best of them.

    Raises
    ------
    InputError
        If the programs have no levels of verification.
    """
    programs = benchmark.programs
    translations = programs.filter(pc.equal(programs["origin"], "translation"))
    if translations.num_rows == translations["verification"].null_count:
        raise InputError(
            f"{benchmark.name}: its programs have no levels of verification to grade by",
            "leave out --graded; datasets that 'synthcode build' makes of translations have levels",
        )
    tested = pc.fill_null(pc.equal(programs["verification"], LEVELS[-1]), fill_value=False)
    good = programs.filter(pc.or_(pc.not_equal(programs["origin"], "translation"), tested))
    verified = set(good["document_id"].to_pylist())
    graded = {}
    for grade in (VERIFIED, UNVERIFIED):
        cells = {cell: _of_grade(benchmark, cell, verified, grade) for cell in benchmark.cells}
        graded[grade] = replace(benchmark, cells={cell: left for cell, left in cells.items() if len(left.queries)})
    return {grade: left for grade, left in graded.items() if left.cells}


def _of_grade(benchmark: Benchmark, cell: Cell, verified: set[str], grade: int) -> Judgements:
    judged = benchmark.cells[cell]
    queries = np.repeat(judged.queries, np.diff(judged.starts))
    is_verified = _verified(benchmark, cell.corpus_language, verified)[judged.answers]
    if cell.query_language not in IN_WORDS:
        is_verified &= _verified(benchmark, cell.query_language, verified)[queries]
    chosen = is_verified if grade == VERIFIED else ~is_verified
    return judgements(queries[chosen], judged.answers[chosen])


def _verified(benchmark: Benchmark, language: str, verified: set[str]) -> npt.NDArray[np.bool_]:
    return np.array([name in verified for name in benchmark.texts[language].ids], dtype=np.bool_)


def graded_ndcg(starts: npt.NDArray[np.int64], ranks: npt.NDArray[np.int32], grades: F64, cutoff: int = 10) -> F64:
    """Return the discounted gain within the cutoff as a share of the best there can be (trec_eval's ``ndcg_cut``).

    A document of grade g at rank r gains g / log2(r + 1) (Järvelin and Kekäläinen 2002, TOIS 20(4)).

    Parameters
    ----------
    starts
        Query ``i`` has the documents ``starts[i]:starts[i + 1]``, at least one. (queries + 1,)
    ranks, grades
        Of the relevant documents, in any order within a query; grades are above 0. (pairs,)
    cutoff
        Documents that count.
    """
    query = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    gains = np.where(ranks <= cutoff, grades / np.log2(ranks + 1.0), 0.0)
    best_first = grades[np.lexsort((-grades, query))]
    places = np.arange(len(grades)) - np.repeat(starts[:-1], np.diff(starts)) + 1
    ideal = np.where(places <= cutoff, best_first / np.log2(places + 1.0), 0.0)
    scores: F64 = np.add.reduceat(gains, starts[:-1]) / np.add.reduceat(ideal, starts[:-1])
    return scores
