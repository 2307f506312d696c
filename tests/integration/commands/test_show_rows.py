"""'show' finds a row by any of its ids, and seeds that have no translation."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from synthcode.identity import program_id
from synthcode.pipelines.main import run_cli

LOOP = "def total(values):\n    result = 0\n    for value in values:\n        result += value * 3\n    return result\n"
ROWS = [
    {"id": "mine/1", "language": "python", "text": "Add three times each value.", "code": LOOP},
    {"id": "mine/2", "language": "python", "text": "The same again.", "code": LOOP},
    {"id": "mine/3", "language": "python", "text": "Broken.", "code": "def broken(:"},
    {
        "id": "mine/4",
        "language": "python",
        "text": "Reverse a text.",
        "code": "def turned(text):\n    return text[::-1]\n",
    },
]


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("show")
    table, run = folder / "seeds.jsonl", folder / "run"
    table.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    assert synthcode("seeds", run, "--from", "table", "--path", table) == 0
    assert synthcode("dedup", run) == 0
    return run


@pytest.fixture(scope="module")
def checked(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checked")
    table, run, recording = seeded.parent / "seeds.jsonl", folder / "run", folder / "recording.jsonl"
    answers = [
        {"source_id": row["id"], "target_language": "c", "text": "```c\nint f(int a, int b) { return a * b + 3; }\n```"}
        for row in ROWS
    ]
    recording.write_text("".join(json.dumps(answer) + "\n" for answer in answers))
    assert synthcode("seeds", run, "--from", "table", "--path", table) == 0
    assert synthcode("dedup", run) == 0
    assert synthcode("translate", run, "--recording", recording, "--targets", "c", "--model", "people") == 0
    assert synthcode("check", run) == 0
    return run


def shown(capsys: pytest.CaptureFixture[str], run: Path, *options: str, code: int = 0) -> tuple[set[str], str]:
    """Return which seeds are shown, and what stderr says."""
    capsys.readouterr()
    assert synthcode("show", run, "--no-pager", *options) == code
    output = capsys.readouterr()
    return {row["id"] for row in ROWS if f"  {row['id']}\n" in output.out}, output.err


def test_every_seed_is_shown_before_anything_is_translated(seeded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, seeded)[0] == {"mine/1", "mine/2", "mine/3", "mine/4"}
    assert "verdicts in" in shown(capsys, seeded, "--reason", "truncated")[1]


def test_rows_are_found_by_any_id(checked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = pq.read_table(checked / "translations").to_pylist()[0]
    seeds = {seed["seed_id"]: seed["source_id"] for seed in pq.read_table(checked / "seeds").to_pylist()}
    name = seeds[row["seed_id"]]
    for found in (name, row["seed_id"][:9], row["request_id"], program_id(row["seed_id"], row["request_id"])[:12]):
        assert shown(capsys, checked, "--id", found) == ({name}, "")
    for found in (name, row["seed_id"][:9]):
        assert shown(capsys, checked, "--seed-id", found) == ({name}, "")
    assert shown(capsys, checked, "--search", name.upper()) == ({name}, "")
    cluster = pq.read_table(checked / "seed_clusters.parquet").to_pylist()[0]["cluster_id"]
    assert synthcode("show", checked, "--id", cluster[:10]) == 0
    assert f"cluster {cluster}: 2 programs" in capsys.readouterr().out
    assert "no seed, program, request or single cluster" in shown(capsys, checked, "--id", "nothing", code=1)[1]


@pytest.mark.slow
def test_removed_and_rejected_seeds_are_found(checked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    translated = shown(capsys, checked)[0]
    assert translated in ({"mine/1", "mine/4"}, {"mine/2", "mine/4"})
    (removed,) = {"mine/1", "mine/2"} - translated
    assert shown(capsys, checked, "--id", removed)[0] == {removed}
    assert shown(capsys, checked, "--search", removed)[0] == {removed}
    assert shown(capsys, checked, "--reason", "exact_duplicate")[0] == {removed}
    assert shown(capsys, checked, "--reason", "syntax_error")[0] == {"mine/3"}
    assert shown(capsys, checked, "--seed-id", "mine/3")[0] == {"mine/3"}
    for name in ("mine/1", "mine/3", "mine/4"):  # an id may begin with the same digit
        assert name in shown(capsys, checked, "--seed-id", name.removeprefix("mine/"))[0]


@pytest.mark.slow
def test_an_id_of_no_seed_is_an_error(checked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("mine/9", "ine/1", "zz"):
        error = shown(capsys, checked, "--seed-id", name, code=1)[1]
        assert error.startswith(f"error: no seed has the id '{name}', nor one that begins with it\n")
    assert shown(capsys, checked, "--seed-id", "mine/4", "--reason", "refusal")[1].startswith("no such rows; verdicts")


def test_show_says_how_many_rows_there_are(checked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, checked, "--limit", "1")[1].startswith("1 of 2 rows; --limit 2 shows all")
    assert shown(capsys, checked, "--limit", "1", "--search", "def")[1].startswith("1 of 4 rows")
    assert shown(capsys, checked, "--limit", "2")[1] == ""


def test_a_misspelt_reason_is_an_error(checked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    error = shown(capsys, checked, "--reason", "exact_duplicates", code=1)[1]
    assert error.startswith("error: 'exact_duplicates' is not a verdict (did you mean 'exact_duplicate'?)\nverdicts in")
    assert shown(capsys, checked, "--reason", "refusal")[1].startswith("no such rows; verdicts in")


@pytest.mark.slow
def test_the_report_links_to_no_seed_without_rows(
    checked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    shutil.copytree(checked, run)
    assert synthcode("dedup", run) == 0
    assert synthcode("report", run) == 0
    page = (run / "report.html").read_text()
    (removed,) = re.findall(r'<span title="a seed, exact_duplicate[^"]*: see synthcode show RUN --id (\w+)"', page)
    assert not re.search(rf'href="[^"]*{removed}', page)
    assert len(shown(capsys, run, "--id", removed)[0]) == 1
