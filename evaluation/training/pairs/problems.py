"""Where the texts and programs of each seed are, by number: seeds, groups and languages are numbered from 0."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.errors import InputError
from synthcode.evaluation.retrieval.benchmark import I64
from synthcode.evaluation.training.pairs.groups import group_seeds
from synthcode.evaluation.training.pairs.tables import SplitTables

MOST_LANGUAGES = 32
"""Tables of pairs of languages would be large beyond: a column that holds something else has thousands of values."""


@dataclass(frozen=True)
class Problems:
    """The seeds that have programs, in the order of their ids."""

    languages: tuple[str, ...]
    """Sorted."""
    seed_ids: pa.Array
    """Sorted. (seeds,)"""
    seed: I64
    """The number of each program's seed. (programs,)"""
    group: I64
    """The group of each seed, from 0 and without gaps. (seeds,)"""
    text: I64
    """The row of each seed's text, -1 if it has none. (seeds,)"""
    rows: I64
    """Rows of programs, by seed and then by language. (programs,)"""
    starts: I64
    """The programs of seed s in language l are ``rows[starts[s * L + l]:starts[s * L + l + 1]]``. (seeds * L + 1,)"""

    @property
    def sizes(self) -> I64:
        """How many programs each seed has in each language: (seeds, L)."""
        return np.diff(self.starts).reshape(self.group.size, len(self.languages))

    @property
    def has(self) -> npt.NDArray[np.bool_]:
        """Whether a seed has a program in a language: (seeds, L)."""
        return self.sizes > 0

    @property
    def can_text(self) -> npt.NDArray[np.bool_]:
        """Whether a seed gives text-code pairs: (seeds,)."""
        return self.text >= 0

    @property
    def can_code(self) -> npt.NDArray[np.bool_]:
        """Whether a seed gives code-code pairs: it has programs in two languages. Shape (seeds,)."""
        languages: I64 = self.has.sum(axis=1)
        return languages > 1


def number_problems(tables: SplitTables) -> Problems:
    """Find the texts and programs of every seed. A text without words, or of a seed without programs, is left out.

    Raises
    ------
    InputError
        If there are more than ``MOST_LANGUAGES`` languages.
    """
    languages = tables.languages
    if len(languages) > MOST_LANGUAGES:
        raise InputError(
            f"split 'train' has programs in {len(languages):,} languages, training takes {MOST_LANGUAGES}",
            "train on a dataset that names its languages as synthcode does: see 'synthcode languages'",
        )
    seeds = pc.unique(tables.programs["seed_id"]).sort()
    seed = _places(tables.programs["seed_id"], seeds)
    language = _places(tables.programs["language"], pa.array(languages, pa.string()))
    key = seed * len(languages) + language
    rows = np.argsort(key, kind="stable")
    starts = np.searchsorted(key[rows], np.arange(len(seeds) * len(languages) + 1))
    groups, texts = group_seeds(seeds, tables), _texts(tables, seeds)
    return Problems(tuple(languages), seeds, seed, groups, texts, rows, starts)


def _texts(tables: SplitTables, seeds: pa.Array) -> I64:
    text = np.full(len(seeds), -1, dtype=np.int64)
    place = pc.index_in(tables.texts["seed_id"], value_set=seeds)
    usable = pc.and_(pc.is_valid(place), pc.not_equal(pc.utf8_trim_whitespace(tables.texts["text"]), ""))
    described = np.flatnonzero(usable.to_numpy())
    text[place.to_numpy()[described].astype(np.int64)] = described
    return text


def _places(names: pa.ChunkedArray, known: pa.Array) -> I64:
    places: I64 = pc.index_in(names, value_set=known).to_numpy().astype(np.int64)
    return places
