"""``--task retrieval,clones``: the tasks that ``synthcode evaluate`` scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from synthcode.errors import did_you_mean
from synthcode.vocabulary import CLASSIFICATION_TASKS, RETRIEVAL, STYLE_TASKS, TASKS

if TYPE_CHECKING:
    ParamType = click.ParamType[tuple[str, ...]]
else:  # generic in newer versions of click only
    ParamType = click.ParamType

KNOWN = (RETRIEVAL, *TASKS, *STYLE_TASKS, *CLASSIFICATION_TASKS)


class TaskList(ParamType):
    """Names of tasks, separated by commas."""

    name = "tasks"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Return the names."""
        names = tuple(word.strip() for word in str(value).split(",") if word.strip())
        if unknown := [name for name in names if name not in KNOWN]:
            self.fail(f"no task {unknown[0]!r}{did_you_mean(unknown[0], KNOWN)}; there are {', '.join(KNOWN)}.")
        if not names:
            self.fail(f"name at least one of {', '.join(KNOWN)}.")
        return names


def flat(_context: click.Context, _option: click.Parameter, lists: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the names of all lists, each once."""
    return tuple(dict.fromkeys(name for names in lists for name in names))


def retrieval_tasks(tasks: Sequence[str]) -> tuple[str, ...] | None:
    """Return which tasks of retrieval are scored, empty for all of them; None if retrieval is not scored."""
    named = tuple(task for task in tasks if task in (*TASKS, *STYLE_TASKS))
    if RETRIEVAL in tasks or not tasks:
        return ()
    return named or None


def other_tasks(tasks: Sequence[str]) -> tuple[str, ...]:
    """Return the tasks that are not of retrieval, in the usual order."""
    return tuple(task for task in CLASSIFICATION_TASKS if task in tasks)
