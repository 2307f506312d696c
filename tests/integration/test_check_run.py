"""'check' on a run directory: what hangs or kills parsers, and the compilers."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipelines.main import run_cli
from synthcode.storage.shards import shards_of
from synthcode.toolchains import sandbox
from synthcode.toolchains.compilers import COMPILERS, find_program

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
    "ten megabytes": ("c", "int x;\n" * 1_500_000),
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


def test_what_hangs_or_kills_a_parser_costs_itself_alone(tmp_path: Path) -> None:
    good = {f"good {language}": (language, f"```{language}\n{code}\n```") for language, code in GOOD.items()}
    bad = {name: (language, f"```{language}\n{code}\n```") for name, (language, code) in PATHOLOGICAL.items()}
    run = translated(tmp_path, {**good, **bad})
    started = time.monotonic()
    assert synthcode("check", run, "--workers", "1") == 0
    assert time.monotonic() - started < 5 * len(PATHOLOGICAL)
    found = verdicts(run)
    assert {found[name][0] for name in good} == {"accepted"}
    assert {name: found[name][0] for name in bad} == {
        "a stray fence": "syntax_error",  # the answer's own fence ends at it
        "unclosed generics, java": "too_long",
        "unclosed generics, csharp": "too_long",
        "unclosed generics that fit": "repetitive",
        "a deep nest": "too_deep",
        "a nest of calls after an error": "syntax_error",
        "ten megabytes": "too_long",
        "control characters": "syntax_error",
    }


def test_what_parses_goes_to_the_compilers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if sandbox.why_no_sandbox() is not None or find_program(COMPILERS["c"]) is None:
        pytest.skip("needs bwrap and gcc")
    answers = {
        "whole": ("c", f"```c\n{GOOD['c']}\n```"),
        "twice": ("c", "```c\nint add(int a) { int b = 1; int b = 2; return b; }\n```"),
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
    assert found["twice"] == ("compile_error", "redefinition of ‘b’")
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
        "error: foreign code is compiled in a sandbox only, and there is none: bwrap (bubblewrap) is not on the PATH",
        "install bubblewrap and allow user namespaces, or leave out --compile",
    ]
