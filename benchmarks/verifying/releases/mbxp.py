"""MBXP: MBPP's problems, solved by a model in each language."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from synthcode.seeds.adapters.problems import number_of, whole_test
from synthcode.verification.seed_cases import SeedTest
from verifying.releases.release import Problem, Programs, parsed

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


class Mbxp:
    """A folder with releases of MBXP, each together with a model's completions."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self.languages: Sequence[str] = [name for name, start in PREFIXES.items() if _files(data, f"{start}_release")]

    def python_seeds(self) -> dict[str, SeedTest]:
        seeds = {}
        for row in _rows(self._data, "mbpp_release"):
            code = row["prompt"] + row["canonical_solution"]
            seeds[number_of(row["task_id"])] = SeedTest(
                row["task_id"], "python", code, row["entry_point"], whole_test(row) or ""
            )
        return seeds

    def known_programs(self, language: str, limit: int | None = None) -> Programs:
        """Return the release's own solutions; for Go, which has none, a model's completions."""
        completions = {row["task_id"]: row for row in _rows(self._data, f"{PREFIXES[language]}_samples")}
        rows = list(_rows(self._data, f"{PREFIXES[language]}_release"))
        has_solutions = any(row["canonical_solution"] for row in rows)
        bodies = ((row, _body(row, completions, has_solutions)) for row in rows)
        return parsed([_problem(row, body, language) for row, body in bodies if body], limit)

    def sampled_programs(self, language: str, limit: int | None = None) -> Programs:
        rows = {row["task_id"]: row for row in _rows(self._data, f"{PREFIXES[language]}_release")}
        samples = _rows(self._data, f"{PREFIXES[language]}_samples")
        return parsed([_problem(rows[row["task_id"]], row["completion"], language) for row in samples], limit)


def _files(data: Path, start: str) -> list[Path]:
    """Return the newest file whose name begins so."""
    return sorted(data.glob(f"{start}*.jsonl.gz"))[-1:]


def _rows(data: Path, start: str) -> list[dict[str, Any]]:
    rows = []
    for file in _files(data, start):
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
