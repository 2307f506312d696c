"""Where people read which level of verification a language can reach."""

from __future__ import annotations

import json

import pytest

from synthcode.verification.compiling.compilers import COMPILERS
from synthcode.verification.compiling.controls import examine
from synthcode.verification.sandboxes import sandbox
from tests.support.runs.hostile_run import synthcode


def test_languages_name_their_level_and_the_program_that_decides(capsys: pytest.CaptureFixture[str]) -> None:
    assert synthcode("languages", "--json") == 0
    listed = {row["name"]: (row["level"], row["verified_by"]) for row in json.loads(capsys.readouterr().out)}
    assert listed == {
        "c": ("compiled", "gcc"),
        "cpp": ("compiled", "g++"),
        "csharp": ("compiled", "mcs"),
        "go": ("compiled", "go"),
        "java": ("compiled", "javac"),
        "javascript": ("checked", "node --check"),
        "kotlin": ("syntax", None),
        "php": ("checked", "php -l"),
        "python": ("syntax", None),
        "ruby": ("checked", "ruby -c"),
        "rust": ("compiled", "rustc"),
        "typescript": ("compiled", "tsc"),
    }


@pytest.mark.slow
def test_doctor_names_program_and_level(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    if sandbox.why_no_sandbox() is not None:
        pytest.skip("needs a compiler or interpreter: bwrap and some of them")
    monkeypatch.setenv("COLUMNS", "300")
    assert synthcode("doctor") == 0
    lines = [line.split(maxsplit=3) for line in capsys.readouterr().out.splitlines()]
    found = {words[2]: words[3].rstrip() for words in lines if words[1] == "toolchain"}
    assert set(found) == set(COMPILERS)
    for language, detail in found.items():
        compiler = COMPILERS[language]
        if examine(language).toolchain is not None:
            assert detail.startswith(compiler.name)
            assert detail.endswith(f"({compiler.level})")
        else:
            assert detail.endswith("(optional, for verify and check --compile)")
