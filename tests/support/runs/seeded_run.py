"""A run directory that has seeds and nothing else yet."""

from __future__ import annotations

import json
from pathlib import Path

from synthcode.pipelines.main import run_cli


def seeded_run(folder: Path, count: int) -> Path:
    """Return a run with ``count`` Python functions: seed ``s7`` is ``add_7``."""
    seeds, run = folder / "seeds.jsonl", folder / "run"
    lines = []
    for number in range(count):
        code = f"def add_{number}(a, b):\n    return a + b + {number}\n"
        lines.append(json.dumps({"id": f"s{number}", "language": "python", "text": f"Add {number}.", "code": code}))
    seeds.write_text("\n".join(lines) + "\n")
    assert run_cli(["seeds", str(run), "--from", "table", "--path", str(seeds)]) == 0
    return run
