"""Where the compilers of this machine lie. Nothing is run to find them."""

from __future__ import annotations

import os
import sys
import tomllib
from pathlib import Path

from synthcode.execution.child_processes import find_program
from synthcode.verification.sandboxes.visible_files import is_shown


def find_tool(name: str) -> Path | None:
    """Return the path of the program that a name on the PATH stands for; None if there is none.

    Links are followed out of folders that a sandbox does not show. A program of rustup's is the one of its default
    toolchain, or of RUSTUP_TOOLCHAIN: rustup itself would obey a ``rust-toolchain.toml`` of the working directory.
    ``python3`` is the interpreter of this process, outside of its virtual environment: the one on the PATH may be a
    script that starts another.
    """
    if name == "python3":
        return Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    found = find_program(name)
    if found is None:
        return None
    if _is_proxy_of_rustup(found):
        return _in_default_toolchain(name)
    return found if is_shown(found) else found.resolve()


def _is_proxy_of_rustup(program: Path) -> bool:
    rustup = program.with_name("rustup")
    return program.name != "rustup" and (program.resolve().name == "rustup" or _are_same(program, rustup))


def _are_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _in_default_toolchain(name: str) -> Path | None:
    home = _rustup_home()
    try:
        settings = tomllib.loads((home / "settings.toml").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    toolchain = os.environ.get("RUSTUP_TOOLCHAIN") or str(settings.get("default_toolchain", ""))
    host = str(settings.get("default_host_triple", ""))
    for folder in sorted((home / "toolchains").glob("*")):
        program = folder / "bin" / name
        if folder.name in (toolchain, f"{toolchain}-{host}") and program.is_file():
            return program.resolve()
    return None


def _rustup_home() -> Path:
    home = os.environ.get("RUSTUP_HOME", "")
    return Path(home) if os.path.isabs(home) else Path.home() / ".rustup"
