"""What the gate accepts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Gt, Le

from synthcode.languages.parsing import DEADLINE_S, MAX_BYTES


@dataclass(frozen=True)
class CheckConfig:
    """What the gate accepts."""

    max_chars: Annotated[int, Ge(1), Le(MAX_BYTES)] = MAX_BYTES
    """Longer code is rejected; the parser's own limit, in bytes of UTF-8, holds as well."""
    deadline_s: Annotated[float, Gt(0), Le(60)] = DEADLINE_S
    """The most that a parser may take for one block, in seconds of ``parsing.STEPS_PER_SECOND`` steps."""
    unchanged_similarity: Annotated[float, Gt(0), Le(1)] = 0.95
    """Share of tokens in common from which code is its source handed back."""
    compile: bool = False
    """Whether what passes goes to the compilers of this machine as well; that is not this stage's work."""
    prefilled: bool = False
    """Whether the prompt ends with the fence that opens the code, so that answers begin inside of it."""
