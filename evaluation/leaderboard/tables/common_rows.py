"""The questions that all entries of a table have answered: queries, pairs or programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synthcode.errors import InputError
from synthcode.evaluation.leaderboard.content import Kind
from synthcode.evaluation.leaderboard.entries.folders import AGAIN
from synthcode.evaluation.results.coverage import counted

MOST_NAMED = 3
"""Encoders that a note names."""

I64 = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Keys: TypeAlias = "pa.ChunkedArray | pa.Array"


class CommonRows:
    """Which entries have which questions.

    Parameters
    ----------
    encoders
        The encoder of each entry.
    keys
        Of each entry: a text a row, the same for the same question.

    Raises
    ------
    InputError
        If an entry has a question twice.
    """

    def __init__(self, encoders: Sequence[str], keys: Sequence[Keys]) -> None:
        chunks = [chunk for one in keys for chunk in (one.chunks if isinstance(one, pa.ChunkedArray) else [one])]
        encoded = pa.chunked_array(chunks, pa.string()).combine_chunks().dictionary_encode()
        codes, self.number = np.asarray(encoded.indices, dtype=np.int64), len(encoded.dictionary)
        self.encoders = np.array(encoders, dtype=object)
        self.codes = np.split(codes, np.cumsum([len(one) for one in keys])[:-1])
        """The number of each entry's questions, row by row."""
        self.has = np.zeros((len(keys), self.number), dtype=np.bool_)
        """(entries, questions)"""
        for mine, of_entry, name in zip(self.codes, self.has, encoders, strict=True):
            of_entry[mine] = True
            if of_entry.sum() < len(mine):
                raise InputError(f"the results of {name} rank a query twice", AGAIN)

    def encoders_in_common(self) -> Bools:
        """Return which entries are of encoders that have questions in common, (entries,).

        As long as there are none, the encoder that shares the least with the others is left out.

        Raises
        ------
        InputError
            If only one encoder is left, and not even its own entries have a question in common.
        """
        known = list(dict.fromkeys(self.encoders))
        has = np.stack([all_of(self.has[self.encoders == name]) for name in known])
        kept = np.ones(len(known), dtype=np.bool_)
        while not all_of(has[kept]).any():
            if kept.sum() == 1:
                name = known[int(np.flatnonzero(kept)[0])]
                raise InputError(f"the exits of {name} have no query in common", AGAIN)
            overlap = (has * has[kept].sum(axis=0)).sum(axis=1) / np.maximum(1, has.sum(axis=1))
            kept[int(np.argmin(np.where(kept, overlap, np.inf)))] = False
        return np.isin(self.encoders, [name for name, is_kept in zip(known, kept, strict=True) if is_kept])

    def common(self, kept: Bools) -> Bools:
        """Return which questions all of these entries have, (questions,)."""
        return all_of(self.has[kept])

    def places(self, kept: Bools) -> list[I64]:
        """Return the rows of the common questions of each entry that is kept, in one order for all."""
        common = self.common(kept)
        found = []
        for codes, is_kept in zip(self.codes, kept, strict=True):
            if is_kept:
                rows = np.flatnonzero(common[codes])
                found.append(rows[np.argsort(codes[rows], kind="stable")])
        return found

    def lacking(self, kept: Bools) -> str:
        """Return which encoders lack most of the questions that any has, as a sentence."""
        has = self.has[kept]
        missing = (has.any(axis=0) & ~has).sum(axis=1)
        lacking = {name: int(number) for name, number in zip(self.encoders[kept], missing, strict=True) if number}
        most = sorted(lacking, key=lambda name: -lacking[name])
        listed = ", ".join(f"{name} lacks {lacking[name]:,}" for name in most[:MOST_NAMED])
        return listed + (f", and {len(most) - MOST_NAMED:,} more lack some." if len(most) > MOST_NAMED else ".")

    def summary(self, kind: Kind, kept: Bools, noun: str) -> str:
        """Return how many questions are common to all, as a sentence; empty if all are."""
        there = int(self.has[kept].any(axis=0).sum())
        common = int(self.common(kept).sum())
        if common == there:
            return ""
        return f"{kind.task} {kind.variant}: {common:,} of {counted(there, noun)} are common to all."


def all_of(has: Bools) -> Bools:
    """Return which columns all rows have."""
    found: Bools = np.logical_and.reduce(has, axis=0)
    return found


def about_encoders(kind: Kind, encoders: Sequence[str], kept: Bools, why: str) -> list[str]:
    """Return a note about each encoder that is left out of a table.

    Parameters
    ----------
    kind
        What the table is of.
    encoders
        Of each entry.
    kept
        Which entries are in the table. (entries,)
    why
        The reason, as the end of a sentence, and what explains it.
    """
    lost = dict.fromkeys(name for name, is_kept in zip(encoders, kept, strict=True) if not is_kept)
    return [f"{name} is left out of {kind.task} {kind.variant}: {why}" for name in lost]
