"""Which files of the machine a sandbox shows: the system's tools, and one tool's own files. Never a home."""

from __future__ import annotations

import functools
import os
import pwd
from pathlib import Path

_SYSTEM = ("bin", "sbin", "lib", "lib32", "lib64", "libx32", "libexec", "include", "share", "*-linux-*")
"""Where tools lie below ``/usr`` and ``/usr/local``."""
_INSTALLED = (*_SYSTEM, "conf", "jmods", "pkg", "src", "misc", "VERSION", "go.env", "release")
"""Where tools lie in a folder of their own: nothing else of it is shown."""
_HARMLESS = ("local", "games", "etc", "man")
_PREFIXES = (Path("/usr"), Path("/usr/local"))
_LINKED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_SETTINGS = ("alternatives", "ld.so.cache")
_SETTINGS_OF = {"javac": "java*", "php": "php", "mcs": "mono", "mono": "mono"}
_SHARED_IN_A_HOME = frozenset({".local", ".config", ".cache", "bin"})


@functools.cache
def system_files() -> tuple[Path, ...]:
    """Return the files and folders of the system that every sandbox shows."""
    roots = (path for path in _matches(Path("/"), _LINKED) if not path.is_symlink())
    return (Path("/usr"), *roots, *_matches(Path("/etc"), _SETTINGS))


@functools.cache
def covered_folders() -> tuple[Path, ...]:
    """Return the folders within ``system_files`` that hold no tools, such as ``/usr/src``, or a user's files."""
    others = (
        path
        for prefix in _PREFIXES
        for path in sorted(set(prefix.glob("*")) - set(_matches(prefix, (*_SYSTEM, *_HARMLESS))))
        if path.is_dir() and not path.is_symlink() and any(path.iterdir())
    )
    tools = [path for prefix in _PREFIXES for path in _matches(prefix, _SYSTEM)]
    homes = (home for home in _homes() if is_system_file(home) and not any(path.is_relative_to(home) for path in tools))
    return (*others, *homes)


@functools.cache
def system_links() -> tuple[tuple[str, str], ...]:
    """Return target and path of the links in ``/``, such as ``/bin``."""
    return tuple((os.readlink(path), str(path)) for path in _matches(Path("/"), _LINKED) if path.is_symlink())


def tool_files(program: Path) -> list[Path]:
    """Return what a sandbox shows of a program, besides ``system_files``: its settings, and its own files.

    These are the folders that belong to tools in the program's prefix (``PREFIX/bin/program``). Only the program itself
    is shown if others keep their files there as well: in a home, above one, or in ``~/.local``.
    """
    settings = _matches(Path("/etc"), (_SETTINGS_OF[program.name],)) if program.name in _SETTINGS_OF else []
    if is_shown(program):
        return settings
    prefix = program.parents[1] if program.parent.name in ("bin", "sbin") else None
    if prefix is None or _is_shared(prefix):
        return [*settings, program]
    own = [path for path in _matches(prefix, _INSTALLED) if not _holds_private_files(path.resolve())]
    return [*settings, *own]


def is_system_file(path: Path) -> bool:
    """Return whether a path lies in the system's folders."""
    return any(path.is_relative_to(folder) for folder in system_files())


def is_shown(path: Path) -> bool:
    """Return whether every sandbox shows a file."""
    return is_system_file(path) and not any(path.is_relative_to(folder) for folder in covered_folders())


@functools.cache
def _homes() -> tuple[Path, ...]:
    """Return the user's home, by the environment and by the account."""
    homes = [os.environ.get("HOME", ""), _home_of_account()]
    paths = {Path(home).resolve() for home in homes if os.path.isabs(home)}
    return tuple(sorted(path for path in paths if path != Path("/")))


def _home_of_account() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return ""


def _is_shared(prefix: Path) -> bool:
    return (
        prefix == Path("/")
        or _holds_private_files(prefix)
        or any(prefix.parent == home and prefix.name in _SHARED_IN_A_HOME for home in _homes())
    )


def _holds_private_files(path: Path) -> bool:
    return any(private.is_relative_to(path) for private in (*_homes(), Path.cwd()))


def _matches(folder: Path, names: tuple[str, ...]) -> list[Path]:
    return [path for name in names for path in sorted(folder.glob(name))]
