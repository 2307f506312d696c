"""What a run says, on stderr: messages as lines; progress as a bar on a terminal, as lines now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from synthcode.pipelines.runs.reporter import Bar

SECONDS_BETWEEN_LINES = 10.0


class _TerminalBar:
    def __init__(self, progress: Progress, label: str, total: int | None) -> None:
        self._progress = progress
        self._task = progress.add_task(label, total=total, note="")

    def advance(self, count: int = 1, note: str = "") -> None:
        self._progress.update(self._task, advance=count, note=note)


class _LineBar:
    def __init__(self, label: str, total: int | None) -> None:
        self._label, self._total, self._done = label, total, 0
        self._next_line = time.monotonic() + SECONDS_BETWEEN_LINES

    def advance(self, count: int = 1, note: str = "") -> None:
        self._done += count
        if time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + SECONDS_BETWEEN_LINES
            of = f" of {self._total:,}" if self._total is not None else ""
            click.echo(f"{self._label}: {self._done:,}{of} {note}".rstrip(), err=True)


class TerminalReporter:
    """Prints on stderr what a run says."""

    def message(self, line: str) -> None:
        """Print a line."""
        click.echo(line, err=True)

    @contextmanager
    def progress(self, label: str, total: int | None) -> Iterator[Bar]:
        """Show progress while the block runs. ``total`` None: how much there is to do is not known."""
        console = Console(stderr=True)
        if not console.is_terminal:
            yield _LineBar(label, total)
            return
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}", markup=False),
        )
        with Progress(*columns, console=console, transient=True) as progress:
            yield _TerminalBar(progress, label, total)
