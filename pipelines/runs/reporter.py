"""What a run says while it works: messages and progress. Commands print them; Python callers may do as they like."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Bar(Protocol):
    """The progress of one piece of work."""

    def advance(self, count: int = 1, note: str = "") -> None:
        """Count ``count`` more units as done; ``note`` replaces the remark, of a line or more, on the figures."""


class Reporter(Protocol):
    """Receives what a run says. Called from the thread that works on the run, and from a signal handler."""

    def message(self, line: str) -> None:
        """Take one line for people, without markup."""

    def progress(self, label: str, total: int | None) -> AbstractContextManager[Bar]:
        """Open the progress of a piece of work. ``total`` None: the number of units is not known."""


class _NoBar:
    def advance(self, count: int = 1, note: str = "") -> None:
        pass


class SilentReporter:
    """Drops everything: the default outside of the command line."""

    def message(self, line: str) -> None:
        """Drop the line."""

    @contextmanager
    def progress(self, label: str, total: int | None) -> Iterator[Bar]:
        """Provide a bar that counts nothing."""
        yield _NoBar()
