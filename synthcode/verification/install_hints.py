"""Commands that install what verification lacks on this machine. Nothing is ever installed by synthcode itself."""

from __future__ import annotations

from collections.abc import Iterable

from synthcode.execution.child_processes import find_program
from synthcode.verification.compiling.compilers import COMPILERS
from synthcode.verification.languages.javascript.packages import install_command, missing_packages
from synthcode.verification.languages.table import TESTED_LANGUAGES
from synthcode.verification.programs import find_tool

_DEBIAN_PACKAGES = {
    "javac": "default-jdk-headless",
    "java": "default-jdk-headless",
    "node": "nodejs",
    "php": "php-cli",
    "go": "golang-go",
    "gofmt": "golang-go",
    "bwrap": "bubblewrap",
    "kotlinc": "kotlin",
    "mcs": "mono-mcs",
    "mono": "mono-runtime",
}
"""Program -> the package that brings it, where that has another name."""


def apt_command(programs: Iterable[str]) -> str:
    """Return the command that installs those programs which are missing, on Debian or Ubuntu; empty if none is."""
    missing = [name for name in programs if find_tool(name) is None]
    packages = dict.fromkeys(_DEBIAN_PACKAGES.get(name, name) for name in missing)
    return f"apt install {' '.join(packages)}" if packages else ""


def install_commands() -> list[str]:
    """Return the commands that install the programs and packages that are missing for any language."""
    tools = [tool for language in TESTED_LANGUAGES.values() for tool in language.tools]
    programs = ["bwrap", *(compiler.program for compiler in COMPILERS.values()), *tools]
    packages = missing_packages()
    if packages and find_program("npm") is None:
        programs.append("npm")
    by_npm = install_command(*packages) if packages else ""
    return [command for command in (apt_command(programs), by_npm) if command]
