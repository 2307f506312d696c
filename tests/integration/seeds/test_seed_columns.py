"""What a table says beyond text and code goes along to the dataset: ids, licences, tests, further columns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from synthcode.pipelines.main import run_cli
from synthcode.pipelines.runs.recipe import parse_recipe

SUMS = [
    {
        "task_id": f"sum/{number}",
        "text": f"sum_of_{number} adds {number} numbers.",
        "code": f"def sum_of_{number}(values):\n    total = {number}\n    for one in values:\n        total += one\n"
        f"    return total - {number} * {'len(values) or ' * number}1\n",
        "entry_point": f"sum_of_{number}",
        "tests": {"python": f"assert sum_of_{number}([]) == 0"},
        "level": number,
    }
    for number in range(2, 8)
]


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


def table(run: Path, config: str) -> list[dict[str, Any]]:
    files = sorted((run / "dataset" / "data" / config).glob("*.parquet"))
    return [row for file in files for row in pq.read_table(file).to_pylist()]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    tasks, recording = tmp_path / "tasks.jsonl", tmp_path / "recording.jsonl"
    tasks.write_text("".join(json.dumps(row) + "\n" for row in SUMS))
    answers = [
        {
            "source_id": row["task_id"],
            "target_language": "ruby",
            "text": f"```ruby\ndef {row['entry_point']}(values)\n  values.sum {'* 1 ' * number}\nend\n```",
        }
        for number, row in enumerate(SUMS, 2)
    ]
    recording.write_text("".join(json.dumps(row) + "\n" for row in answers))
    folder = tmp_path / "run"
    read = ("seeds", folder, "--from", "table", "--path", tasks, "--language", "python", "--license", "MIT")
    assert synthcode(*read, "--keep-column", "level", "--source", "sums") == 0
    replay = ("translate", folder, "--backend", "replay", "--recording", recording, "--targets", "ruby")
    for command in (replay, ("dedup", folder, "--threshold", "1"), ("build", folder)):
        assert synthcode(*command) == 0
    return folder


def test_every_configuration_names_the_seeds_own_id(run: Path) -> None:
    names = {str(row["task_id"]) for row in SUMS}
    for config in ("triplets", "programs", "texts", "qrels"):
        assert {row["source_id"] for row in table(run, config)} == names
    seeds = {row["seed_id"]: row["source_id"] for row in table(run, "texts")}
    assert all(row["source_id"] == seeds[row["seed_id"]] for row in table(run, "programs"))
    assert {row["license"] for row in table(run, "triplets")} == {"MIT"}
    assert {row["source"] for row in table(run, "triplets")} == {"sums"}
    for row in table(run, "texts"):
        number = int(row["source_id"].removeprefix("sum/"))
        assert json.loads(row["extra"]) == {"level": number}
        assert json.loads(row["tests"]) == {"python": f"assert sum_of_{number}([]) == 0"}
        assert (row["source"], row["entry_point"]) == ("sums", f"sum_of_{number}")


def test_texts_that_contain_the_name_of_the_entry_point_are_warned_of(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert synthcode("seeds", run) == 0
    assert "warning: 6 of 6 texts contain the name of the entry point" in capsys.readouterr().err


def test_a_recipe_of_an_earlier_version_is_read() -> None:
    tree = {"seeds": {"adapter": "table", "path": "x", "first_paragraph": True}}
    recipe = parse_recipe(tree, "recipe.yaml")
    assert recipe.seeds is not None
    assert recipe.seeds.text == "first-paragraph"
