"""A run with many translations into Python that is ready to be verified."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from synthcode.pipelines.main import run_cli
from synthcode.storage.shards import read_file


def checked_run(folder: Path, count: int) -> Path:
    """Return a run with many translations into Python, every fifth of them wrong, that is ready to be verified."""
    rows, answers = [], []
    for number in range(count):
        test = f"assert add_{number}(1) == {1 + number}\nassert add_{number}(5) == {5 + number}\n"
        code = f"function add_{number}(n) {{\n    return n + {number};\n}}\n"
        seed = {"source_id": str(number), "language": "javascript", "text": f"Add {number}.", "code": code}
        rows.append({**seed, "entry_point": f"add_{number}", "tests": {"python": test}})
        right = f"def add_{number}(n):\n    return n + {number}\n"
        code = right if number % 5 else right.replace("+", "-")
        answers.append({"source_id": str(number), "target_language": "python", "text": f"```python\n{code}```"})
    for name, lines in (("seeds", rows), ("answers", answers)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    run = folder / "run"
    seeds = ["seeds", str(run), "--from", "table", "--path", str(folder / "seeds.jsonl")]
    replay = ["--backend", "replay", "--recording", str(folder / "answers.jsonl"), "--model", "m"]
    for command in (seeds, ["translate", str(run), *replay, "--targets", "python"], ["check", str(run)]):
        assert run_cli(command) == 0
    assert run_cli(["dedup", str(run), "--threshold", "1"]) == 0
    return run


def verdicts(run: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = read_file(run / "verification.parquet").drop_columns(["seconds"]).to_pylist()
    return rows
