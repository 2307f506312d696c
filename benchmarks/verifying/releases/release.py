"""The contract of a benchmark, and its problems: programs with the release's own test."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from synthcode.gate.syntax.diagnosis import diagnose
from synthcode.languages import get_language
from synthcode.schemas.test_programs import parts_of
from synthcode.verification.languages.tested import TestProgram
from synthcode.verification.seed_cases import SeedTest


@dataclass(frozen=True)
class Problem:
    """A program with the release's own test for it."""

    number: str
    """The same in every language."""
    language: str
    prompt: str
    """How the program begins: its signature, with a description."""
    code: str
    entry_point: str
    test: str
    """As the column ``tests`` of seeds has it."""

    def own_test(self, packages: Iterable[str]) -> TestProgram:
        """Return the test; it needs those of the packages that it names."""
        before, after = parts_of(self.test)
        return TestProgram(after, before, tuple(name for name in packages if name in self.test))


class Programs(NamedTuple):
    """Programs of one language."""

    whole: list[Problem]
    unparsed: int
    """How many others do not parse: most are cut off. The syntax gate would reject them."""


class Release(Protocol):
    """A benchmark as it was published."""

    languages: Sequence[str]
    """Those that there are programs in."""

    def python_seeds(self) -> dict[str, SeedTest]:
        """Return the Python seeds by their number."""
        ...

    def known_programs(self, language: str, limit: int | None = None) -> Programs:
        """Return the release's own solutions."""
        ...

    def sampled_programs(self, language: str, limit: int | None = None) -> Programs:
        """Return programs of which a part is wrong: a model's completions, or what stands in their place."""
        ...


def parsed(problems: Sequence[Problem], limit: int | None) -> Programs:
    """Return a sample of the programs that parse; it is the same each time, in the release's order."""
    whole = [one for one in problems if diagnose(one.code, get_language(one.language)) is None]
    unparsed = len(problems) - len(whole)
    if limit is None or limit >= len(whole):
        return Programs(whole, unparsed)
    places = sorted(random.Random(0).sample(range(len(whole)), limit))
    return Programs([whole[place] for place in places], unparsed)
