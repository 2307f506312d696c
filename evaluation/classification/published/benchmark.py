"""What is read of a published benchmark, before anything is scored: programs, and pairs or labels by split."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from synthcode.vocabulary import SPLITS, Split

I64 = npt.NDArray[np.int64]
Labels01 = npt.NDArray[np.int8]

Scoring = Literal["pairs", "problems", "labels"]
"""How a benchmark is scored: pairs by a threshold, programs of a problem by retrieval, labels by a classifier."""


class PairRows(NamedTuple):
    """The pairs of one split, in the order of its file."""

    a: I64
    """Places of programs, (pairs,)."""
    b: I64
    label: Labels01
    """1 if the two are clones, 0 if not. (pairs,)"""


class LabelledRows(NamedTuple):
    """The programs of one split, in the order of their ids."""

    ids: Sequence[str]
    texts: Sequence[str]
    labels: Sequence[str]
    groups: Sequence[str]
    """What each program is a part of: a problem, or a commit. The unit of intervals."""


@dataclass(frozen=True)
class PublishedPairs:
    """A benchmark of pairs."""

    name: str
    language: str
    ids: Sequence[str]
    """Ascending."""
    texts: Sequence[str]
    """Of the programs, in the order of their ids."""
    parts: Mapping[Split, PairRows]
    warnings: Sequence[str] = ()
    """What is known to be wrong with it, and what was found on reading."""

    @property
    def digest(self) -> str:
        """A digest of all that it holds: the same in whatever format it was read from."""
        hashed = _hashed(self.name, self.ids, self.texts)
        for split in SPLITS:
            for column in self.parts.get(split, ()):
                hashed.update(f"{split} {len(column)} ".encode() + np.ascontiguousarray(column).tobytes())
        return hashed.hexdigest()[:32]


@dataclass(frozen=True)
class PublishedLabels:
    """A benchmark of programs with a label each."""

    name: str
    language: str
    scoring: Literal["problems", "labels"]
    parts: Mapping[Split, LabelledRows]
    warnings: Sequence[str] = ()

    @property
    def digest(self) -> str:
        """A digest of all that it holds: the same in whatever format it was read from."""
        columns = [column for split in SPLITS for column in self.parts.get(split, ())]
        return _hashed(self.name, self.scoring, *columns).hexdigest()[:32]


PublishedBenchmark = PublishedPairs | PublishedLabels


def _hashed(*columns: str | Sequence[str]) -> hashlib._Hash:
    hashed = hashlib.sha256()
    for column in columns:
        values = [column] if isinstance(column, str) else column
        hashed.update(f"{len(values)} ".encode())
        for value in values:
            content = value.encode("utf-8", "surrogatepass")
            hashed.update(f"{len(content)} ".encode() + content)
    return hashed
