"""Drawing partners of another problem, of three kinds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synthcode.dedup.texts import I64

U64 = npt.NDArray[np.uint64]
TRIES = 64
"""Places that are looked at for a partner of another problem."""


@dataclass(frozen=True)
class Rows:
    """The programs of one split, in the order of their ids, as arrays: (programs,)."""

    seed: I64
    """Place of the seed."""
    problem: I64
    language: I64
    """A number for each language."""
    parameters: I64
    """Of the seed's function; -1 where they are not known."""
    document: I64
    """Equal programs have the same."""
    failing: npt.NDArray[np.bool_]
    """Whether it fails its tests."""
    sure: npt.NDArray[np.bool_]
    """Whether it is a seed's own, or passed its tests."""
    key: U64
    """Drawn for each program, whatever the order of rows."""


class Pool:
    """Programs by a code: those of one code lie next to each other, in an order drawn by their keys."""

    def __init__(self, rows: Rows, codes: I64, chosen: npt.NDArray[np.bool_]) -> None:
        members = np.flatnonzero(chosen)
        self._rows = members[np.lexsort((rows.key[members], codes[members]))]
        self._codes = codes[self._rows]
        self._problem = rows.problem

    def draw(self, codes: I64, anchors: I64, luck: U64) -> I64:
        """Return a program of each code that is of another problem than the anchor; -1 where none is found."""
        start = np.searchsorted(self._codes, codes, side="left")
        size = np.searchsorted(self._codes, codes, side="right") - start
        drawn = np.full(codes.size, -1, dtype=np.int64)
        open_ = np.flatnonzero(size > 0)
        for turn in range(TRIES):
            if not open_.size:
                break
            wide = size[open_].astype(np.uint64)
            places = start[open_] + ((luck[open_] + np.uint64(turn)) % wide).astype(np.int64)
            found = self._rows[places]
            fits = self._problem[found] != self._problem[anchors[open_]]
            drawn[open_[fits]] = found[fits]
            open_ = open_[~fits & (size[open_] > turn + 1)]
        return drawn


class Partners:
    """All pools of a split.

    Parameters
    ----------
    rows
        The programs.
    nearest
        For each seed, the seeds of the problems with the most similar words, -1 where there are fewer: (seeds, k).
    """

    def __init__(self, rows: Rows, nearest: I64) -> None:
        self._seeds, self._nearest = rows.seed, nearest
        self._languages = int(rows.language.max(initial=0)) + 1
        self._parameters = rows.parameters
        sound = ~rows.failing
        self._any = Pool(rows, rows.language, sound)
        self._shapes = Pool(rows, self._shape_codes(rows.language, rows.parameters), sound & (rows.parameters >= 0))
        self._of_seed = Pool(rows, self._seed_codes(rows.seed, rows.language), sound)

    def random(self, anchors: I64, languages: I64, luck: U64) -> I64:
        """Return programs of other problems."""
        return self._any.draw(languages, anchors, luck)

    def same_signature(self, anchors: I64, languages: I64, luck: U64) -> I64:
        """Return programs of other problems whose functions take as many arguments."""
        return self._shapes.draw(self._shape_codes(languages, self._parameters[anchors]), anchors, luck)

    def lexical(self, anchors: I64, languages: I64, luck: U64) -> I64:
        """Return programs of the problem with the most similar words that has one in the language."""
        drawn = np.full(anchors.size, -1, dtype=np.int64)
        for column in range(self._nearest.shape[1]):
            seeds = self._nearest[self._seeds[anchors], column]
            open_ = (drawn < 0) & (seeds >= 0)
            codes = np.where(open_, self._seed_codes(seeds, languages), -1)
            found = self._of_seed.draw(codes, anchors, luck)
            drawn[open_] = found[open_]
        return drawn

    def _seed_codes(self, seeds: I64, languages: I64) -> I64:
        return seeds * self._languages + languages

    def _shape_codes(self, languages: I64, parameters: I64) -> I64:
        return np.where(parameters < 0, -1, parameters * self._languages + languages)
