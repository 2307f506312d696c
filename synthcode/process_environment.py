"""What libraries read from the environment when they are imported, made usable before that."""

from __future__ import annotations

import getpass
import os
import tempfile
from collections.abc import MutableMapping
from pathlib import Path


def prepare(environment: MutableMapping[str, str] = os.environ) -> None:
    """Set what this process's libraries need, where it is missing or cannot work.

    Containers run as a user without a name or a home: caches then go to a folder for temporary files. The address of
    the Hub loses a slash at its end, with which ``datasets`` requests paths that do not exist. A bundle of
    certificates in ``REQUESTS_CA_BUNDLE`` or ``CURL_CA_BUNDLE`` counts for all clients.

    Parameters
    ----------
    environment
        Changed in place.
    """
    _normalise_endpoint(environment)
    _share_certificates(environment)
    if not environment.get("XDG_CACHE_HOME") and not _may_be_written(Path(os.path.expanduser("~")) / ".cache"):
        folder = _private_folder()
        environment["XDG_CACHE_HOME"] = str(folder)
        environment.setdefault("MPLCONFIGDIR", str(folder / "matplotlib"))
        if os.path.expanduser("~") == "~":  # neither HOME nor an entry among the users: libraries would create "./~"
            environment["HOME"] = str(folder)
    _name_user(environment)


def _normalise_endpoint(environment: MutableMapping[str, str]) -> None:
    if "HF_ENDPOINT" not in environment:
        return
    endpoint = environment["HF_ENDPOINT"].strip().rstrip("/")
    if endpoint:
        environment["HF_ENDPOINT"] = endpoint
    else:
        del environment["HF_ENDPOINT"]


def _share_certificates(environment: MutableMapping[str, str]) -> None:
    """Let all clients trust what requests and curl are set to trust: some read OpenSSL's variables only."""
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        path = environment.get(variable, "")
        if path and not environment.get("SSL_CERT_FILE") and not environment.get("SSL_CERT_DIR"):
            environment["SSL_CERT_DIR" if os.path.isdir(path) else "SSL_CERT_FILE"] = path


def _may_be_written(folder: Path) -> bool:
    """Return whether a folder, or the nearest one above it that exists, may be written to."""
    if not folder.is_absolute():
        return False
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)


def _private_folder() -> Path:
    """Return a folder of this user only: the same one every time, unless another user has taken its name."""
    uid = os.getuid() if hasattr(os, "getuid") else 0
    folder = Path(tempfile.gettempdir()) / f"synthcode-cache-{uid}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return Path(tempfile.mkdtemp(prefix="synthcode-cache-"))
    is_ours = folder.is_dir() and not folder.is_symlink() and found.st_uid == uid and not found.st_mode & 0o022
    return folder if is_ours else Path(tempfile.mkdtemp(prefix="synthcode-cache-"))


def _name_user(environment: MutableMapping[str, str]) -> None:
    """Name a user that has no name: ``getpass.getuser``, which libraries use for folders, fails otherwise."""
    try:
        getpass.getuser()
    except (KeyError, OSError):
        environment["LOGNAME"] = f"user{os.getuid()}"
