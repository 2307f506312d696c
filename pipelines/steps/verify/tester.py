"""Running tests with the toolchains of this machine, or on another one that has the same."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from synthcode.errors import WorkerError
from synthcode.sanitize import one_line
from synthcode.verification.benches import TestBench, open_bench
from synthcode.verification.compiling.controls import examine
from synthcode.verification.config import VerifyConfig
from synthcode.verification.find_cases import find_cases
from synthcode.verification.seed_cases import SeedCases, SeedTest
from synthcode.verification.verify import Candidate, Verified, verify

_SHOWN_CHARACTERS = 120


class Toolchain(NamedTuple):
    """What runs and compiles programs of one language on this machine."""

    bench: TestBench
    version: str
    """Of all that its verdicts depend on."""

    @classmethod
    def here(cls, language: str) -> Toolchain:
        """Return what this machine has."""
        bench, compiler = open_bench(language), examine(language)
        return cls(bench, f"{bench.version or bench.problem}; {compiler.version}")


class Work(NamedTuple):
    """Translations into one language, to be verified together."""

    language: str
    keys: tuple[bytes, ...]
    candidates: tuple[Candidate, ...]


class Tester:
    """Finds the cases of seeds and verifies translations; any thread may do so.

    Pickled, it works on another machine, whose toolchains must be those that were looked at before.

    Parameters
    ----------
    config
        The recipe's settings.
    """

    def __init__(self, config: VerifyConfig) -> None:
        self._config = config
        self._toolchains: dict[str, Toolchain] = {}
        self._expected: Mapping[str, str] = {}

    def __getstate__(self) -> dict[str, Any]:
        versions = {language: toolchain.version for language, toolchain in self._toolchains.items()}
        return {"_config": self._config, "_toolchains": {}, "_expected": {**self._expected, **versions}}

    def toolchain(self, language: str) -> Toolchain:
        """Return what runs and compiles programs of a language.

        Raises
        ------
        WorkerError
            If this is another machine, which has something else.
        """
        if language not in self._toolchains:
            expected = self._expected.get(language)
            self._toolchains[language] = Toolchain.here(language) if expected is None else _same(language, expected)
        return self._toolchains[language]

    def find_cases(self, seeds: Sequence[SeedTest]) -> list[tuple[SeedTest, SeedCases]]:
        """Find the cases of seeds."""
        return list(zip(seeds, find_cases(seeds, self._config, self.toolchain("python").bench), strict=True))

    def run(self, work: Work) -> list[tuple[bytes, Verified]]:
        """Verify a batch; return the verdicts with their keys."""
        verdicts = verify(work.language, work.candidates, self.toolchain(work.language).bench)
        return list(zip(work.keys, verdicts, strict=True))


@functools.cache
def _same(language: str, expected: str) -> Toolchain:
    """Return what this machine has, looked at once in a process."""
    found = Toolchain.here(language)
    if found.version != expected:
        has, wants = (one_line(version, _SHOWN_CHARACTERS) for version in (found.version, expected))
        raise WorkerError(
            f"a node of the cluster has another toolchain for {language}: {has}; this machine has {wants}",
            "install the same on every node, or run the command with --executor processes",
        )
    return found
