"""Running a program with its test, in a sandbox: no network, and nothing of the machine can be written to."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

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
    programs = {command[0] for command in COMMANDS[language] if not command[0].startswith("./")} | {"bwrap"}
    lacking = sorted(program for program in programs if shutil.which(program) is None)
    return f"needs {', '.join(lacking)}" if lacking else None


def run(language: str, program: str, test: str, folder: Path, seconds: int = 120) -> subprocess.CompletedProcess[str]:
    """Build and run a program followed by its test; the first command that fails is the result."""
    (folder / FILES[language]).write_text(f"{program}\n{test}", encoding="utf-8")
    sandbox = ["bwrap", "--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
    sandbox += ["--tmpfs", "/tmp", "--bind", str(folder), "/tmp/box", "--chdir", "/tmp/box"]
    sandbox += ["--setenv", "GOCACHE", "/tmp/box/.cache", "--setenv", "GO111MODULE", "off"]
    for command in COMMANDS[language]:
        done = subprocess.run([*sandbox, *command], capture_output=True, text=True, timeout=seconds, check=False)
        if done.returncode != 0:
            break
    return done
