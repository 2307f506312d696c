"""Files of lines, unpacked if they are gzip, read a line at a time."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from synthcode.bounded import limits
from synthcode.bounded.files import open_regular

_GZIP = b"\x1f\x8b"

UNREADABLE = (EOFError, zlib.error, OSError)
"""What reading raises for a file that is damaged, cut short, or may not be read."""


class LongLine(bytes):
    """The beginning of a line that is longer than ``limits.ROW``; the rest of it is skipped."""


def read_lines(path: Path, *, gzipped: bool | None = None) -> Iterator[bytes]:
    """Yield the lines of a file with their ends.

    Parameters
    ----------
    path
        The file.
    gzipped
        Whether it is gzip; None takes its first bytes for it.

    Raises
    ------
    InputError
        If it is not a regular file.
    OSError, EOFError, zlib.error
        If it cannot be read to its end: see ``UNREADABLE``.
    """
    with open_regular(path) as packed:
        is_gzip = packed.read(2) == _GZIP if gzipped is None else gzipped
        packed.seek(0)
        stream: IO[bytes] = gzip.GzipFile(fileobj=packed) if is_gzip else packed  # type: ignore[assignment]
        while line := stream.readline(limits.ROW):
            if line.endswith(b"\n") or len(line) < limits.ROW:
                yield line
                continue
            yield LongLine(line[:1_000])
            while (rest := stream.readline(limits.ROW)) and not rest.endswith(b"\n"):
                pass
