"""What a run says, on stderr: messages as lines; progress as a bar on a terminal, as lines now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import click
from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.table import Column
from rich.text import Text

from synthcode.pipelines.runs.reporter import Bar
from synthcode.sanitize import visible_line

SECONDS_BETWEEN_LINES = 10.0
LABEL_WIDTH = 22
BAR_WIDTH = 8
"""With counts of seven digits and both times, a line takes 80 columns at most."""


class _Count(ProgressColumn):
    """Units done, of how many if that is known."""

    def render(self, task: Task) -> Text:
        total = "" if task.total is None else f"/{int(task.total):,}"
        return Text(f"{int(task.completed):,}{total}", no_wrap=True)


class _Times(ProgressColumn):
    """How long it has taken, and how long the rest will take at this pace."""

    def render(self, task: Task) -> Text:
        left = "" if task.total is None else f" left {_clock(task.time_remaining)}"
        return Text(f"for {_clock(task.elapsed)}{left}", no_wrap=True)


def _clock(seconds: float | None) -> str:
    return "-:--:--" if seconds is None else str(timedelta(seconds=max(0, int(seconds))))


class _WithNotes(Progress):
    """A progress bar with its remarks on lines of their own, which never push out the figures."""

    def get_renderables(self) -> Iterable[RenderableType]:
        yield self.make_tasks_table(self.tasks)
        for task in self.tasks:
            for line in task.fields["note"].splitlines():
                yield Text(f"  {visible_line(line)}", no_wrap=True, overflow="ellipsis")


class _TerminalBar:
    def __init__(self, progress: Progress, label: str, total: int | None) -> None:
        self._progress = progress
        self._task = progress.add_task(label, total=total, note="")

    def advance(self, count: int = 1, note: str = "") -> None:
        self._progress.update(self._task, advance=count, note=note)


class _LineBar:
    def __init__(self, label: str, total: int | None) -> None:
        self._label, self._total, self._done = label, total, 0
        self._first: tuple[float, int] | None = None
        """When the first units were done, and how many: until then, much may be made ready."""
        self._next_line = time.monotonic() + SECONDS_BETWEEN_LINES

    def advance(self, count: int = 1, note: str = "") -> None:
        self._done += count
        if self._first is None:
            self._first = time.monotonic(), self._done
        if time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + SECONDS_BETWEEN_LINES
            of = f" of {self._total:,}, left {self._left()}" if self._total is not None else ""
            remark = "; ".join(["", *map(visible_line, note.splitlines())])
            click.echo(f"{self._label}: {self._done:,}{of}{remark}", err=True)

    def _left(self) -> str:
        """Return how long the rest takes at the pace since the first units, as the bar on a terminal does."""
        if self._first is None or self._total is None:
            return _clock(None)
        started, before = self._first
        done = self._done - before
        return _clock((time.monotonic() - started) / done * (self._total - self._done) if done else None)


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
            TextColumn("{task.description}", table_column=Column(no_wrap=True, max_width=LABEL_WIDTH)),
            BarColumn(bar_width=BAR_WIDTH),
            _Count(),
            _Times(),
        )
        with _WithNotes(*columns, console=console, transient=True) as progress:
            yield _TerminalBar(progress, label, total)
