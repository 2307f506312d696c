"""Running a program with its test, in a sandbox: no network, and nothing of the machine can be written to."""

from __future__ import annotations

import shlex

from synthcode.execution.child_processes import find_program
from synthcode.verification.compiling.compilers import COMPILERS
from synthcode.verification.programs import find_tool
from synthcode.verification.sandboxes.bubblewrap import Bubblewrap
from synthcode.verification.sandboxes.sandbox import Finished, Limits, why_no_sandbox

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


_LIMITS = Limits(cpu_s=60, wall_s=120, address_space_bytes=None, processes=256, open_files=1024)


def missing(language: str) -> str | None:
    """Return what a language's programs cannot be run for want of, or None."""
    programs = {command[0] for command in COMMANDS[language] if not command[0].startswith("./")}
    lacking = sorted(program for program in programs if find_program(program) is None)
    if lacking:
        return f"needs a compiler or interpreter: {', '.join(lacking)}"
    problem = why_no_sandbox()
    return f"needs a sandbox: {problem}" if problem is not None else None


def run(language: str, program: str, test: str) -> Finished:
    """Build and run a program followed by its test; the first command that fails is the result."""
    found = find_tool(COMPILERS[language].program) if language in COMPILERS else None
    tools = () if found is None else (found,)
    steps = ["export GOCACHE=/tmp/cache GO111MODULE=off", *(shlex.join(step) for step in COMMANDS[language])]
    files = {FILES[language]: f"{program}\n{test}".encode()}
    return Bubblewrap(tools).run(["sh", "-c", " && ".join(steps)], files, _LIMITS)
