from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

from synthcode.errors import shell_word

ROOT = Path(__file__).resolve().parents[2]
COMMAND = re.compile(r"'synthcode [^']*'")
NAMES = frozenset({"command", "word", "name", "reason", "language"})
"""Of variables that hold words of a command already, or names without blanks."""


@pytest.mark.parametrize("word", ["runs/mine", "my run", "it's", 'say "a"', "$HOME/`x`", "a\\b", "", "[x]*", "größe"])
def test_a_shell_reads_the_word_back(word: str) -> None:
    printed = subprocess.run(["sh", "-c", f"printf %s {shell_word(word)}"], capture_output=True, check=True)
    assert printed.stdout.decode() == word


@pytest.mark.parametrize(("word", "shown"), [("runs/mine", "runs/mine"), ("my run", '"my run"'), ("$x", '"\\$x"')])
def test_quotes_of_a_word_do_not_end_the_quotes_around_the_command(word: str, shown: str) -> None:
    assert shell_word(Path(word)) == shown


def advised(code: ast.JoinedStr) -> str:
    """Return a message with its simple names as ``{name}``, words of a shell as ``{}``, all else as ``{?}``."""
    said = ""
    for value in code.values:
        if isinstance(value, ast.Constant):
            said += str(value.value)
        elif isinstance(value, ast.FormattedValue):
            called = value.value.func if isinstance(value.value, ast.Call) else None
            is_word = isinstance(called, ast.Name) and called.id == "shell_word"
            is_text = isinstance(value.value, ast.JoinedStr | ast.IfExp | ast.Subscript)
            name = value.value.id if isinstance(value.value, ast.Name) else "" if is_word or is_text else "?"
            said += f"{{{name}}}"
    return said


def test_commands_in_messages_have_their_names_as_words_of_a_shell() -> None:
    wrong = []
    for folder in ("synthcode", "pipelines", "evaluation"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for code in ast.walk(ast.parse(file.read_text("utf-8"))):
                said = advised(code) if isinstance(code, ast.JoinedStr) else ""
                for command in COMMAND.findall(said):
                    if set(re.findall(r"\{([^}]+)\}", command)) - NAMES:
                        wrong.append(f"{file.relative_to(ROOT)}:{code.lineno}: {command}")
    assert wrong == []
