"""The languages' own parsers as judges of many texts at once."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

_JUDGES = Path(__file__).parent / "judges"
_KOTLIN = Path("/usr/share/kotlin/kotlinc/lib")
"""The compiler of Debian's package; of another one, its folder ``lib``."""
_KOTLIN_JARS = ":".join(
    f"{_KOTLIN}/{name}.jar" for name in ("kotlin-compiler", "kotlin-stdlib", "kotlin-reflect", "trove4j")
)
_COMMANDS = {
    "python": (sys.executable, "judge.py"),
    "java": ("java", "Judge.java"),
    "go": ("go", "run", "judge.go"),
    "kotlin": ("java", "-Xverify:none", "-cp", _KOTLIN_JARS, "KotlinJudge.java"),
    "javascript": ("node", "judge.js"),
    "typescript": ("node", "typescript.js"),
    "rust": (sys.executable, "rust.py"),
    "c": (sys.executable, "c_family.py", "c"),
    "cpp": (sys.executable, "c_family.py", "cpp"),
    "ruby": ("ruby", "judge.rb"),
    "php": ("php", "-d", "memory_limit=1G", "judge.php"),
}
AROUND = {"java": ("class C {\n", "\n}\n"), "go": ("package p\n", "\n"), "php": ("<?php\nclass C {\n", "\n}\n")}
_CSHARP_ERROR = re.compile(r"^.*?(\d+)\.cs\(.*error CS", re.MULTILINE)
BATCH = 1_000

LANGUAGES = (*_COMMANDS, "csharp")


def judge(language: str, functions: Sequence[str]) -> list[bool]:
    """Return whether the language's own parser takes each function, within a class where it needs one.

    A judge reads texts with a NUL between them and writes a 1 or a 0 for each.
    """
    if language == "csharp":
        return [verdict for at in range(0, len(functions), BATCH) for verdict in _csharp(functions[at : at + BATCH])]
    before, after = AROUND.get(language, ("", "\n"))
    texts = "\0".join(before + function + after for function in functions)
    command = _COMMANDS[language]
    finished = subprocess.run(command, input=texts, cwd=_JUDGES, capture_output=True, text=True, check=True)
    if len(finished.stdout) != len(functions):
        raise SystemExit(f"{' '.join(command)} judged {len(finished.stdout):,} of {len(functions):,} functions")
    return [verdict == "1" for verdict in finished.stdout]


def _csharp(functions: Sequence[str]) -> list[bool]:
    with tempfile.TemporaryDirectory() as folder:
        for number, function in enumerate(functions):
            (Path(folder) / f"{number}.cs").write_text(f"class C{number} {{\n{function}\n}}\n", encoding="utf-8")
        names = [f"{number}.cs" for number in range(len(functions))]
        finished = subprocess.run(["mcs", "--parse", *names], cwd=folder, capture_output=True, text=True, check=False)
    wrong = {int(number) for number in _CSHARP_ERROR.findall(finished.stdout + finished.stderr)}
    return [number not in wrong for number in range(len(functions))]
