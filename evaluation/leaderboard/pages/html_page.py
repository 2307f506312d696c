"""A leaderboard as one HTML page: it fetches nothing, sorts and filters by itself, and shows names as text only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from synthcode import __version__
from synthcode.evaluation.encoder import ONLY_EXIT
from synthcode.evaluation.leaderboard.content import Leaderboard, Line, Table
from synthcode.evaluation.leaderboard.pages import columns
from synthcode.reporting.inline_assets import PAGE as SHARED
from synthcode.reporting.inline_assets import content_hash, inlined
from synthcode.sanitize import visible
from synthcode.templates import environment

PAGE = Path(__file__).parent
WIDTH = 120.0
"""Of the picture of an interval, in pixels."""


def html_page(board: Leaderboard, downloads: Sequence[str] = ()) -> str:
    """Return the page.

    Parameters
    ----------
    board
        Its content.
    downloads
        Files next to the page that it links to.
    """
    style = f"{inlined(SHARED, ['base.css'])}\n{inlined(PAGE, ['leaderboard.css'])}"
    script = inlined(PAGE, ["leaderboard.js"])
    pages = environment(PAGE, html=True)
    pages.filters |= {"visible": visible, "sortable": _sortable}
    lines = [line for table in board.tables for line in table.lines]
    return pages.get_template("leaderboard.html.jinja").render(
        board=board,
        downloads=downloads,
        style=style,
        script=script,
        style_hash=content_hash(style),
        script_hash=content_hash(script),
        columns=columns,
        deepest=_deepest,
        scales=[_Scale(table) for table in board.tables],
        width=WIDTH,
        encoders=sorted({line.entry.encoder for line in lines}),
        kinds=sorted({line.kind for line in lines if line.kind}),
        precisions=sorted({line.entry.precision for line in lines if line.entry.precision}),
        has_exits=any(line.entry.exit != ONLY_EXIT for line in lines),
        version=__version__,
    )


def _sortable(value: float | str | None) -> str:
    """Return what the script sorts a cell by; empty cells stand last."""
    return "" if value is None else visible(str(value))


def _deepest(table: Table) -> set[tuple[str, int]]:
    """Return the deepest exit of each encoder of a table."""
    found: dict[str, int] = {}
    for line in table.lines:
        found[line.entry.encoder] = max(line.entry.exit, found.get(line.entry.encoder, line.entry.exit))
    return set(found.items())


class _Scale:
    """From values to pixels: all intervals of a table on one scale."""

    def __init__(self, table: Table) -> None:
        self._low = min(line.score.lo for line in table.lines)
        self._span = max(line.score.hi for line in table.lines) - self._low or 1.0

    def places(self, line: Line) -> tuple[float, float, float]:
        """Return where an interval begins, its value stands, and it ends."""
        score = line.score
        low, middle, high = (
            3 + (WIDTH - 6) * (value - self._low) / self._span for value in (score.lo, score.value, score.hi)
        )
        return low, middle, high
