"""MBXP's problems: a program a language with its own test, and the Python seed that it is a translation of."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from synthcode.gate.syntax.diagnosis import diagnose
from synthcode.languages import get_language
from synthcode.seeds.adapters.problems import number_of, whole_test
from synthcode.verification.languages.tested import TestProgram
from synthcode.verification.seed_cases import SeedTest

PREFIXES = {
    "python": "mbpp",
    "java": "mbjp",
    "javascript": "mbjsp",
    "typescript": "mbtsp",
    "kotlin": "mbkp",
    "ruby": "mbrbp",
    "php": "mbphp",
    "cpp": "mbcpp",
    "csharp": "mbcsp",
    "go": "mbgp",
}
"""Language -> how the names of its files begin. There are no releases for C and Rust."""
CLOSED_BY_TEST = {"csharp": "    }\n}\n"}
"""What ends a program whose last lines stand in the release's test."""


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
    """As the release has it."""

    def own_test(self, packages: Iterable[str]) -> TestProgram:
        """Return the test; it needs those of the packages that it names."""
        return TestProgram(after=self.test, needs=tuple(name for name in packages if name in self.test))


def python_seeds(data: Path) -> dict[str, SeedTest]:
    """Return the Python seeds by their number."""
    seeds = {}
    for row in _rows(data, "mbpp_release"):
        code = row["prompt"] + row["canonical_solution"]
        seeds[number_of(row["task_id"])] = SeedTest(
            row["task_id"], "python", code, row["entry_point"], whole_test(row) or ""
        )
    return seeds


class Programs(NamedTuple):
    """Programs of one language."""

    whole: list[Problem]
    unparsed: int
    """How many others do not parse: most are cut off. The syntax gate would reject them."""


def known_programs(data: Path, language: str, limit: int | None = None) -> Programs:
    """Return the release's own solutions; for Go, which has none, a model's completions."""
    completions = {row["task_id"]: row for row in _rows(data, f"{PREFIXES[language]}_samples")}
    rows = list(_rows(data, f"{PREFIXES[language]}_release"))
    has_solutions = any(row["canonical_solution"] for row in rows)
    bodies = ((row, _body(row, completions, has_solutions)) for row in rows)
    return _whole([_problem(row, body, language) for row, body in bodies if body], limit)


def sampled_programs(data: Path, language: str, limit: int | None = None) -> Programs:
    """Return a model's completions, a part of which are wrong."""
    rows = {row["task_id"]: row for row in _rows(data, f"{PREFIXES[language]}_release")}
    samples = _rows(data, f"{PREFIXES[language]}_samples")
    return _whole([_problem(rows[row["task_id"]], row["completion"], language) for row in samples], limit)


def has_release(data: Path, language: str) -> bool:
    """Return whether the folder holds a release of a language."""
    return any(data.glob(f"{PREFIXES[language]}_release*.jsonl.gz"))


def _rows(data: Path, start: str) -> list[dict[str, Any]]:
    rows = []
    for file in sorted(data.glob(f"{start}*.jsonl.gz"))[-1:]:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            rows += [json.loads(line) for line in lines if line.strip()]
    return rows


def _body(row: dict[str, Any], completions: dict[str, dict[str, Any]], has_solutions: bool) -> str:
    found = row["canonical_solution"] if has_solutions else completions.get(row["task_id"], {}).get("completion")
    return found or ""


def _problem(row: dict[str, Any], body: str, language: str) -> Problem:
    test = (whole_test(row) or "") if language == "python" else row["test"]
    code = row["prompt"] + body + CLOSED_BY_TEST.get(language, "")
    return Problem(number_of(row["task_id"]), language, row["prompt"], code, row["entry_point"], test)


def _whole(problems: list[Problem], limit: int | None) -> Programs:
    """Return a sample of the programs that parse; it is the same each time, in the release's order."""
    whole = [one for one in problems if diagnose(one.code, get_language(one.language)) is None]
    unparsed = len(problems) - len(whole)
    if limit is None or limit >= len(whole):
        return Programs(whole, unparsed)
    places = sorted(random.Random(0).sample(range(len(whole)), limit))
    return Programs([whole[place] for place in places], unparsed)
