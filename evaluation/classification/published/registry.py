"""The benchmarks that can be read, by their names on the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from synthcode.errors import InputError, did_you_mean
from synthcode.evaluation.classification.published.benchmark import PublishedBenchmark
from synthcode.evaluation.classification.published.formats import bigclonebench, devign, poj104, table
from synthcode.evaluation.classification.published.sources import local_folder

Read = Callable[[Path, Mapping[str, str]], PublishedBenchmark]


@dataclass(frozen=True)
class _Entry:
    tasks: Mapping[str, Read]
    """Task -> how the benchmark is read for it. The first is what it is made for."""
    why_no_other: str = ""
    """Why another task cannot be scored."""


_ENTRIES: Mapping[str, _Entry] = {
    "bigclonebench": _Entry({"clones": bigclonebench.read}, "its programs have no labels of their own"),
    "poj104": _Entry(
        {"clones": poj104.read}, "its splits hold different problems, so that no classifier can be scored"
    ),
    "devign": _Entry({"classification": devign.read}, "its functions are not clones of each other"),
    "table": _Entry({"classification": table.read_labels, "clones": table.read_clones}),
}

PUBLISHED_BENCHMARKS = tuple(_ENTRIES)


def task_of(name: str, task: str | None) -> str:
    """Return the task that a benchmark is scored by: the given one, or else the one that it is made for.

    Raises
    ------
    InputError
        If there is no such benchmark, or it cannot be scored by that task.
    """
    entry = _entry(name)
    if task is not None and task not in entry.tasks:
        raise InputError(
            f"{name} cannot be scored by --task {task}: {entry.why_no_other or 'it is not made for that task'}",
            f"give --task {next(iter(entry.tasks))}",
        )
    return task or next(iter(entry.tasks))


def read_published(
    name: str, path: str, task: str | None = None, columns: Mapping[str, str] | None = None, language: str = ""
) -> PublishedBenchmark:
    """Read a published benchmark.

    Parameters
    ----------
    name
        One of ``PUBLISHED_BENCHMARKS``.
    path
        Its file or folder, or ``user/name`` or ``user/name@revision`` on the Hub.
    task
        ``clones`` or ``classification``. Default: the task that it is made for.
    columns
        Our names of columns -> the tables' own, where they differ.
    language
        Of its programs. Default: the benchmark's own; a table's is not known.

    Raises
    ------
    InputError
        If it is not there, is broken, or cannot be scored by the task.
    """
    read = _entry(name).tasks[task_of(name, task)]
    found = read(local_folder(path), columns or {})
    return replace(found, language=language) if language else found


def _entry(name: str) -> _Entry:
    if name not in _ENTRIES:
        raise InputError(f"no benchmark {name!r}{did_you_mean(name, _ENTRIES)}", f"use one of: {', '.join(_ENTRIES)}")
    return _ENTRIES[name]
