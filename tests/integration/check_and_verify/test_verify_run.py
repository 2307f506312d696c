"""'verify' on a run directory: levels, what fails, and nothing that is run twice."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from synthcode import open_run as saved_run
from synthcode.api.calls import CallbackReporter, Progress
from synthcode.pipelines.main import run_cli
from synthcode.pipelines.runs.interrupt import StopRequest
from synthcode.pipelines.runs.run import open_run
from synthcode.pipelines.runs.step import run_if_stale
from synthcode.pipelines.steps.verify.step import verify_step
from synthcode.storage.shards import read_file

SOLUTION = "function {name}(n) {{\n    return n + {number};\n}}\n"
TEST = "def check(candidate):\n    assert candidate(1) == {one}\n    assert candidate(5) == {five}\n"
TESTS = tuple(TEST.format(one=1 + number, five=5 + number) for number in range(5))
ANSWERS = {
    0: "def add_0(n):\n    return n\n",
    1: "def add_1(n):\n    return n - 1\n",
    2: "def add_2(n):\n    return {1: 3, 5: 7}[n]\n",
    3: "def add_3(n, m):\n    return n + m\n",
    4: "import os\ndef add_4(n):\n    if n == 5:\n        os.abort()\n    return n + 4\n",
}


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


def translated(folder: Path, tests: Sequence[str] = TESTS, answers: Mapping[int, str] = ANSWERS) -> Path:
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
                "test": tests[number] if language == "python" else "",
            }
            for number in answers
        ]
        (folder / f"{name}_release_v1.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    answers = [
        {"source_id": f"MBJSP/{n}", "target_language": "python", "text": f"```\n{code}```", "finish_reason": "stop"}
        for n, code in answers.items()
    ]
    (folder / "recording.jsonl").write_text("".join(json.dumps(row) + "\n" for row in answers))
    run = folder / "run"
    assert synthcode("seeds", run, "--from", "mbxp", "--path", folder, "--language", "javascript") == 0
    replay = ("--backend", "replay", "--recording", folder / "recording.jsonl", "--model", "people")
    assert synthcode("translate", run, *replay, "--targets", "python") == 0
    return run


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache") / "verdicts.sqlite"


def verdicts(run: Path) -> list[tuple[Any, ...]]:
    columns = ("level", "tests", "passed", "reason", "detail")
    rows = read_file(run / "verification.parquet").to_pylist()
    return sorted((tuple(row[name] for name in columns) for row in rows), key=repr)


def counts(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "manifest.json").read_text())["stages"]["verify"]["counts"]
    return found


def test_levels_failures_and_a_shared_cache(tmp_path: Path, cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = translated(tmp_path / "one")
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


def status(run: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert synthcode("status", run, "--json") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    for row in (found, *found["by_language"].values()):
        out = sum(row[key] for key in ("exact_duplicates", "near_duplicates", "contaminated", "below_level"))
        assert row["accepted"] == row["kept"] + out + sum(row["failed_tests"].values())
        assert row["kept"] == sum(row["splits"].values()) or found["stages"]["build"] == "stale"
    return found


def dataset(run: Path, config: str) -> list[dict[str, Any]]:
    shards = sorted((run / "dataset" / "data" / config).glob("*.parquet"))
    return [{**row, "file": path.name} for path in shards for row in read_file(path).to_pylist()]


@pytest.mark.slow
def test_what_fails_is_left_out_and_becomes_negatives(
    tmp_path: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = translated(tmp_path / "one")
    assert synthcode("build", run) == 0
    assert len(dataset(run, "triplets")) == 5
    assert dataset(run, "negatives") == []
    assert status(run, capsys)["failed_tests"] == {}

    assert synthcode("verify", run, "--verify-cache", cache) == 0
    assert status(run, capsys)["stages"]["build"] == "stale"
    assert synthcode("build", run) == 0
    found = status(run, capsys)
    assert found["failed_tests"] == {"test_crash": 1, "test_failed": 2}
    assert (found["verified"], found["kept"]) == ({"tested": 2}, 2)
    assert {row["verification"] for row in dataset(run, "triplets")} == {"tested"}
    programs = dataset(run, "programs")
    assert [row["verification"] for row in programs if row["origin"] == "translation"] == ["tested"] * 2
    assert [row["verification"] for row in programs if row["origin"] == "seed"] == [None] * 5

    read = saved_run(run).table("negatives")  # the table has a column for its split already
    assert (read.num_rows, read.column_names.count("split")) == (3, 1)
    negatives = dataset(run, "negatives")
    assert sorted(row["reason"] for row in negatives) == ["test_crash", "test_failed", "test_failed"]
    assert "def f(n):" in "".join(row["code_anonymous"] for row in negatives)
    split_of = {row["seed_id"]: row["file"].partition("-")[0] for row in dataset(run, "texts")}
    for row in negatives:
        assert row["split"] == split_of[row["seed_id"]] == row["file"].partition("-")[0]
    judged = {row[key] for row in dataset(run, "qrels") for key in ("query_id", "corpus_id")}
    assert not {row["program_id"] for row in negatives} & ({row["program_id"] for row in programs} | judged)
    card = (run / "dataset" / "README.md").read_text()
    assert "failed: `test_failed`" in card
    assert "config_name: negatives" in card
    assert "gate, 2 of them passed tests as well" in card
    assert "they are the rows of `negatives`." in card
    assert "No program was run" not in card
    assert "no quick compiler" not in card
    assert "No compiler was used" not in card
    assert "+ contaminated + failed tests + below the level." in card
    assert synthcode("publish", run, "--to", tmp_path / "published") == 0

    capsys.readouterr()
    assert synthcode("show", run, "--reason", "test_failed") == 0
    assert "AssertionError" in capsys.readouterr().out
    assert synthcode("report", run) == 0
    assert synthcode("status", run) == 0
    assert re.search(r"test_crash +1 +python 1\n", capsys.readouterr().out)


@pytest.mark.slow
def test_what_fails_is_in_pairs_of_clones(tmp_path: Path, cache: Path) -> None:
    # Seeds 0 and 8 fail, and one near-duplicate is left out: 9 positives, 2 places for what fails.
    answers = {n: f"def add_{n}(n):\n    return n + {n if n % 8 else 70 + n}\n" for n in range(12)}
    tests = [TEST.format(one=1 + number, five=5 + number) for number in answers]
    run = translated(tmp_path / "one", tests, answers)
    tree = yaml.safe_load((run / "recipe.yaml").read_text())
    tree["splits"] |= {"train": 1.0, "validation": 0.0, "test": 0.0}
    (run / "recipe.yaml").write_text(yaml.safe_dump(tree))
    assert synthcode("verify", run, "--verify-cache", cache) == 0
    assert synthcode("build", run, "--clones") == 0
    seed_of = {row["program_id"]: row["source_id"] for row in dataset(run, "negatives")}
    assert sorted(seed_of.values()) == ["MBJSP/0", "MBJSP/8"]
    pairs = dataset(run, "clones")
    hard = [row for row in pairs if row["difficulty"] == "failed_translation"]
    assert len([row for row in pairs if row["label"]]) == 9
    assert [row for row in pairs if {row["program_a"], row["program_b"]} & seed_of.keys()] == hard
    assert {row["source_id"] for row in hard} == {row["source_id_b"] for row in hard} == {"MBJSP/0", "MBJSP/8"}


@pytest.mark.slow
def test_a_dataset_can_require_a_level(tmp_path: Path, cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = translated(tmp_path / "one")
    assert synthcode("build", run, "--require", "tested") == 1
    assert "no translation is tested, which the dataset requires" in capsys.readouterr().err
    recorded = tmp_path / "one" / "mbpp_release_v1.jsonl"
    rows = [json.loads(line) for line in recorded.read_text().splitlines()]
    untested = tmp_path / "two"
    other = translated(untested, tests=[row["test"] if row["task_id"] != "MBPP/0" else "" for row in rows])
    assert synthcode("verify", other, "--verify-cache", cache) == 0
    assert synthcode("build", other) == 0
    assert status(other, capsys)["kept"] == 2
    assert synthcode("build", other, "--require", "tested") == 0
    found = status(other, capsys)
    assert (found["below_level"], found["kept"]) == (1, 1)
    capsys.readouterr()
    assert synthcode("show", other, "--reason", "below_level") == 0
    assert "python - below_level" in capsys.readouterr().out


@pytest.mark.slow
def test_a_recipe_without_verification_forgets_it(
    tmp_path: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = translated(tmp_path / "one")
    assert synthcode("verify", run, "--verify-cache", cache) == 0
    tree = yaml.safe_load((run / "recipe.yaml").read_text())
    (run / "recipe.yaml").write_text(yaml.safe_dump({**tree, "verify": False}))
    assert synthcode("build", run) == 0
    found = status(run, capsys)
    assert (found["failed_tests"], found["kept"]) == ({}, 5)


@pytest.mark.slow
def test_progress_counts_what_is_not_known_yet(tmp_path: Path) -> None:
    run = translated(tmp_path / "one")
    for command in ("check", "dedup"):
        assert synthcode(command, run) == 0
    said: list[Progress] = []
    opened = open_run(run, StopRequest(), {"verify": True}, reporter=CallbackReporter(said.append))
    run_if_stale(opened, verify_step())
    bars = {one.label: (one.done, one.total) for one in said if one.label}
    assert bars == {"verify: cases": (5, 5), "verify": (5, 5)}

    said.clear()
    (run / "verification.parquet").unlink()
    run_if_stale(open_run(run, StopRequest(), {}, reporter=CallbackReporter(said.append)), verify_step())
    assert (run / "verification.parquet").exists()
    assert not [one for one in said if one.label]
