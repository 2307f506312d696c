"""Programs and pairs of their ids, as they were read, become a benchmark of pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from synthcode.bounded import limits
from synthcode.errors import InputError
from synthcode.evaluation.classification.published.benchmark import PairRows, PublishedPairs
from synthcode.evaluation.classification.published.faults.equal_programs import program_keys
from synthcode.evaluation.classification.published.faults.pair_faults import (
    drop_repeated,
    pair_faults,
    refuse_one_class,
)
from synthcode.evaluation.classification.published.sources import required
from synthcode.vocabulary import SPLITS, Split


class NamedPairs(NamedTuple):
    """The ids of both programs, and the label, of each pair of a split."""

    a: list[str]
    b: list[str]
    labels: list[int]


class Programs:
    """Programs by their ids, in bounded memory.

    Parameters
    ----------
    where
        What errors call the place that they are read from.
    """

    def __init__(self, where: str) -> None:
        self._where = where
        self._texts: dict[str, str] = {}
        self._chars = 0
        self._differing: dict[str, int] = {}

    def add(self, id_: str, text: str) -> None:
        """Add a program; the same one may come again."""
        known = self._texts.get(id_)
        if known is None:
            self._texts[id_] = text
            self._chars += len(text)
            refuse_large(self._where, self._chars)
        elif known != text:
            self._differing[id_] = self._differing.get(id_, 0) + 1

    def texts(self) -> dict[str, str]:
        """Return id -> program.

        Raises
        ------
        InputError
            If one id was given to different programs.
        """
        if self._differing:
            first = next(iter(self._differing))
            raise InputError(
                f"{self._where}: {sum(self._differing.values()):,} rows give the id of an earlier program to another"
                f" one; the first id is {first[:40]!r}",
                "an id must mean one program: fetch the benchmark again, or give each program its own id",
            )
        return self._texts


def refuse_large(where: str, chars: int) -> None:
    """Refuse programs that do not fit into memory together.

    Raises
    ------
    InputError
        If they come to more than ``limits.BENCHMARK``.
    """
    if chars > limits.BENCHMARK:
        raise InputError(
            f"{where} holds more than {limits.BENCHMARK:,} bytes of programs", "score a part of the benchmark"
        )


def pairs_of(
    name: str,
    language: str,
    where: str,
    texts: Mapping[str, str],
    named: Mapping[Split, NamedPairs],
    faults: Sequence[str] = (),
) -> PublishedPairs:
    """Return programs and pairs of them as a benchmark, with all faults that are found.

    Parameters
    ----------
    name, language
        Of the benchmark, and of its programs.
    where
        What errors call it.
    texts
        Id -> program.
    named
        The pairs of each split.
    faults
        What is known of the benchmark already, as sentences.

    Raises
    ------
    InputError
        If validation or test is missing, a pair names a missing program, or a split has one label only.
    """
    required(named, ("validation", "test"), where)
    ids = sorted(texts)
    places = {id_: place for place, id_ in enumerate(ids)}
    parts, found = {}, list(faults)
    for split in SPLITS:
        if split in named:
            rows, repeats = drop_repeated(split, _places(where, split, named[split], places))
            if split != "train":
                refuse_one_class(where, split, rows)
            found += repeats
            parts[split] = rows
    listed = [texts[id_] for id_ in ids]
    return PublishedPairs(
        name, language, ids, listed, parts, [*found, *pair_faults(parts, program_keys(listed, language))]
    )


def _places(where: str, split: Split, named: NamedPairs, places: Mapping[str, int]) -> PairRows:
    a, b = (np.array([places.get(id_, -1) for id_ in ids], dtype=np.int64) for ids in (named.a, named.b))
    missing = np.flatnonzero((a < 0) | (b < 0))
    if missing.size:
        first = int(missing[0])
        id_ = named.a[first] if a[first] < 0 else named.b[first]
        raise InputError(
            f"{where}: {missing.size:,} of {len(a):,} pairs of {split} name a program that is not there; the first is"
            f" {id_[:40]!r}",
            "fetch the programs again, whole; to score the other pairs, remove these from a copy of the benchmark",
        )
    return PairRows(a, b, np.array(named.labels, dtype=np.int8))
