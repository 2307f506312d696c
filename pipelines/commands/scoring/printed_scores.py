"""Scores of ``evaluate`` as tables in the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from synthcode.decimals import decimals
from synthcode.evaluation.encoder import ONLY_EXIT
from synthcode.evaluation.results.comparison import Estimate, Macro
from synthcode.evaluation.results.coverage import Covered, spread, warnings_of
from synthcode.vocabulary import MAIN_METRIC

WIDTH = 100
"""Of the table, at most, in characters; with small numbers it fits 80."""


def print_means(macros: Mapping[Macro, Estimate], covered: Covered, folder: Path, notes: Sequence[str] = ()) -> None:
    """Print a line an exit, task and variant on stdout; notes, warnings and where all of it is on stderr."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from synthcode.sanitize import visible_line

    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for column in ("task", "variant", "exit"):
        table.add_column(column)
    for column in (f"{MAIN_METRIC} (95 %)", "pairs", "queries", "problems", "documents"):
        table.add_column(column, justify="right")
    for macro, estimate in sorted(macros.items(), key=lambda item: (item[0].task, item[0].variant, item[0].exit)):
        one = covered[macro]
        table.add_row(
            Text(visible_line(macro.task)),
            Text(visible_line(macro.variant)),
            "" if macro.exit == ONLY_EXIT else str(macro.exit),
            f"{decimals(estimate.value)} ({decimals(estimate.lo)} to {decimals(estimate.hi)})",
            *(f"{one.pairs:,}", f"{one.queries:,}", f"{one.problems:,}", spread(one.documents)),
        )
    console = Console()
    console.width = max(console.width, WIDTH)  # a number that is cut is worse than a long line
    console.print(table)
    for note in notes:
        click.echo(note, err=True)
    for warning in warnings_of(covered.values()):
        click.echo(f"warning: {warning}", err=True)
    click.echo(f"mean over pairs of languages; all of it is in {folder}", err=True)


def print_scores(title: str, rows: Sequence[Mapping[str, Any]], scored: str = "frozen vectors") -> None:
    """Print a line for each measure on stdout, with a column for each exit, and what was scored."""
    from rich.console import Console
    from rich.table import Table

    from synthcode.evaluation.output.frozen_scores import estimate_text

    exits = sorted({row["exit"] for row in rows})
    cells = {(row["exit"], row["metric"]): estimate_text(row) for row in rows}
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(f"{title}, {scored}")
    for exit_ in exits:
        table.add_column(f"exit {exit_}" if exit_ else "score (95 %)", justify="right")
    for metric in dict.fromkeys(row["metric"] for row in rows):
        table.add_row(metric, *(cells.get((exit_, metric), "") for exit_ in exits))
    console = Console()
    console.width = max(console.width, 30 + 26 * len(exits))  # a number that is cut is worse than a long line
    console.print(table)


def print_graded(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print nDCG with graded relevance, a line an exit, task and variant, on stdout."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from synthcode.evaluation.output.frozen_scores import estimate_text
    from synthcode.sanitize import visible_line

    if not rows:
        return
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for column in ("task", "variant", "exit"):
        table.add_column(column)
    table.add_column("nDCG@10, graded (95 %)", justify="right")
    for row in rows:
        exit_ = "" if row["exit"] == ONLY_EXIT else str(row["exit"])
        table.add_row(*(Text(visible_line(row[key])) for key in ("task", "variant")), exit_, estimate_text(row))
    console = Console()
    console.width = max(console.width, WIDTH)
    console.print()
    console.print(table)


def print_compressed(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print a line an exit, width and precision on stdout; a star marks what is on the front."""
    from rich.console import Console
    from rich.table import Table

    if not rows:
        return
    kinds = list(dict.fromkeys(f"{row['task']}\n{row['variant']}" for row in rows))
    lines: dict[tuple[Any, ...], dict[str, str]] = {}
    for row in rows:
        time = "" if row["search_ms"] is None else decimals(row["search_ms"])
        exit_ = "" if row["exit"] == ONLY_EXIT else str(row["exit"])
        key = (exit_, str(row["dims"]), row["precision"], f"{row['bytes_per_vector']:,}", time)
        star = "*" if row["on_front"] else " "
        lines.setdefault(key, {})[f"{row['task']}\n{row['variant']}"] = f"{decimals(row['value'])}{star}"
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for column in ("exit", "dims", "precision", "bytes a\nvector", "search\nms", *kinds):
        table.add_column(column, justify="left" if column == "precision" else "right")
    for line, values in lines.items():
        table.add_row(*line, *(values.get(kind, "") for kind in kinds))
    console = Console()
    console.width = max(console.width, WIDTH)
    console.print()
    console.print(table)
    note = f"{MAIN_METRIC}; * no other line is as good with as few blocks and bytes"
    timed = any(row["search_ms"] is not None for row in rows)
    click.echo(note + ("; time of one query among 20,000 documents on one core" if timed else ""), err=True)
