"""Packages from npm that tests import. They are installed by the user, never by synthcode."""

from __future__ import annotations

import functools
import json
import os
import shlex
from pathlib import Path

from synthcode.errors import SandboxFailed
from synthcode.sanitize import one_line
from synthcode.verification.cases.case import Untestable

VARIABLE = "SYNTHCODE_NODE_PACKAGES"
"""The environment variable that names the folder of ``node_modules``."""
VERSIONS = {"lodash": "4", "typescript": "5.9"}
_VERSION_CHARACTERS = 40
_FILES = {"lodash": "lodash/lodash.js", "typescript": "typescript/lib/typescript.js"}


def packages_folder() -> Path:
    """Return the folder below which npm installs the packages."""
    named = os.environ.get(VARIABLE, "")
    if os.path.isabs(named):
        return Path(named)
    data = os.environ.get("XDG_DATA_HOME", "")
    return (Path(data) if os.path.isabs(data) else Path(os.path.expanduser("~/.local/share"))) / "synthcode/node"


def install_command(*names: str) -> str:
    """Return the command that installs packages, by default all."""
    requested = " ".join(f"{name}@{VERSIONS[name]}" for name in names or VERSIONS)
    return f"npm install --prefix {shlex.quote(str(packages_folder()))} {requested}"


def installed_versions(*names: str) -> str:
    """Return the packages that are installed, with their versions, such as ``lodash 4.17.21``."""
    found = ((name, _version(packages_folder() / "node_modules" / name / "package.json")) for name in names)
    return ", ".join(f"{name} {version}" for name, version in found if version)


def _version(manifest: Path) -> str:
    try:
        version = json.loads(manifest.read_text("utf-8"))["version"]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return ""
    return one_line(str(version), _VERSION_CHARACTERS)


def missing_packages(*names: str) -> tuple[str, ...]:
    """Return those packages that are not installed."""
    return tuple(name for name in names or VERSIONS if package_file(name) is None)


def module_files(names: tuple[str, ...]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the files of packages, by the name that they have in the sandbox, and the file of each package.

    Raises
    ------
    Untestable
        If one is not installed.
    """
    files: dict[str, str] = {}
    modules: dict[str, str] = {}
    for name in names:
        if name not in _FILES:
            raise Untestable(f"it needs the package {name}, which is not among {', '.join(_FILES)}")
        content = package_file(name)
        if content is None:
            raise Untestable(f"it needs the package {name}: {install_command(name)}")
        modules[name] = f"package-{name}.js"
        files[modules[name]] = content
    return files, modules


def package_file(name: str) -> str | None:
    """Return the source of a package; None if it is not installed."""
    return _content(packages_folder() / "node_modules" / _FILES[name])


@functools.cache
def _content(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except OSError:
        return None


def typescript_files() -> dict[str, bytes]:
    """Return the compiler of TypeScript and, as JSON, the declarations of the standard library, by name.

    Raises
    ------
    SandboxFailed
        If they have been removed.
    """
    compiler, libraries = package_file("typescript"), _libraries(packages_folder() / "node_modules/typescript/lib")
    if compiler is None or not libraries:
        raise SandboxFailed("the package typescript has been removed", install_command("typescript"))
    return {"typescript.js": compiler.encode(), "libraries.json": libraries}


@functools.cache
def _libraries(folder: Path) -> bytes:
    try:
        files = {path.name: path.read_text("utf-8") for path in sorted(folder.glob("lib.es*.d.ts"))}
        files |= {path.name: path.read_text("utf-8") for path in sorted(folder.glob("lib.decorators*.d.ts"))}
    except (OSError, UnicodeDecodeError):
        return b""
    return json.dumps(files).encode()
