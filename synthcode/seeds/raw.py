"""A seed as it was found, before anything is checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from synthcode.schemas.records import Rejection


@dataclass(frozen=True, slots=True)
class RawSeed:
    """One row of a user's data. Nothing in it has been checked."""

    source: str
    """What the data is called: ``mbxp``."""
    source_id: str
    """What the row is called there, or where it stands: ``MBPP/4``, ``tasks.jsonl:12``."""
    language: str = ""
    """The language of the code, as it is spelled there."""
    text: str | None = None
    """What the code does, in words; None if the documentation in the code has to say it."""
    code: str | bytes | None = None
    """The code, with its documentation where it has any."""
    entry_point: str | None = None
    tests: Mapping[str, str] = field(default_factory=dict)
    """Language -> a program that, appended to a solution in that language, fails if the solution is wrong."""
    repository: str | None = None
    path: str | None = None
    url: str | None = None
    license: str | None = None
    split: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict)
    """Further columns of the table, by their name."""
    problem: Rejection | None = None
    """Why the row could not be read, where it could not: it is there to be counted."""
