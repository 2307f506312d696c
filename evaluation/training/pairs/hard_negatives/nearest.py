"""For each program, the nearest one that answers another question."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.errors import InputError
from synthcode.evaluation.encoders.bm25 import K1, METHOD, B
from synthcode.evaluation.retrieval.benchmark import I64
from synthcode.evaluation.training.pairs.balance import F64
from synthcode.evaluation.training.pairs.problems import Problems
from synthcode.evaluation.training.pairs.tables import SplitTables
from synthcode.extras import install_line
from synthcode.identifiers import pieces

_DEPTH = 32
"""Programs that BM25 returns: so many of a program's own group may come before the first of another one."""


@dataclass(frozen=True)
class NearestPrograms:
    """The programs that are trained on, each with its negative."""

    programs: pa.Table
    group: I64
    nearest: I64
    """The row of each program's negative. (programs,)"""
    warnings: list[str] = field(default_factory=list)

    def draw(self, seeds: I64, positives: I64, uniform: F64) -> I64:
        """Return the negatives of the positives."""
        del seeds, uniform
        drawn: I64 = self.nearest[positives]
        return drawn


def nearest_programs(tables: SplitTables, problems: Problems) -> NearestPrograms:
    """Find the nearest program of another group in the same language, by BM25.

    A program that shares no word with those of other groups gets any of them, the only one in its language a
    program of another language.

    Raises
    ------
    InputError
        If bm25s is not installed.
    """
    group = problems.group[problems.seed]
    languages = tables.programs["language"].combine_chunks()
    nearest = _next_of_other_group(np.arange(group.size), group)
    for language in problems.languages:
        rows = np.flatnonzero(pc.equal(languages, language).to_numpy(zero_copy_only=False))
        if np.unique(group[rows]).size > 1:
            nearest[rows] = _next_of_other_group(rows, group)
            found = _search(tables.programs["shown"].take(pa.array(rows)).to_pylist())
            other = group[rows[found]] != group[rows][:, None]
            if other.any():
                hit = np.flatnonzero(other.any(axis=1))
                nearest[rows[hit]] = rows[found[hit, other[hit].argmax(axis=1)]]
    return NearestPrograms(tables.programs, group, nearest)


def _search(codes: list[str]) -> I64:
    """Return the places of the programs nearest to each, the nearest first: (programs, up to ``_DEPTH``)."""
    try:
        import bm25s
    except ImportError as problem:
        raise InputError("hard negatives by BM25 need bm25s", install_line("bm25")) from problem
    words = [pieces(code) for code in codes]
    if not any(words):
        return np.empty((len(codes), 0), dtype=np.int64)
    index = bm25s.BM25(k1=K1, b=B, method=METHOD)
    index.index(words, show_progress=False)
    found = index.retrieve(words, k=min(_DEPTH, len(words)), show_progress=False)
    places: I64 = found.documents.astype(np.int64)
    return places


def _next_of_other_group(rows: I64, group: I64) -> I64:
    """Return, for each row, the first after all rows of its group, when rows are sorted by group: (rows,)."""
    order = np.argsort(group[rows], kind="stable")
    ordered = group[rows[order]]
    following = np.empty_like(rows)
    following[order] = rows[order[np.searchsorted(ordered, ordered, side="right") % rows.size]]
    return following
