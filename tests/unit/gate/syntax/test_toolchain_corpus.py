"""The corpus of the syntax gate is what the languages' own tools say of it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.programs.syntax_corpus import SyntaxCase, syntax_cases

_COMMANDS = {
    "go": ("gofmt", "-e", "text.go"),
    "javascript": ("node", "--check", "text.mjs"),
    "php": ("php", "-l", "text.php"),
    "ruby": ("ruby", "-c", "text.rb"),
    "rust": ("rustc", "--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "-A", "warnings", "text.rs"),
}
CASES = [case for case in syntax_cases() if case.language in _COMMANDS and not case.name.endswith("(newer)")]


@pytest.mark.toolchains
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.language}: {case.name}")
def test_the_verdict_is_that_of_the_tool(case: SyntaxCase, tmp_path: Path) -> None:
    command = _COMMANDS[case.language]
    if shutil.which(command[0]) is None:
        pytest.skip(f"needs {command[0]}")
    is_fragment = case.language == "php" and not case.text.lower().startswith(("<?php", "#!"))
    (tmp_path / command[-1]).write_text(f"<?php\n{case.text}" if is_fragment else case.text, encoding="utf-8")
    finished = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=500, check=False)
    assert (finished.returncode == 0) == case.valid, finished.stderr or finished.stdout
