"""'verify' on a run directory: levels, what fails, and nothing that is run twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from synthcode.pipelines.main import run_cli
from synthcode.storage.shards import read_file

SOLUTION = "function {name}(n) {{\n    return n + {number};\n}}\n"
TEST = "def check(candidate):\n    assert candidate(1) == {one}\n    assert candidate(5) == {five}\n"
ANSWERS = {
    0: "def add_0(n):\n    return n\n",
    1: "def add_1(n):\n    return n - 1\n",
    2: "def add_2(n):\n    return {1: 3, 5: 7}[n]\n",
    3: "def add_3(n, m):\n    return n + m\n",
    4: "import os\ndef add_4(n):\n    if n == 5:\n        os.abort()\n    return n + 4\n",
}


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


def translated(folder: Path) -> Path:
    """JavaScript seeds with Python tests, in the form of MBXP, and their translations into Python."""
    folder.mkdir()
    for name, language in (("mbjsp", "javascript"), ("mbpp", "python")):
        prefix = "MBJSP" if language == "javascript" else "MBPP"
        rows = [
            {
                "task_id": f"{prefix}/{number}",
                "language": language,
                "prompt": f"function add_{number}(n) {{\n",
                "description": f"Add {number}.",
                "entry_point": f"add_{number}",
                "canonical_solution": f"    return n + {number};\n}}\n",
                "test": TEST.format(one=1 + number, five=5 + number) if language == "python" else "",
            }
            for number in ANSWERS
        ]
        (folder / f"{name}_release_v1.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    answers = [
        {"source_id": f"MBJSP/{n}", "target_language": "python", "text": f"```\n{code}```", "finish_reason": "stop"}
        for n, code in ANSWERS.items()
    ]
    (folder / "recording.jsonl").write_text("".join(json.dumps(row) + "\n" for row in answers))
    run = folder / "run"
    assert synthcode("seeds", run, "--from", "mbxp", "--path", folder, "--language", "javascript") == 0
    replay = ("--backend", "replay", "--recording", folder / "recording.jsonl", "--model", "people")
    assert synthcode("translate", run, *replay, "--targets", "python") == 0
    return run


def verdicts(run: Path) -> list[tuple[Any, ...]]:
    columns = ("level", "tests", "passed", "reason", "detail")
    rows = read_file(run / "verification.parquet").to_pylist()
    return sorted((tuple(row[name] for name in columns) for row in rows), key=repr)


def counts(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "manifest.json").read_text())["stages"]["verify"]["counts"]
    return found


def test_levels_failures_and_a_shared_cache(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run, cache = translated(tmp_path / "one"), tmp_path / "verdicts.sqlite"
    assert synthcode("check", run) == 0
    before = {path: path.read_bytes() for path in (run / "translations").iterdir()}
    assert synthcode("verify", run, "--verify-cache", cache) == 0
    found = verdicts(run)
    assert [row[:4] for row in found] == [
        ("syntax", 1, 0, "test_crash"),
        ("syntax", 1, 0, "test_failed"),
        ("syntax", 1, 0, "test_failed"),
        ("tested", 3, 3, None),
        ("tested", 3, 3, None),
    ]
    assert {path: path.read_bytes() for path in (run / "translations").iterdir()} == before
    assert counts(run)["run"] == 5

    capsys.readouterr()
    assert synthcode("verify", run) == 0
    assert "verify: unchanged" in capsys.readouterr().err
    other = translated(tmp_path / "two")
    assert synthcode("verify", other, "--verify-cache", cache) == 0
    assert verdicts(other) == found
    assert (counts(other)["run"], counts(other)["already_known"]) == (0, 5)
