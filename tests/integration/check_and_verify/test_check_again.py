"""'check' judges what it has not judged, and writes the bytes that judging all would write."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from synthcode.gate.config import CheckConfig
from synthcode.gate.gate import check as check_batch
from synthcode.pipelines.main import run_cli
from synthcode.pipelines.steps.check.known_verdicts import KnownVerdicts
from synthcode.schemas.records import StageResult
from synthcode.schemas.tables import CHECK_INPUT

GOOD = {
    "java": "class A { int add(int a, int b) { return a + b; } }",
    "c": "int add(int a, int b) { return a + b; }",
    "go": "not a program",
}


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


def translated(folder: Path, seeds: int = 3, targets: str = "java,c,go") -> Path:
    table, recording, run = folder / "seeds.jsonl", folder / "recording.jsonl", folder / "run"
    rows = [
        {"id": f"s{n}", "language": "python", "text": f"Add, {n}.", "code": f"def add_{n}(a, b):\n    return a + {n}\n"}
        for n in range(seeds)
    ]
    table.write_text("".join(json.dumps(row) + "\n" for row in rows))
    answers = [
        {"source_id": f"s{n}", "target_language": name, "text": f"```\n{code}\n```", "finish_reason": "stop"}
        for n in range(seeds)
        for name, code in GOOD.items()
    ]
    recording.write_text("".join(json.dumps(row) + "\n" for row in answers))
    assert synthcode("seeds", run, "--from", "table", "--path", table) == 0
    options = ("--backend", "replay", "--recording", recording, "--model", "people", "--targets", targets)
    assert synthcode("translate", run, *options) == 0
    return run


def counts(run: Path) -> tuple[int, int]:
    found = json.loads((run / "manifest.json").read_text())["stages"]["check"]["counts"]
    return found["judged"], found["already_known"]


def tables(run: Path) -> dict[str, bytes]:
    return {str(path.relative_to(run)): path.read_bytes() for path in sorted(run.glob("*[td]*/*.parquet"))}


@pytest.fixture
def checked(tmp_path: Path) -> Path:
    run = translated(tmp_path)
    assert synthcode("check", run) == 0
    assert counts(run) == (9, 0)
    return run


@pytest.mark.slow
def test_only_new_seeds_and_languages_are_judged(
    checked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = tables(checked)
    for targets, expected in (("c,go", (0, 6)), ("java,c,go", (0, 9))):
        assert synthcode("translate", checked, "--targets", targets) == 0
        assert synthcode("check", checked) == 0
        assert counts(checked) == expected
    assert "check: 6 accepted, 3 rejected; 0 judged, 9 already known" in capsys.readouterr().err
    assert tables(checked) == first
    translated(tmp_path, seeds=5)
    assert synthcode("check", checked) == 0
    assert counts(checked) == (6, 9)
    again = tables(checked)
    assert synthcode("check", checked, "--force") == 0
    assert counts(checked) == (15, 0)
    assert tables(checked) == again != first


@pytest.mark.slow
def test_other_settings_judge_everything_again(checked: Path) -> None:
    (checked / "recipe.yaml").write_text(
        (checked / "recipe.yaml").read_text().replace("max_chars: 100", "max_chars: 40 #")
    )
    assert "max_chars: 40" in (checked / "recipe.yaml").read_text()
    assert synthcode("check", checked) == 0
    assert counts(checked) == (9, 0)


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["a row", "the file", "a trigger", "missing"])
def test_a_damaged_store_costs_work_only(checked: Path, damage: str) -> None:
    before = tables(checked)
    store = checked / "verdicts.sqlite"
    if damage == "missing":
        store.unlink()
    elif damage == "the file":
        store.write_bytes(b"SQLite format 3\0" + bytes(5000))
    else:
        with sqlite3.connect(store) as connection:
            forged = "UPDATE verdicts SET verdict = x'7b7d' WHERE reason IS NULL"
            trigger = "CREATE TRIGGER t AFTER INSERT ON verdicts BEGIN DELETE FROM verdicts; END"
            connection.execute(forged if damage == "a row" else trigger)
    for path in checked.glob("translations/*"):
        path.unlink()
    assert synthcode("check", checked) == 0
    assert counts(checked) == ((6, 3) if damage == "a row" else (9, 0))
    assert tables(checked) == before


def test_a_linked_store_is_not_written_through(checked: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.write_text("precious")
    (checked / "verdicts.sqlite").unlink()
    (checked / "verdicts.sqlite").symlink_to(mine)
    assert synthcode("check", checked, "--force") == 1
    assert mine.read_text() == "precious"


def completions(count: int) -> pa.Table:
    row = dict.fromkeys(CHECK_INPUT.names, "x") | {"sample_index": 0, "source_language": "python"}
    rows = [
        {**row, "request_id": str(n), "target_language": "c", "text": f"```c\nint f{n}(void) {{ return {n}; }}\n```"}
        for n in range(count)
    ]
    return pa.Table.from_pylist(rows, schema=CHECK_INPUT)


def test_a_kill_loses_one_batch_at_most(tmp_path: Path) -> None:
    batches = [completions(6).slice(start, 2) for start in (0, 2, 4)]
    given: list[str] = []

    def judge(batches: Iterable[pa.Table], last: str) -> Iterator[StageResult]:
        for batch in batches:
            given.extend(batch["request_id"].to_pylist())
            if last in given:
                raise KeyboardInterrupt
            yield check_batch(batch, CheckConfig())

    def verdicts(compiler: str = "cc 1") -> KnownVerdicts:
        return KnownVerdicts(
            tmp_path / "verdicts.sqlite", CheckConfig(), {"toolchain:c": compiler, "toolchain:go": compiler}
        )

    with pytest.raises(KeyboardInterrupt):
        verdicts().judge_unknown(batches, lambda batches: judge(batches, "2"), lambda count: None)
    assert given == ["0", "1", "2", "3"]
    given.clear()
    second = verdicts()
    second.judge_unknown(batches, lambda batches: judge(batches, "none"), lambda count: None)
    assert given == ["2", "3", "4", "5"]
    fresh = [check_batch(batch, CheckConfig()) for batch in batches]
    assert [tuple(map(pa.Table.to_pylist, one)) for one in second.results(batches)] == [
        tuple(map(pa.Table.to_pylist, one)) for one in fresh
    ]
    given.clear()
    verdicts("cc 2").judge_unknown(batches, lambda batches: judge(batches, "none"), lambda count: None)
    assert given == ["0", "1", "2", "3", "4", "5"]
