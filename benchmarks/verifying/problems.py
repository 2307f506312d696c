"""MBXP's problems: a program a language with its own test, and the Python seed that it is a translation of."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


def known_programs(data: Path, language: str, limit: int | None = None) -> list[Problem]:
    """Return the release's own solutions; for Go, which has none, a model's completions."""
    completions = {row["task_id"]: row for row in _rows(data, f"{PREFIXES[language]}_samples")}
    rows = list(_rows(data, f"{PREFIXES[language]}_release"))
    has_solutions = any(row["canonical_solution"] for row in rows)
    bodies = ((row, _body(row, completions, has_solutions)) for row in rows)
    return _chosen([_problem(row, body, language) for row, body in bodies if body], limit)


def sampled_programs(data: Path, language: str, limit: int | None = None) -> list[Problem]:
    """Return a model's completions, a part of which are wrong."""
    rows = {row["task_id"]: row for row in _rows(data, f"{PREFIXES[language]}_release")}
    samples = _rows(data, f"{PREFIXES[language]}_samples")
    return _chosen([_problem(rows[row["task_id"]], row["completion"], language) for row in samples], limit)


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


def _chosen(problems: list[Problem], limit: int | None) -> list[Problem]:
    """Return a sample that is the same each time, in the release's order."""
    if limit is None or limit >= len(problems):
        return problems
    places = sorted(random.Random(0).sample(range(len(problems)), limit))
    return [problems[place] for place in places]
