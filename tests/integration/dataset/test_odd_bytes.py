"""Unexpected bytes in arguments and in files: two lines, and no traceback."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from synthcode.pipelines.main import run_cli

RECIPES = [
    b"hello",
    b"[1, 2]",
    b"\xff",
    b"a: " + b"[" * 20_000,
    b"a: &a [*a]",
    b"seeds: {adapter: 3, path: [x]}",
    b"seeds: 5",
    b"workers: " + b"9" * 5_000,
    b"translate: {targets: {java: 1}, model: [m]}",
    b"? {a: 1}\n: b",
    b"1: 2",
    b'seeds: {adapter: table, path: "a\\0b"}\ntranslate: {targets: [java], model: m}',
]


def two_lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    printed = capsys.readouterr().err.splitlines()
    assert len(printed) == 2
    assert printed[0].startswith("error: ")
    return printed


@pytest.mark.parametrize("content", RECIPES, ids=range(len(RECIPES)))
def test_a_recipe_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes) -> None:
    (tmp_path / "r.yaml").write_bytes(content)
    assert run_cli(["run", str(tmp_path / "r.yaml"), "--out", str(tmp_path / "run")]) in (1, 2)
    assert "this is a bug" not in two_lines(capsys)[1]


def test_an_argument_that_is_not_utf8_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "t.jsonl").write_text('{"a": "b"}\n')
    column = ["--column", "text=\udcff", "--language", "python"]
    table = ["--from", "table", "--path", str(tmp_path / "t.jsonl")]
    assert run_cli(["seeds", str(tmp_path / "run"), *table, *column]) == 1
    assert two_lines(capsys)[0].endswith("is not UTF-8")


@pytest.mark.parametrize("template", [b"{{ 1/0 }}", b"\xff", b"{{ code + 1 }}", b"{% include 'user.jinja' %}", b"{{ "])
def test_a_template_that_cannot_be_filled_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], template: bytes
) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "user.jinja").write_bytes(template)
    prompt = ["--set", f"translate.prompt={tmp_path}/p", "--set", "backend.name=openai"]
    assert run_cli(["run", "quickstart", "--dry-run", "--limit", "3", *prompt]) == 1
    printed = capsys.readouterr().err.splitlines()[-2:]
    assert printed[0].startswith("error: prompt") or printed[0].endswith("at byte 0")
    assert "this is a bug" not in printed[1]


@pytest.mark.slow
def test_answers_that_became_bytes_are_asked_for_again(tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert run_cli(["run", "quickstart", "--out", str(run), "--limit", "3"]) == 0
    with sqlite3.connect(run / "completions/journal.sqlite") as journal:
        before = journal.execute("SELECT request_id, text FROM completions ORDER BY 1").fetchall()
        journal.execute("UPDATE completions SET text = x'ff00ff'")
    journal.close()
    assert run_cli(["translate", str(run), "--force"]) == 0
    with sqlite3.connect(run / "completions/journal.sqlite") as journal:
        assert journal.execute("SELECT request_id, text FROM completions ORDER BY 1").fetchall() == before
    journal.close()
