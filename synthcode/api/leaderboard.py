"""Many results in one table, from Python."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from synthcode.api.calls import call
from synthcode.api.frozen_results import FrozenResults
from synthcode.api.results import RESAMPLES, Results
from synthcode.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from synthcode.evaluation.leaderboard.content import Leaderboard


def leaderboard(
    *results: Results | FrozenResults | str | os.PathLike[str],
    metric: str | None = None,
    resamples: int = RESAMPLES,
) -> pd.DataFrame:
    """Rank any number of results on their common queries, pairs or programs.

    Parameters
    ----------
    results
        Results folders, folders of such folders, runs, or what ``evaluate`` and ``evaluate_clones`` wrote with ``out``.
    metric
        The one that ranks. Tables that do not have it, and by default all, are ranked by their main one.
    resamples
        Of intervals, at most, and of tests, at least.

    Returns
    -------
    DataFrame
        A row for each entry of each table: ``task``, ``variant``, ``level``, ``rank``, ``last_rank``, ``group``,
        ``encoder``, ``kind``, ``exit``, ``dims``, ``precision``, ``metric``, ``value``, ``lo``, ``hi``, ``difference``,
        ``p_holm``, every metric, what the scores rest on, and costs. ``attrs["notes"]`` says what is left out and why,
        ``attrs["warnings"]`` why the scores say little, if they do.

    Raises
    ------
    SynthcodeError
        If there are no results, they are damaged, of different datasets or have nothing in common, or there is no such
        metric.
    """
    if not results:
        raise InputError("leaderboard was given no results", "name results folders, or a run")
    folders = [_folder_of(one) for one in results]
    return call(lambda _stop: _frame(folders, metric, resamples))


def _folder_of(given: Results | FrozenResults | str | os.PathLike[str]) -> Path:
    if not isinstance(given, Results | FrozenResults):
        return Path(given)
    if given.folder is None:
        raise InputError(f"the results of {given.encoder} are not stored", "call evaluate with out=FOLDER")
    return given.folder


def _frame(folders: list[Path], metric: str | None, resamples: int) -> pd.DataFrame:
    import pandas as pd

    from synthcode.evaluation.leaderboard.board import make_leaderboard
    from synthcode.evaluation.leaderboard.pages.flat_rows import flat_rows

    board = make_leaderboard(folders, metric, resamples)
    frame = pd.DataFrame(flat_rows(board)).convert_dtypes()
    frame.attrs |= {"notes": _notes(board), "warnings": _warnings(board)}
    return frame


def _notes(board: Leaderboard) -> list[str]:
    return [*board.notes, *(note for table in board.tables for note in table.notes)]


def _warnings(board: Leaderboard) -> list[str]:
    return list(dict.fromkeys(warning for table in board.tables for warning in table.warnings))
