"""The queries that all entries of a table have, and why others are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synthcode.errors import InputError
from synthcode.evaluation.leaderboard.content import Kind
from synthcode.evaluation.leaderboard.folders import AGAIN
from synthcode.evaluation.leaderboard.retrieval_entries import RankedEntry
from synthcode.evaluation.results.common_queries import ANY_CORPUS, PAIRS, QUERY_KEYS, query_names
from synthcode.evaluation.results.coverage import counted
from synthcode.evaluation.retrieval.measures import QueryRanks
from synthcode.evaluation.retrieval.ranks import query_ranks

MOST_NAMED = 3
"""Encoders that a note names."""

I64 = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


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
    asked = _Asked(entries)
    kept = asked.encoders_in_common()
    notes = _about_encoders(kind, entries, kept)
    common = asked.common(kept)
    if kept.sum() > 1:
        notes += _about_queries(kind, asked, kept, common)
    chosen = [rows for rows, is_kept in zip(asked.rows, kept, strict=True) if is_kept]
    parts = [rows.filter(pa.array(common[codes])) for rows, codes in chosen]
    order = [np.argsort(codes[common[codes]], kind="stable") for _, codes in chosen]
    sorted_parts = [part.take(pa.array(places)) for part, places in zip(parts, order, strict=True)]
    return SharedQueries(
        entries=[one for one, is_kept in zip(entries, kept, strict=True) if is_kept],
        ranks=query_ranks(pa.concat_tables(part.select(["ranks"]) for part in sorted_parts)),
        queries=sorted_parts[0].drop_columns(["ranks"]),
        notes=notes,
    )


class _Asked:
    """The queries of entries, each as a number.

    Parameters
    ----------
    entries
        Of one table.
    """

    def __init__(self, entries: Sequence[RankedEntry]) -> None:
        names = pa.chunked_array([chunk for one in entries for chunk in query_names(one.ranks, QUERY_KEYS).chunks])
        encoded = names.combine_chunks().dictionary_encode()
        codes, self.number = np.asarray(encoded.indices, dtype=np.int64), len(encoded.dictionary)
        ends = np.cumsum([one.ranks.num_rows for one in entries])
        self.rows = [(one.ranks, codes[end - one.ranks.num_rows : end]) for one, end in zip(entries, ends, strict=True)]
        self.has = np.zeros((len(entries), self.number), dtype=np.bool_)
        for place, (one, (_, mine)) in enumerate(zip(entries, self.rows, strict=True)):
            self.has[place, mine] = True
            if self.has[place].sum() < len(mine):
                raise InputError(f"the results of {one.entry.encoder} rank a query twice", AGAIN)
        self.names = np.array([one.entry.encoder for one in entries], dtype=object)

    def encoders_in_common(self) -> Bools:
        """Return which entries are of encoders that have queries in common, (entries,).

        Raises
        ------
        InputError
            If only one encoder is left, and not even its own entries have a query in common.
        """
        known = list(dict.fromkeys(self.names))
        has = np.stack([_all(self.has[self.names == name]) for name in known])
        kept = np.ones(len(known), dtype=np.bool_)
        while not _all(has[kept]).any():
            if kept.sum() == 1:
                name = known[int(np.flatnonzero(kept)[0])]
                raise InputError(f"the exits of {name} have no query in common", AGAIN)
            overlap = (has * has[kept].sum(axis=0)).sum(axis=1) / np.maximum(1, has.sum(axis=1))
            kept[int(np.argmin(np.where(kept, overlap, np.inf)))] = False
        return np.isin(self.names, [name for name, is_kept in zip(known, kept, strict=True) if is_kept])

    def common(self, kept: Bools) -> Bools:
        """Return which queries all of these entries have, (queries,)."""
        return _all(self.has[kept])

    def grouped(self, kept: Bools, keys: Sequence[str]) -> tuple[I64, Bools]:
        """Return the group of each query by some columns, (queries,), and which entries have any of it.

        The latter is of shape (entries that are kept, groups).
        """
        texts = np.full(self.number, "", dtype=object)
        for rows, codes in self.rows:
            texts[codes] = query_names(rows, keys).to_pylist()
        groups = np.unique(texts, return_inverse=True)[1].astype(np.int64)
        has = self.has[kept]
        found = np.zeros((len(has), int(groups.max(initial=-1)) + 1), dtype=np.bool_)
        for mine, of_entry in zip(found, has, strict=True):
            mine[groups[of_entry]] = True
        return groups, found


def _all(has: Bools) -> Bools:
    """Return which columns all rows have."""
    found: Bools = np.logical_and.reduce(has, axis=0)
    return found


def _about_encoders(kind: Kind, entries: Sequence[RankedEntry], kept: Bools) -> list[str]:
    lost = dict.fromkeys(one.entry.encoder for one, is_kept in zip(entries, kept, strict=True) if not is_kept)
    return [
        f"{name} is left out of {kind.task} {kind.variant}: it shares no query with the others. A query is the same if"
        " its languages and problem are, and its corpus has as many documents."
        for name in lost
    ]


def _about_queries(kind: Kind, asked: _Asked, kept: Bools, common: Bools) -> list[str]:
    """Say how many queries are left out, for which reasons, and which encoders lack them."""
    has = asked.has[kept]
    there = has.any(axis=0)
    lost = there & ~common
    if not lost.any():
        return []
    names = [name for name, is_kept in zip(asked.names, kept, strict=True) if is_kept]
    lacking = {name: int(number) for name, number in zip(names, (~has & there).sum(axis=1), strict=True) if number}
    most = sorted(lacking, key=lambda name: -lacking[name])
    listed = ", ".join(f"{name} lacks {lacking[name]:,}" for name in most[:MOST_NAMED])
    more = f", and {len(most) - MOST_NAMED:,} more" if len(most) > MOST_NAMED else ""
    return [
        f"{kind.task} {kind.variant}: {common.sum():,} of {counted(int(there.sum()), 'query')} are common to all."
        f" Left out: {_reasons(asked, kept, lost)}. {listed}{more}."
    ]


def _reasons(asked: _Asked, kept: Bools, lost: Bools) -> str:
    """Count the lost queries by the reason why some entry lacks them."""
    pairs, has_pair = asked.grouped(kept, PAIRS)
    askings, has_asking = asked.grouped(kept, ANY_CORPUS)
    has_no_pair = lost & ~_all(has_pair)[pairs]
    other_corpus = lost & ~has_no_pair & _all(has_asking)[askings]
    rest = lost & ~has_no_pair & ~other_corpus
    number = len(np.unique(pairs[has_no_pair]))
    counts = {
        f"in {counted(number, 'pair')} of languages that not all have": has_no_pair,
        "whose corpora have different sizes": other_corpus,
        "that not all have in these languages": rest,
    }
    return "; ".join(f"{mine.sum():,} {reason}" for reason, mine in counts.items() if mine.any())
