"""Files of lines, unpacked if they are compressed, read a line at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from synthcode.bounded import limits
from synthcode.bounded.compression import UNPACKING_ERRORS, unpacked
from synthcode.bounded.files import open_regular

UNREADABLE = UNPACKING_ERRORS
"""What reading raises for a file that is damaged, cut short, or may not be read."""


class LongLine(bytes):
    """The beginning of a line that is longer than ``limits.ROW``; the rest of it is skipped."""


def read_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file with their ends.

    Parameters
    ----------
    path
        The file. It is unpacked if its first bytes are those of a compressed form; see ``compression.MAGIC``.

    Raises
    ------
    InputError
        If it is not a regular file.
    OSError, EOFError, zlib.error, lzma.LZMAError, ...
        If it cannot be read to its end: see ``UNREADABLE``.
    """
    with open_regular(path) as packed:
        stream = unpacked(packed)
        while line := stream.readline(limits.ROW):
            if line.endswith(b"\n") or len(line) < limits.ROW:
                yield line
                continue
            yield LongLine(line[:1_000])
            while (rest := stream.readline(limits.ROW)) and not rest.endswith(b"\n"):
                pass
