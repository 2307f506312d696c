from __future__ import annotations

import pytest

from synthcode.gate.answers.prose import is_refusal, looks_like_code, without_prose
from synthcode.languages import get_language

GO, PYTHON = get_language("go"), get_language("python")
CODE = "func f(x int) int {\n\n\treturn x\n}"


@pytest.mark.parametrize(
    "line",
    [
        "Here is the Go version:",
        "Translation:",
        "This function returns `f(x)` as it is.",
        "- **Note** that it does nothing else",
        "1. The function returns its argument",
        "## What it does",
        "# Go",
        "---",
        "> It returns what it is given.",
    ],
)
def test_prose_around_code_goes(line: str) -> None:
    assert without_prose(f"{line}\n\n{CODE}\n\n{line}\n{line}", GO).strip() == CODE
    assert without_prose(f"{line}\n{line}", GO) == ""


@pytest.mark.parametrize(
    "line",
    ["return x", "x := 1", "// This function returns its argument.", "Foo bar", "F(x)", "for x in xs:", "A.b c d e"],
)
def test_lines_of_code_stay(line: str) -> None:
    assert without_prose(f"{line}\n{CODE}\n{line}", GO) == f"{line}\n{CODE}\n{line}"


def test_what_is_a_comment_in_one_language_is_a_heading_in_another() -> None:
    assert without_prose("# Adds two numbers up\nx = 1", PYTHON) == "# Adds two numbers up\nx = 1"
    assert without_prose("# Adds two numbers up\nx = 1", GO) == "x = 1"
    assert without_prose("# include <stdio.h>\nint x;", get_language("c")) == "# include <stdio.h>\nint x;"


def test_prose_within_code_stays() -> None:
    text = f"{CODE}\n\nThis is how it is used:\n\n{CODE}"
    assert without_prose(text, GO) == text


@pytest.mark.parametrize("text", ["x = 1", "f(x)", "def f", "  end", "#include <a>", "x;", "a -> b", "import a"])
def test_code(text: str) -> None:
    assert looks_like_code(text)


@pytest.mark.parametrize("text", ["It calls `f(x)` once.", "A function (see below) that adds.", "", "a == b"])
def test_words(text: str) -> None:
    assert not looks_like_code(text)


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I’m very sorry.",
        "Unfortunately, I cannot translate this code.",
        "We are unable to convert it.",
        "As an AI, I do not run code.",
        "I won't do that.",
        "I must decline.",
    ],
)
def test_refusals(text: str) -> None:
    assert is_refusal(text)
    assert not is_refusal("This adds numbers. " * 40 + text)


@pytest.mark.parametrize("text", ["This function returns its argument.", "You cannot sort a map.", "It can translate."])
def test_no_refusals(text: str) -> None:
    assert not is_refusal(text)
