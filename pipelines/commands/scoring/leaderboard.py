"""``synthcode leaderboard``: many results in one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from synthcode.pipelines.commands.scoring.comparison_options import metric_option, resamples_option

if TYPE_CHECKING:
    from synthcode.evaluation.leaderboard.content import Leaderboard

FORMATS = (".md", ".csv", ".json", ".html")


@click.command()
@click.argument("results", metavar="DIR...", nargs=-1, required=True, type=click.Path(path_type=Path))
@metric_option("that ranks")
@resamples_option("intervals, at most, and of tests, at least")
@click.option(
    "--out",
    "files",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"Write a file ({', '.join(FORMATS)}) in place of Markdown on stdout; may be repeated.",
)
@click.option(
    "--space",
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write a static Space of the Hub: README.md, index.html and the data.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def leaderboard(
    results: tuple[Path, ...],
    metric: str | None,
    resamples: int,
    files: tuple[Path, ...],
    space: Path | None,
    as_json: bool,
) -> None:
    """Rank any number of results on their common queries.

    DIR is a results folder of 'synthcode evaluate', a folder of such, or a run. Every exit, width and precision has a
    line of its own. Each table states what is left out and why. Ranks take chance into account: all pairs of entries
    are tested as 'synthcode compare' does, and p-values are adjusted by Holm's method for all pairs of a table.

    \b
    Examples:
      synthcode leaderboard runs/mine
      synthcode leaderboard results/*/bm25 results/*/st-* --out board.md --out board.csv
      synthcode leaderboard runs/mine/evaluation --metric nDCG@10 --out board.html
      synthcode leaderboard runs/mine --space my-space
    """
    from synthcode.evaluation.leaderboard.board import make_leaderboard
    from synthcode.evaluation.leaderboard.pages.space import refuse_other_files, write_space
    from synthcode.storage.atomic import write_text

    for file in files:
        if file.suffix.lower() not in FORMATS:
            raise click.BadParameter(
                f"{file.name!r} does not end in one of {', '.join(FORMATS)}.",
                click.get_current_context(),
                param_hint="'--out'",
            )
    if space is not None:
        refuse_other_files(space)
    board = make_leaderboard(results, metric, resamples)
    written = _formats()
    if as_json:
        click.echo(written[".json"](board), nl=False)
    elif not files and space is None:
        click.echo(written[".md"](board), nl=False)
    for file in files:
        write_text(file, written[file.suffix.lower()](board))
        click.echo(f"{file}: {_size(board)}", err=as_json)
    if space is not None:
        write_space(space, board)
        click.echo(f"{space}: {_size(board)}", err=as_json)


def _formats() -> Mapping[str, Callable[[Leaderboard], str]]:
    """Return what writes each format."""
    from synthcode.evaluation.leaderboard.pages.flat_rows import csv_text, json_text
    from synthcode.evaluation.leaderboard.pages.html_page import html_page
    from synthcode.evaluation.leaderboard.pages.markdown_page import markdown_page

    return {".md": markdown_page, ".csv": csv_text, ".json": json_text, ".html": html_page}


def _size(board: Leaderboard) -> str:
    lines, tables = sum(len(table.lines) for table in board.tables), len(board.tables)
    return f"{lines:,} lines in {tables:,} {'table' if tables == 1 else 'tables'}"
