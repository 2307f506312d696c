"""How similar programs must be to count as duplicates, of each other or of a published benchmark's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Gt, Le

from synthcode.vocabulary import DropMode


@dataclass(frozen=True)
class DedupConfig:
    """How alike programs must be to count as duplicates, and how they are looked for."""

    threshold: Annotated[float, Gt(0), Le(1)] = 0.7
    """Jaccard similarity from which two programs are near-duplicates."""
    num_perm: Annotated[int, Ge(16), Le(4096)] = 256
    """Slots of a MinHash signature."""
    ngram: Annotated[int, Ge(1), Le(64)] = 5
    """Unicode code points in a shingle."""
    random_seed: Annotated[int, Ge(0)] = 0
    """Of the signatures only: which programs count as duplicates does not depend on it."""


@dataclass(frozen=True)
class ContaminationConfig:
    """Which published benchmarks the programs must not be like."""

    against: tuple[str, ...] = ()
    """``[NAME=][ADAPTER:]PATH[@LANGUAGE]`` of each."""
    drop: DropMode = "train"
    """The splits from which contaminated programs are removed."""
