"""What ``verify`` need not run again: the cases of seeds, and the verdicts of tests on translations.

Both depend on programs, tests, settings, toolchains and this version's harness, and on nothing else. What is not known
is run first and stored batch by batch; then the table is made from what is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple, Self

from synthcode import redaction
from synthcode.pipelines.steps.verify.tester import Tester, Toolchain, Work
from synthcode.schemas.test_programs import parts_of
from synthcode.storage.known_verdicts.store import SharedVerdicts, Verdict, VerdictStore, verdict_key
from synthcode.verification.cases.stored import read_cases, write_cases
from synthcode.verification.config import VerifyConfig
from synthcode.verification.harness_version import harness_version
from synthcode.verification.languages.tested import TestProgram
from synthcode.verification.seed_cases import SeedCases, SeedTest
from synthcode.verification.verify import Candidate, Verified

BATCH_PROGRAMS = 48
"""Programs of one language that are run together: compilers that take many at once are started once for them."""
_NO_TEST = SeedCases(problem="no test")


class Row(NamedTuple):
    """A translation with its seed."""

    language: str
    request_id: str
    seed_id: str
    candidate: Candidate


class KnownTests:
    """Runs each program with its tests once.

    Parameters
    ----------
    path
        The run's file of verdicts.
    config
        The recipe's settings.
    """

    def __init__(self, path: Path, config: VerifyConfig) -> None:
        rules = harness_version()
        shared = VerdictStore(Path(config.cache), rules, is_shared=True) if config.cache else None
        self._store = SharedVerdicts(VerdictStore(path, rules), shared)
        self._config, self._rules = config, rules
        self.tester = Tester(config)
        """Does what is not known."""

    def __enter__(self) -> Self:
        self._store.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._store.__exit__(*error)

    def toolchain(self, language: str) -> Toolchain:
        """Return what runs and compiles programs of a language."""
        return self.tester.toolchain(language)

    # Cases of seeds

    def seeds_without_cases(self, seeds: Sequence[SeedTest]) -> list[SeedTest]:
        """Return the seeds whose cases are not known."""
        found = self._store.find([self._case_key(seed) for seed in seeds])
        return [seed for seed in seeds if self._case_key(seed) not in found]

    def add_cases(self, cases: Sequence[tuple[SeedTest, SeedCases]]) -> None:
        """Store the cases that were found, durably."""
        self._store.add([(self._case_key(seed), _stored_cases(found)) for seed, found in cases])

    def cases(self, seeds: Sequence[SeedTest]) -> dict[str, SeedCases]:
        """Return the known cases, by ``seed_id``."""
        keys = {seed.seed_id: self._case_key(seed) for seed in seeds}
        found = self._store.find(list(keys.values()))
        return {name: _read_cases(found[key]) for name, key in keys.items() if key in found}

    def _case_key(self, seed: SeedTest) -> bytes:
        settings = [self._config.more_inputs, self._config.mutants, self._config.random_seed]
        return verdict_key("cases", self._rules, self.toolchain("python").version, settings, seed.__dict__)

    # Verdicts on translations

    def unknown(self, rows: Sequence[Row]) -> Iterator[Work]:
        """Yield the translations whose verdict is not known, in batches of one language."""
        keys = [self._key(row) for row in rows]
        found = self._store.find(keys)
        left = [(row, key) for row, key in zip(rows, keys, strict=True) if key not in found]
        for language, group in groupby(sorted(left, key=_language_and_key), key=lambda one: one[0].language):
            unique = {key: row.candidate for row, key in group}
            items = list(unique.items())
            for start in range(0, len(items), BATCH_PROGRAMS):
                some = items[start : start + BATCH_PROGRAMS]
                yield Work(language, tuple(key for key, _ in some), tuple(one for _, one in some))

    def add(self, verdicts: Sequence[tuple[bytes, Verified]]) -> None:
        """Store what was found, durably."""
        self._store.add([(key, _stored(verdict)) for key, verdict in verdicts])

    def verdicts(self, rows: Sequence[Row]) -> list[Verified]:
        """Return the known verdicts on all rows."""
        keys = [self._key(row) for row in rows]
        found = self._store.find(keys)
        return [Verified(**found[key]) for key in keys]

    def prune(self) -> None:
        """Remove verdicts of other versions."""
        self._store.prune()

    def _key(self, row: Row) -> bytes:
        one = row.candidate
        own = None if one.test is None else [one.test.before, one.test.after, list(one.test.needs)]
        cases = [write_cases(one.cases.cases), one.cases.problem]
        tested = [one.code, one.entry_point, one.level, own, cases]
        return verdict_key("tests", self._rules, row.language, self.toolchain(row.language).version, tested)


def candidate_of(row: dict[str, Any], cases: dict[str, SeedCases]) -> Row:
    """Return a translation, joined with its seed's ``tests`` and ``entry_point``, as what is to be verified."""
    own = dict(row["tests"] or ()).get(row["target_language"])
    one = Candidate(
        row["code"],
        row["entry_point"] or "",
        row["verification"],
        _test_program(own) if own else None,
        cases.get(row["seed_id"], _NO_TEST),
    )
    return Row(row["target_language"], row["request_id"], row["seed_id"], one)


def _test_program(text: str) -> TestProgram:
    before, after = parts_of(text)
    return TestProgram(after, before)


def _language_and_key(one: tuple[Row, bytes]) -> tuple[str, bytes]:
    return one[0].language, one[1]


def _stored(verdict: Verified) -> Verdict:
    detail, more_detail = map(redaction.redact, (verdict.detail, verdict.more_detail))
    return verdict._replace(detail=detail, more_detail=more_detail)._asdict()


def _stored_cases(found: SeedCases) -> Verdict:
    return {"cases": write_cases(found.cases), "problem": found.problem, "mutation_score": found.mutation_score}


def _read_cases(stored: Verdict) -> SeedCases:
    return SeedCases(read_cases(stored["cases"]), stored["problem"], stored["mutation_score"])
