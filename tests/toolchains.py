"""Running a program with its test, in a sandbox: no network, and nothing of the machine can be written to."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from synthcode.toolchains.compilers import COMPILERS, find_program
from synthcode.toolchains.sandbox import BOX, sandboxed, why_no_sandbox

_JAVA = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")

FILES = {
    "python": "main.py",
    "java": "Main.java",
    "javascript": "main.js",
    "php": "main.php",
    "ruby": "main.rb",
    "c": "main.c",
    "cpp": "main.cpp",
    "go": "main.go",
    "rust": "main.rs",
}
COMMANDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "python": (("python3", "main.py"),),
    "java": (("javac", *(f"-J{flag}" for flag in _JAVA), "Main.java"), ("java", *_JAVA, "-cp", ".", "Main")),
    "javascript": (("node", "main.js"),),
    "php": (("php", "main.php"),),
    "ruby": (("ruby", "main.rb"),),
    "c": (("gcc", "-std=c11", "-o", "main", "main.c", "-lm"), ("./main",)),
    "cpp": (("g++", "-std=c++17", "-o", "main", "main.cpp"), ("./main",)),
    "go": (("go", "build", "-o", "main", "main.go"), ("./main",)),
    "rust": (("rustc", "--edition", "2021", "-A", "warnings", "-o", "main", "main.rs"), ("./main",)),
}
"""Build, then run."""


def missing(language: str) -> str | None:
    """Return what a language's programs cannot be run for want of, or None."""
    programs = {command[0] for command in COMMANDS[language] if not command[0].startswith("./")}
    lacking = sorted(program for program in programs if shutil.which(program) is None)
    return f"needs {', '.join(lacking)}" if lacking else why_no_sandbox()


def run(language: str, program: str, test: str, folder: Path, seconds: int = 120) -> subprocess.CompletedProcess[str]:
    """Build and run a program followed by its test; the first command that fails is the result."""
    (folder / FILES[language]).write_text(f"{program}\n{test}", encoding="utf-8")
    tools = [found] if language in COMPILERS and (found := find_program(COMPILERS[language])) else []
    go = ["env", f"GOCACHE={BOX}/.cache", "GO111MODULE=off"]
    for command in COMMANDS[language]:
        sandbox = sandboxed([*go, *command], folder, tools=tools, writable=True)
        done = subprocess.run(sandbox, capture_output=True, text=True, timeout=seconds, check=False)
        if done.returncode != 0:
            break
    return done
