"""A leaderboard as a static Space of the Hub: the page, its data, and the README that names the kind of Space."""

from __future__ import annotations

from pathlib import Path
from textwrap import shorten

from synthcode.errors import InputError
from synthcode.evaluation.leaderboard.content import Leaderboard
from synthcode.evaluation.leaderboard.pages.columns import LEGEND, title
from synthcode.evaluation.leaderboard.pages.flat_rows import csv_text, json_text
from synthcode.evaluation.leaderboard.pages.html_page import html_page
from synthcode.evaluation.leaderboard.pages.markdown_page import markdown_page
from synthcode.evaluation.results.coverage import counted
from synthcode.markdown import prose
from synthcode.publishing.card.escaping import yaml_block
from synthcode.storage.atomic import write_text

README, INDEX = "README.md", "index.html"
DATA = {"leaderboard.csv": csv_text, "leaderboard.json": json_text, "leaderboard.md": markdown_page}


def refuse_other_files(folder: Path) -> None:
    """Refuse a folder that holds anything but an earlier leaderboard; hidden files, such as git's, may stay.

    Raises
    ------
    InputError
        If it does, or is a file.
    """
    if not folder.exists():
        return
    names = {path.name for path in folder.iterdir() if not path.name.startswith(".")} if folder.is_dir() else {""}
    # The data is written first: a README or page without it is another's.
    pages = names & {README, INDEX}
    if names - pages - DATA.keys() or (pages and not names >= DATA.keys()):
        raise InputError(
            f"{folder} holds something other than a leaderboard", "name a new or empty folder with --space"
        )


def write_space(folder: Path, board: Leaderboard) -> list[Path]:
    """Write the files of a Space; return them.

    Parameters
    ----------
    folder
        Made if it is missing.
    board
        The content.
    """
    written = {name: text(board) for name, text in DATA.items()}
    written |= {INDEX: html_page(board, list(DATA)), README: _readme(board)}
    for name, text in written.items():
        write_text(folder / name, text)
    return [folder / name for name in written]


def _readme(board: Leaderboard) -> str:
    front = {
        "title": shorten(f"Leaderboard of {board.dataset}", 100, placeholder=" ..."),
        "emoji": "📊",
        "colorFrom": "green",
        "colorTo": "blue",
        "sdk": "static",
        "app_file": INDEX,
        "pinned": False,
        "tags": ["leaderboard", "code-retrieval", "synthcode"],
    }
    tables = "\n".join(f"- {prose(title(table))}: {counted(len(table.lines), 'entry')}" for table in board.tables)
    data = ", ".join(f"`{name}`" for name in DATA)
    return (
        f"---\n{yaml_block(front)}\n---\n\n# Leaderboard of {prose(board.dataset)}\n\n"
        f"Split {prose(board.split)}, scored by `synthcode evaluate` and ranked by `synthcode leaderboard`:\n\n"
        f"{tables}\n\n{LEGEND}\n\nThe data: {data}.\n"
    )
