"""How similar programs must be to count as duplicates, of each other or of a published benchmark's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Gt, Le

from synthcode.vocabulary import DropMode, TransitiveMode


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

    transitive: TransitiveMode = "keep"
    """What becomes of a program that is similar to removed programs only: ``keep`` it, so that every removed program
    reaches the threshold against one that stays, or ``drop`` it."""
    max_removed: Annotated[float, Ge(0), Le(1)] | None = None
    """The largest share of the programs of a source or a language that may be removed; above it, the command fails.
    Without it, a large share is only warned of."""


@dataclass(frozen=True)
class ContaminationConfig:
    """Which published benchmarks the programs must not be like."""

    against: tuple[str, ...] = ()
    """``[NAME=][ADAPTER:]PATH[@LANGUAGE]`` of each."""
    drop: DropMode = "train"
    """The splits from which contaminated programs are removed."""
