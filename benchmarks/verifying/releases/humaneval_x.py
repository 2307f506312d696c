"""HumanEval-X: 164 problems, solved by hand in each language.

It has no completions of a model: in their place stand its solutions, each broken on purpose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from synthcode.seeds.adapters import humaneval
from synthcode.seeds.adapters.problems import number_of
from synthcode.seeds.config import SeedsConfig
from synthcode.seeds.raw import RawSeed
from synthcode.verification.seed_cases import SeedTest
from verifying.broken import broken_programs
from verifying.releases.release import Problem, Programs, parsed


class HumanEvalX:
    """A checkout of THUDM/CodeGeeX, or its folder ``humaneval-x``."""

    def __init__(self, data: Path) -> None:
        self._data = str(data)
        self.languages: Sequence[str] = humaneval.languages(self._config())

    def python_seeds(self) -> dict[str, SeedTest]:
        return {
            one.number: SeedTest(f"HumanEval/{one.number}", "python", one.code, one.entry_point, one.test)
            for one in self._problems("python")
        }

    def known_programs(self, language: str, limit: int | None = None) -> Programs:
        return parsed(self._problems(language), limit)

    def sampled_programs(self, language: str, limit: int | None = None) -> Programs:
        broken = broken_programs(self._problems(language), len(self._problems(language)))
        return parsed([replace(one.problem, code=one.code) for one in broken], limit)

    def _problems(self, language: str) -> list[Problem]:
        return [_problem(seed, language) for seed in humaneval.read(self._config(language))]

    def _config(self, language: str | None = None) -> SeedsConfig:
        return SeedsConfig("humaneval", self._data, language=language)


def _problem(seed: RawSeed, language: str) -> Problem:
    assert isinstance(seed.code, str)
    return Problem(
        number_of(seed.source_id), language, "", seed.code, seed.entry_point or "", seed.tests.get(language, "")
    )
