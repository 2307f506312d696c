"""What ``.git`` says of a folder, read as text: git itself is not run.

The folder may be hostile. Only regular files of bounded size within its own ``.git`` are read; links are not followed,
and neither are includes and alternates. A worktree or a submodule, whose ``.git`` is a file that names a folder
elsewhere, is followed only if that folder names this one in return: git writes both.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

from synthcode.bounded import limits
from synthcode.bounded.files import read_bytes
from synthcode.errors import InputError

_SECTION = re.compile(r"^\s*\[(?P<name>[^\]]*)\]")
_ENTRY = re.compile(r"^\s*(?P<key>\w+)\s*=\s*(?P<value>\S+)")
_REMOTE = re.compile(
    r"(?:\w+://)?(?:[^@/]*@)?(?P<host>[A-Za-z][\w.-]*)(?::\d+)?[:/](?P<name>(?:[\w.~-]+/)+[\w.-]+?)(?:\.git)?/?"
)
"""``https://host/owner/name.git``, ``git@host:owner/name``; a user or token in it is not captured."""
_COMMIT = re.compile(r"[0-9a-f]{40}")
_REF = re.compile(r"refs/[\w./+@-]+")


class Checkout(NamedTuple):
    """A repository's working tree, or a plain folder."""

    repository: str
    """``owner/name`` of its remote ``origin``, else the folder's name."""
    blob_url: str | None
    """Prefix that turns a path into a file's address on GitHub, if remote and commit are known."""


class _Metadata(NamedTuple):
    """Where git keeps what it knows of a working tree."""

    own: Path
    """Holds ``HEAD``."""
    common: Path
    """Holds ``config`` and refs, of all worktrees of a repository."""


def find_checkout(folder: Path) -> Checkout:
    """Return the checkout that a folder is the root of; one that is known by the folder's name if git says nothing."""
    metadata = _metadata(folder)
    remote = _REMOTE.fullmatch(_config(metadata.common).get(('remote "origin"', "url"), "")) if metadata else None
    if metadata is None or remote is None:
        return Checkout(folder.name, None)
    commit = _commit(metadata)
    name = remote["name"]
    is_on_github = remote["host"] == "github.com" and commit is not None
    return Checkout(name, f"https://github.com/{name}/blob/{commit}/" if is_on_github else None)


def _metadata(folder: Path) -> _Metadata | None:
    git = folder / ".git"
    if git.is_symlink():
        return None
    if git.is_dir():
        return _Metadata(git, git)
    named = _first_line(folder, ".git")
    if not named.startswith("gitdir:"):
        return None
    own = _resolved(folder / named.removeprefix("gitdir:").strip())
    if own is None or not os.path.isdir(own):  # unlike Path.is_dir, False for a name that is too long
        return None
    return _worktree(folder, own) or _submodule(folder, own)


def _worktree(folder: Path, own: Path) -> _Metadata | None:
    """Return the metadata of a worktree: ``REPOSITORY/.git/worktrees/NAME`` names the worktree's ``.git``."""
    back, common = _first_line(own, "gitdir"), _first_line(own, "commondir")
    if not back or not common or _resolved(own / back) != _resolved(folder / ".git"):
        return None
    # Its own repository, and no other one: the folder lies in it.
    repository = own.parent.parent
    return _Metadata(own, repository) if _resolved(own / common) == repository else None


def _submodule(folder: Path, own: Path) -> _Metadata | None:
    """Return the metadata of a submodule: the configuration in ``.git/modules/NAME`` names its working tree."""
    back = _config(own).get(("core", "worktree"))
    return _Metadata(own, own) if back and _resolved(own / back) == _resolved(folder) else None


def _config(common: Path) -> dict[tuple[str, str], str]:
    """Return the first value of each key of each section."""
    values: dict[tuple[str, str], str] = {}
    section = ""
    for line in _text(common, "config").splitlines():
        if match := _SECTION.match(line):
            section = match["name"]
        elif match := _ENTRY.match(line):
            values.setdefault((section, match["key"]), match["value"])
    return values


def _commit(metadata: _Metadata) -> str | None:
    head = _first_line(metadata.own, "HEAD")
    if head.startswith("ref:"):
        ref = head.removeprefix("ref:").strip()
        if not _REF.fullmatch(ref):
            return None
        packed = (line.split() for line in _text(metadata.common, "packed-refs").splitlines())
        head = _first_line(metadata.common, ref) or next((line[0] for line in packed if line[1:] == [ref]), "")
    return head if _COMMIT.fullmatch(head) else None


def _first_line(folder: Path, name: str) -> str:
    return _text(folder, name).partition("\n")[0].strip()


def _text(folder: Path, name: str) -> str:
    """Return the text of a file within a folder; ``''`` if it is missing, or a link leads elsewhere."""
    path, inside = _resolved(folder / name), _resolved(folder)
    if path is None or inside is None or not path.is_relative_to(inside):
        return ""
    try:
        return read_bytes(path, limits.GIT_FILE, follow=False).decode("utf-8", "replace")
    except (OSError, ValueError, InputError):
        return ""


def _resolved(path: Path) -> Path | None:
    try:
        return path.resolve()
    except (OSError, ValueError, RuntimeError):  # a NUL in it, links in a circle
        return None
