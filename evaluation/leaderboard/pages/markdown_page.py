"""A leaderboard as Markdown: for the terminal, a README, a paper."""

from __future__ import annotations

from synthcode.decimals import decimals
from synthcode.evaluation.leaderboard.content import Leaderboard, Line, Table
from synthcode.evaluation.leaderboard.pages.columns import LEGEND, NUMBERS, WORDS, basis, filled, title
from synthcode.evaluation.results.tables import warning_lines
from synthcode.markdown import markdown_cell, markdown_table


def markdown_page(board: Leaderboard) -> str:
    """Return all tables, with what they rest on."""
    parts = [
        "# Leaderboard",
        f"{markdown_cell(board.dataset)}, split {markdown_cell(board.split)}.",
        *map(markdown_cell, board.notes),
    ]
    for table in board.tables:
        parts += [f"## {markdown_cell(title(table))}", *_table_parts(table)]
    return "\n\n".join([*parts, f"**Bold**: the best value of a column. {LEGEND}"]) + "\n"


def _table_parts(table: Table) -> list[str]:
    words, numbers = filled(WORDS, table), filled(NUMBERS, table)
    head = [one.head for one in words] + list(table.metrics) + [one.head for one in numbers]
    rows = [
        [
            *(markdown_cell(one.cell(line)) for one in words),
            *(_value(table, line, name) for name in table.metrics),
            *(one.cell(line) for one in numbers),
        ]
        for line in table.lines
    ]
    lines = markdown_table([*map(markdown_cell, head)], rows, left=len(words))
    return [basis(table), *map(markdown_cell, table.notes), *warning_lines(table.warnings), lines]


def _value(table: Table, line: Line, metric: str) -> str:
    value = line.values[metric]
    text = f"**{decimals(value)}**" if value == table.best[metric] else decimals(value)
    return f"{text} [{decimals(line.score.lo)}, {decimals(line.score.hi)}]" if metric == table.metric else text
