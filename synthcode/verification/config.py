"""What a recipe says of verification."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Le


@dataclass(frozen=True)
class VerifyConfig:
    """Which translations are run with tests, and on which inputs."""

    more_inputs: Annotated[int, Ge(0), Le(1000)] = 20
    """Further inputs for each seed: its own solution gives the expected results."""
    strict: bool = False
    """Reject translations that pass the seed's tests and differ from its solution on a further input."""
    mutants: Annotated[int, Ge(0), Le(200)] = 20
    """Broken versions of each seed's solution, to score its tests by the share that they catch; 0 does not."""
    random_seed: int = 0
    """Decides which further inputs and versions; the same ones come with the same number."""
    languages: tuple[str, ...] | None = None
    """Verify translations into these languages only; None verifies all."""
    cache: str | None = None
    """A file of verdicts that several runs share; it changes no output."""
