"""'check' on a run directory: what hangs or kills parsers, and the compilers."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from synthcode.execution.child_processes import find_program
from synthcode.pipelines.main import run_cli
from synthcode.storage.shards import shards_of
from synthcode.verification.compiling.controls import examine
from synthcode.verification.sandboxes import sandbox

GOOD = {
    "java": "class A { int add(int a, int b) { return a + b; } }",
    "csharp": "class A { int Add(int a, int b) { return a + b; } }",
    "kotlin": "fun add(a: Int, b: Int): Int = a + b",
    "go": "package a\n\nfunc add(a int, b int) int { return a + b }",
    "c": "int add(int a, int b) { return a + b; }",
    "ruby": "def add(a, b)\n  a + b\nend",
    "rust": "fn add(a: i32, b: i32) -> i32 { a + b }",
}
STRAY_FENCE = "".join(f"    val temp{number} = mutableListOf<Int>()\n" for number in range(40))
PATHOLOGICAL = {
    "a stray fence": ("kotlin", f'fun f() {{\n    val open = """a"""\n    val b = "`"\n```kotlin\n{STRAY_FENCE}}}\n'),
    "unclosed generics, java": ("java", "class A { List<" + "List<" * 100_000),
    "unclosed generics, csharp": ("csharp", "class A { List<" + "List<" * 100_000),
    "unclosed generics that fit": ("java", "class A { " + "List<" * 15_000),
    "a deep nest": ("rust", "fn f() { x = " + "[" * 20_000 + "]" * 20_000 + " }"),
    "a nest of calls after an error": (
        "go",
        'package a\nimport (\n\t"b"\n```go\n)\nfunc f() {\n\tv = ' + "m.min(" * 60,
    ),
    "seven megabytes": ("c", "int x;\n" * 900_000),
    "control characters": ("ruby", "def f\n  1\x01\x02\nend\n"),
}


def synthcode(*arguments: str | Path) -> int:
    return run_cli([str(argument) for argument in arguments])


def translated(folder: Path, answers: dict[str, tuple[str, str]]) -> Path:
    """Return a run in which each seed, by its name, has one answer: target language and text."""
    seeds, recording, run = folder / "seeds.jsonl", folder / "recording.jsonl", folder / "run"
    rows = [
        {"id": name, "language": "python", "text": f"Add two numbers, number {place}.", "code": code}
        for place, name in enumerate(answers)
        for code in [f"def add_{place}(a, b):\n    return a + b + {place}\n"]
    ]
    seeds.write_text("".join(json.dumps(row) + "\n" for row in rows))
    lines = [
        {"source_id": name, "target_language": language, "text": text, "finish_reason": "stop"}
        for name, (language, text) in answers.items()
    ]
    recording.write_text("".join(json.dumps(line) + "\n" for line in lines))
    targets = ",".join(sorted({language for language, _ in answers.values()}))
    assert synthcode("seeds", run, "--from", "table", "--path", seeds) == 0
    arguments = ("--backend", "replay", "--recording", recording, "--targets", targets, "--model", "people")
    assert synthcode("translate", run, *arguments) == 0
    return run


def verdicts(run: Path) -> dict[str, tuple[str, str]]:
    """Return, by the name of the seed, reason and detail; of what was accepted its level of verification."""
    seeds = pq.read_table(shards_of(run / "seeds"), columns=["seed_id", "source_id"]).to_pylist()
    names = {row["seed_id"]: row["source_id"] for row in seeds}
    found: dict[str, tuple[str, str]] = {}
    for table in ("translations", "rejected"):
        rows: list[dict[str, Any]] = pq.read_table(shards_of(run / table)).to_pylist()
        for row in rows:
            found[names[row["seed_id"]]] = (row.get("reason", "accepted"), row.get("detail") or row["verification"])
    return found


@pytest.mark.slow
def test_what_hangs_or_kills_a_parser_costs_itself_alone(tmp_path: Path) -> None:
    good = {f"good {language}": (language, f"```{language}\n{code}\n```") for language, code in GOOD.items()}
    bad = {name: (language, f"```{language}\n{code}\n```") for name, (language, code) in PATHOLOGICAL.items()}
    run = translated(tmp_path, {**good, **bad})
    assert synthcode("check", run, "--workers", "1") == 0
    found = verdicts(run)
    assert {found[name][0] for name in good} == {"accepted"}
    assert {name: found[name][0] for name in bad} == {
        "a stray fence": "syntax_error",  # the answer's own fence ends at it
        "unclosed generics, java": "too_long",
        "unclosed generics, csharp": "too_long",
        "unclosed generics that fit": "repetitive",
        "a deep nest": "too_deep",
        "a nest of calls after an error": "syntax_error",
        "seven megabytes": "too_long",
        "control characters": "syntax_error",
    }


def status_of(run: Path, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    capsys.readouterr()
    assert synthcode("status", run, *options) == 0
    return capsys.readouterr().out


@pytest.mark.slow
def test_a_run_without_counts_of_levels_has_a_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = translated(tmp_path, {"whole": ("c", f"```c\n{GOOD['c']}\n```")})
    assert synthcode("check", run) == 0
    assert json.loads(status_of(run, capsys, "--json"))["verified"] == {"syntax": 1}
    path = run / "manifest.json"
    tree = json.loads(path.read_text())
    del tree["sha256"]
    assert tree["stages"]["check"]["counts"].pop("verified") == {"c": {"syntax": 1}}  # as an earlier version wrote it
    path.write_text(json.dumps(tree))
    assert json.loads(status_of(run, capsys, "--json"))["verified"] == {}
    assert "verified" not in status_of(run, capsys)
    assert synthcode("report", run) == 0
    assert '<section id="verification"' not in (run / "report.html").read_text("utf-8")


def test_what_parses_goes_to_the_compilers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if sandbox.why_no_sandbox() is not None or examine("c").toolchain is None:
        pytest.skip("needs a compiler or interpreter: bwrap and gcc")
    answers = {
        "whole": ("c", f"```c\n{GOOD['c']}\n```"),
        "constant": ("c", "```c\nint add(int a) { const int b = 1; b = 2; return a + b; }\n```"),
        "other": ("kotlin", f"```kotlin\n{GOOD['kotlin']}\n```"),
    }
    run = translated(tmp_path, answers)
    assert synthcode("check", run) == 0
    assert {verdict for verdict, _ in verdicts(run).values()} == {"accepted"}
    capsys.readouterr()
    assert synthcode("check", run, "--compile") == 0
    assert "not compiled: kotlin (there is no quick compiler for it)" in capsys.readouterr().err
    found = verdicts(run)
    assert found["whole"] == ("accepted", "compiled")
    assert found["other"] == ("accepted", "syntax")
    assert found["constant"] == ("compile_error", "assignment of read-only variable ‘b’")
    assert json.loads(status_of(run, capsys, "--json"))["verified"] == {"syntax": 1, "compiled": 1}
    words = [line.split() for line in status_of(run, capsys).splitlines()]
    assert ["syntax", "1", "kotlin", "1"] in words
    assert ["compiled", "1", "c", "1"] in words
    assert synthcode("report", run) == 0
    assert '<section id="verification"' in (run / "report.html").read_text("utf-8")
    assert synthcode("check", run) == 0  # the run's recipe knows
    assert "unchanged" in capsys.readouterr().err
    assert synthcode("check", run, "--no-compile") == 0
    assert {verdict for verdict, _ in verdicts(run).values()} == {"accepted"}


def test_compiling_is_refused_without_a_sandbox(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = translated(tmp_path, {"whole": ("c", f"```c\n{GOOD['c']}\n```")})
    monkeypatch.setattr(sandbox, "why_no_sandbox", lambda: "bwrap (bubblewrap) is not on the PATH")
    capsys.readouterr()
    assert synthcode("check", run, "--compile") == 1
    assert capsys.readouterr().err.splitlines()[-2:] == [
        "error: programs are only compiled and run in a sandbox, and this machine has none: "
        "bwrap (bubblewrap) is not on the PATH",
        "install bubblewrap and allow user namespaces, or leave out --compile and verify",
    ]


def on_path(folder: Path, name: str, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a program before all others."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{body}\n")
    (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


def needs_compiler(language: str) -> None:
    if sandbox.why_no_sandbox() is not None or examine(language).toolchain is None:
        pytest.skip(f"needs a compiler or interpreter: bwrap and that of {language}")


def test_a_sandbox_that_breaks_midway_rejects_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_compiler("c")
    run = translated(tmp_path, {"whole": ("c", f"```c\n{GOOD['c']}\n```")})
    assert synthcode("check", run) == 0
    before = verdicts(run)
    real = find_program("bwrap")
    # It works for as long as compilers are tried, and breaks when it is to judge rows.
    breaking = f'for word; do [ "$word" = program.c ] && [ -e {tmp_path}/armed ] && exit 1; done; exec {real} "$@"'
    on_path(tmp_path / "fake", "bwrap", breaking, monkeypatch)
    assert examine("c").toolchain is not None
    (tmp_path / "armed").touch()
    capsys.readouterr()
    assert synthcode("check", run, "--compile") == 1
    assert capsys.readouterr().err.splitlines()[-2:] == [
        "error: the sandbox broke: bwrap ended with 1",
        "see what is missing with: synthcode doctor",
    ]
    assert verdicts(run) == before


def test_a_broken_compiler_rejects_nothing_and_is_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_compiler("c")
    run = translated(tmp_path, {"whole": ("c", f"```c\n{GOOD['c']}\n```")})
    on_path(tmp_path / "tools", "gcc", "exit 1", monkeypatch)
    capsys.readouterr()
    assert synthcode("check", run, "--compile") == 0
    assert verdicts(run)["whole"] == ("accepted", "syntax")
    printed = capsys.readouterr().err
    assert "warning: c is not compiled: gcc does not work: it refuses a program that is known to be good" in printed
    assert "not compiled: c (gcc does not work" in printed


def test_a_program_cannot_read_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needs_compiler("rust")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-SECRETSECRET1234")
    program = (
        'pub fn add(a: i32, b: i32) -> i32 { a + b }\nconst E: &str = include_str!("/proc/PID/environ");\n'
        'const _: () = panic!("{}", E);'
    )
    answers = {pid: ("rust", f"```rust\n{program.replace('PID', pid)}\n```") for pid in ("1", "2", "self")}
    run = translated(tmp_path, answers)
    assert synthcode("check", run, "--compile") == 0
    stored = b"".join(path.read_bytes() for path in run.rglob("*") if path.is_file())
    assert b"sk-SECRET" not in stored
    assert not any("sk-SECRET" in str(verdict) for verdict in verdicts(run).values())


@pytest.mark.slow
def test_no_program_of_the_working_directory_is_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "repository"
    folder.mkdir()
    for name in ("bwrap", "rustc", "gcc", "setpriv", "prlimit", "node", "go"):
        (folder / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        (folder / name).chmod(0o755)
    (folder / "rust-toolchain.toml").write_text('[toolchain]\npath = "/proc/self/cwd"\n')
    (folder / "bin").mkdir()
    (folder / "bin" / "rustc").symlink_to("../rustc")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", f".::{folder}:/proc/self/cwd:{os.environ['PATH']}")
    assert synthcode("doctor") == 0
    assert not (tmp_path / "ran").exists()
