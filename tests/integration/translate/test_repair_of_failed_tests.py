"""Translations that fail their tests are repaired before deduplication, and verified once."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from synthcode.pipelines.main import run_cli
from tests.support.programs.broken_answers import is_repair
from tests.support.services.chat_server import Asked, ChatServer, Reply, chat_server, completion

NUMBERS = range(4)


def write_recipe(folder: Path) -> Path:
    """JavaScript seeds with Python tests, in the form of MBXP."""
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
                "test": f"def check(candidate):\n    assert candidate(5) == {5 + number}\n" * (language == "python"),
            }
            for number in NUMBERS
        ]
        (folder / f"{name}_release_v1.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    recipe = folder / "recipe.yaml"
    tree = {
        "seeds": {"adapter": "mbxp", "path": str(folder), "language": "javascript"},
        "translate": {"targets": ["python"], "model": "m"},
        "verify": True,
        "repair": {"rounds": 2},
    }
    recipe.write_text(yaml.safe_dump(tree))
    return recipe


def answer(asked: Asked) -> Reply:
    """Add 0 is right at once, 1 after a repair, 2 after two, 3 never.

    The wrong ones parse and resemble the right one: they add 10 too much, and one less with every repair.
    """
    found = re.search(r"add_(\d+)", asked.prompt)
    assert found is not None
    number = int(found[1])
    wrong = re.search(r"return n \+ (\d+)\n```", asked.prompt)
    repairs = number + 11 - int(wrong[1]) if wrong else 0
    added = number if repairs == number else number + 10 - repairs
    return Reply(completion(f"```python\ndef add_{number}(n):\n    return n + {added}\n```"))


def run_recipe(recipe: Path, run: Path, server: ChatServer) -> int:
    return run_cli(["run", str(recipe), "--out", str(run), "--base-url", server.base_url, "--workers", "2"])


def counts_of(run: Path, stage: str) -> dict[str, Any]:
    counts: dict[str, Any] = json.loads((run / "manifest.json").read_text())["stages"][stage]["counts"]
    return counts


@pytest.mark.slow
def test_what_fails_its_tests_is_repaired(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe, run = write_recipe(tmp_path), tmp_path / "run"
    with chat_server(answer) as server:
        assert run_recipe(recipe, run, server) == 0
        repairs = [asked.prompt for asked in server.asked if is_repair(asked)]
        assert run_recipe(recipe, run, server) == 0
        assert len([asked for asked in server.asked if is_repair(asked)]) == len(repairs) == 5
    assert all("Its error (test_failed): " in prompt for prompt in repairs)
    failed = [pq.read_table(run / "repairs" / f"failed_tests{number}.parquet").num_rows for number in range(3)]
    assert failed == [3, 2, 1]
    rounds = counts_of(run, "repair")["rounds"]
    assert [(row["requested"], row["accepted"], row["failed_tests"]) for row in rounds.values()] == [
        (3, 3, 2),
        (2, 2, 1),
    ]
    verified = counts_of(run, "verify")
    assert (verified["verified"]["python"], verified["failed"]["python"]) == ({"tested": 3}, {"test_failed": 6})
    assert verified["run"] == 0
    triplets = pq.read_table(run / "dataset" / "data" / "triplets")
    assert sorted(triplets["func2"].to_pylist()) == [f"def add_{n}(n):\n    return n + {n}" for n in range(3)]
    capsys.readouterr()
    assert run_cli(["status", str(run)]) == 0
    assert "3 requested, 3 completed, 3 accepted, 2 of them fail their tests" in capsys.readouterr().out
