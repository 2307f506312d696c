"""What to tell the user when the journal's file cannot be used."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from synthcode.errors import InputError, StorageError, SynthcodeError

_NOT_OURS = "give another RUN, or move the file away: what it holds would then be asked again"


def refusal(path: Path, problem: sqlite3.Error | OSError) -> SynthcodeError:
    """Put an error of SQLite, or of the file system, into words."""
    code = str(getattr(problem, "sqlite_errorname", ""))
    if code == "SQLITE_NOTADB":
        return foreign_file(path)
    if code.startswith("SQLITE_CORRUPT"):
        return InputError(
            f"the journal {path} is damaged: {problem}",
            "restore it from a copy, or move it away and take the answers from the recording next to it: "
            "'synthcode translate RUN --backend replay --recording RUN/completions'",
        )
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StorageError(f"the journal {path} is held by another process", "wait for it to end, or stop it")
    if code == "SQLITE_FULL" or code.startswith("SQLITE_IOERR"):
        return StorageError(
            f"the journal {path} cannot be written: {problem}",
            "free some disk space and run the same command again: nothing that was answered and stored is lost",
        )
    return StorageError(f"the journal {path} cannot be used: {problem}", "check that its folder is yours to write")


def damaged_row(path: Path, request_id: str) -> InputError:
    """Return the error for an answer that differs from what was stored."""
    return InputError(
        f"the journal {path} is damaged: the answer to request {request_id} is not what was stored",
        "run 'synthcode translate RUN --force': it requests that answer again, and no other",
    )


def foreign_file(path: Path) -> InputError:
    """Refuse a file that is something else."""
    return InputError(f"{path} is not a journal of synthcode", _NOT_OURS)


def newer_file(path: Path, version: int, known: int) -> InputError:
    """Refuse a journal whose tables are not known yet."""
    return InputError(
        f"the journal {path} is of version {version}; this synthcode knows versions up to {known}",
        "upgrade synthcode",
    )
