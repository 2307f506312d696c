"""The queries that all entries of a table of retrieval have, and why others are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from synthcode.evaluation.leaderboard.content import Kind
from synthcode.evaluation.leaderboard.entries.retrieval_entries import RankedEntry
from synthcode.evaluation.leaderboard.tables.common_rows import I64, Bools, CommonRows, about_encoders, all_of
from synthcode.evaluation.results.common_queries import ANY_CORPUS, PAIRS, query_names
from synthcode.evaluation.results.coverage import counted
from synthcode.evaluation.retrieval.measures import QueryRanks
from synthcode.evaluation.retrieval.ranks import query_ranks

NOTHING_SHARED = (
    "it shares no query with the others. A query is the same if its languages and problem are, and its corpus has as"
    " many documents."
)


@dataclass(frozen=True)
class SharedQueries:
    """Entries with the ranks of the queries that all of them have."""

    entries: Sequence[RankedEntry]
    ranks: QueryRanks
    """Of all entries, one after another, each with the same queries in the same order."""
    queries: pa.Table
    """What one entry has of each query, without the ranks: columns of schema ``RANKS``."""
    notes: Sequence[str]
    """What is left out, and why."""


def shared_queries(kind: Kind, entries: Sequence[RankedEntry]) -> SharedQueries:
    """Restrict entries to their common queries.

    An encoder that shares no query with the others is left out; without it they are compared on all of theirs.

    Raises
    ------
    InputError
        If an entry ranks one query twice.
    """
    names = [one.entry.encoder for one in entries]
    rows = CommonRows(names, [query_names(one.ranks) for one in entries])
    kept = rows.encoders_in_common()
    notes = about_encoders(kind, names, kept, NOTHING_SHARED)
    if summary := rows.summary(kind, kept, "query"):
        lost = rows.has[kept].any(axis=0) & ~rows.common(kept)
        reasons = _reasons(_Groups(entries, rows, kept), lost)
        notes.append(f"{summary} Left out: {reasons}. {rows.lacking(kept)}")
    chosen = [one for one, is_kept in zip(entries, kept, strict=True) if is_kept]
    parts = [one.ranks.take(pa.array(places)) for one, places in zip(chosen, rows.places(kept), strict=True)]
    ranks = query_ranks(pa.concat_tables(part.select(["ranks"]) for part in parts))
    return SharedQueries(chosen, ranks, parts[0].drop_columns(["ranks"]), notes)


class _Groups:
    """Queries grouped by some of their columns.

    Parameters
    ----------
    entries
        Of a table.
    rows
        Their queries.
    kept
        The entries that count. (entries,)
    """

    def __init__(self, entries: Sequence[RankedEntry], rows: CommonRows, kept: Bools) -> None:
        self._entries, self._rows, self._has = entries, rows, rows.has[kept]

    def by(self, keys: Sequence[str]) -> tuple[I64, Bools]:
        """Return the group of each query, (queries,), and which groups every entry has some of, (groups,)."""
        texts = np.full(self._rows.number, "", dtype=object)
        for one, codes in zip(self._entries, self._rows.codes, strict=True):
            texts[codes] = query_names(one.ranks, keys).to_pylist()
        groups = np.unique(texts, return_inverse=True)[1].astype(np.int64)
        found = np.zeros((len(self._has), int(groups.max(initial=-1)) + 1), dtype=np.bool_)
        for mine, of_entry in zip(found, self._has, strict=True):
            mine[groups[of_entry]] = True
        return groups, all_of(found)


def _reasons(groups: _Groups, lost: Bools) -> str:
    """Count the lost queries by the reason why some entry lacks them."""
    pairs, is_common_pair = groups.by(PAIRS)
    questions, is_common_question = groups.by(ANY_CORPUS)
    has_no_pair = lost & ~is_common_pair[pairs]
    other_corpus = lost & ~has_no_pair & is_common_question[questions]
    rest = lost & ~has_no_pair & ~other_corpus
    number = len(np.unique(pairs[has_no_pair]))
    counts = {
        f"in {counted(number, 'pair')} of languages that not all have": has_no_pair,
        "whose corpora have different sizes": other_corpus,
        "that not all have in these languages": rest,
    }
    return "; ".join(f"{mine.sum():,} {reason}" for reason, mine in counts.items() if mine.any())
