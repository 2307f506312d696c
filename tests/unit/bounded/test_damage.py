"""An error of reading becomes a reason and what to do about it."""

from __future__ import annotations

import lzma
import zipfile
import zlib

import pytest

from synthcode.bounded.damage import NotUnpackable, damage

CUT_SHORT = "it ends before the end of its compressed data"
ERRORS = (
    (EOFError("Compressed file ended before the end-of-stream marker was reached"), CUT_SHORT, "again"),
    (OSError("Truncated compressed stream"), CUT_SHORT, "again"),
    (zipfile.BadZipFile("File is not a zip file"), CUT_SHORT, "again"),
    (zlib.error("Error -3"), "its compressed data is damaged (Error -3)", "again"),
    (lzma.LZMAError("Corrupt\ninput"), "its compressed data is damaged (Corrupt input)", "again"),
    (OSError("ZSTD decompress failed: x"), "its compressed data is damaged (ZSTD decompress failed: x)", "again"),
    (
        PermissionError(13, "Permission denied"),
        "Permission denied",
        "fix the permissions of the file and of its folders",
    ),
    (OSError(5, "Input/output error"), "Input/output error", "check the disk that it is on, or copy the file again"),
    (FileNotFoundError(2, "No such file"), "No such file", "check that it is still there"),
    (NotUnpackable("the archive is encrypted", "unpack it"), "the archive is encrypted", "unpack it"),
    (RuntimeError(), "RuntimeError", "again"),
)


@pytest.mark.parametrize(("problem", "what", "fix"), ERRORS, ids=lambda value: str(value)[:30])
def test_only_what_may_not_be_read_has_wrong_permissions(problem: Exception, what: str, fix: str) -> None:
    assert damage(problem, "again") == (what, fix)
