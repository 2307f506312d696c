"""Standard output and error without secrets: tracebacks, warnings and the logs of libraries pass through here too."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

from synthcode.redaction import current


class RedactedStream:
    """A text stream that takes secrets out of whatever is written to it.

    Parameters
    ----------
    stream
        Where the text goes.
    redact
        What takes the secrets out of one piece of text.
    """

    def __init__(self, stream: TextIO, redact: Callable[[str], str]) -> None:
        self._stream = stream
        self._redact = redact

    def write(self, text: str) -> int:
        """Write text without its secrets; return the length of what was given."""
        self._stream.write(self._redact(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write lines without their secrets."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def redacted_streams() -> Iterator[None]:
    """Take secrets out of all that is printed while the block runs.

    What people read (stderr) loses passwords in URLs as well; data (stdout) loses only the secrets of this machine, or
    a program that is shown would lose the example address in it.
    """
    streams = sys.stdout, sys.stderr
    sys.stdout = cast(TextIO, RedactedStream(streams[0], lambda text: current().values(text)))
    sys.stderr = cast(TextIO, RedactedStream(streams[1], lambda text: current().message(text)))
    try:
        yield
    finally:
        sys.stdout, sys.stderr = streams
