"""A leaderboard as rows: for CSV, JSON and pandas."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from synthcode.evaluation.leaderboard.content import Leaderboard, Line, Table
from synthcode.sanitize import csv_cell

FIXED = (
    "task",
    "variant",
    "level",
    "dataset",
    "rank",
    "last_rank",
    "group",
    "encoder",
    "kind",
    "exit",
    "dims",
    "precision",
)
SCORE = ("metric", "value", "lo", "hi", "difference", "p_holm")
SPREAD = ("documents",)
"""Counts that differ between pairs of languages."""
COSTS = ("parameters", "bytes_per_vector", "seconds_per_1000_texts")


def flat_rows(board: Leaderboard) -> list[dict[str, Any]]:
    """Return a dictionary a line of all tables, all with the same keys; None if nothing is known."""
    rows = [_row(table, line) for table in board.tables for line in table.lines]
    columns = dict.fromkeys(name for row in rows for name in row if name not in COSTS)
    return [{name: row.get(name) for name in (*columns, *COSTS)} for row in rows]


def _row(table: Table, line: Line) -> dict[str, Any]:
    score, cost, entry = line.score, line.cost, line.entry
    ranked = (*table.kind, line.rank, line.last_rank, line.group, entry.encoder, line.kind, *entry[1:])
    scored = (table.metric, score.value, score.lo, score.hi, line.difference, line.p_holm)
    sizes = {name: low for name, (low, high) in table.counts.items() if name not in SPREAD}
    spread = [name for name in SPREAD if name in table.counts]
    sizes |= {f"{name}_{end}": table.counts[name][at] for name in spread for at, end in enumerate(("min", "max"))}
    return {
        **dict(zip((*FIXED, *SCORE), (*ranked, *scored), strict=True)),
        **line.values,
        **sizes,
        **cost._asdict(),
    }


def csv_text(board: Leaderboard) -> str:
    """Return the rows as CSV that a spreadsheet may open: none of it is run as a formula."""
    rows = flat_rows(board)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(rows[0])
    writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return text.getvalue()


def json_text(board: Leaderboard) -> str:
    """Return the tables as JSON, with what they rest on and what is left out."""
    tree = {
        **{"dataset": board.dataset, "split": board.split, "notes": board.notes},
        "tables": [
            {
                **table.kind._asdict(),
                **{"metric": table.metric, "counts": table.counts, "resamples": table.resamples},
                **{"notes": table.notes, "warnings": table.warnings},
                "rows": [_json_row(table, line) for line in table.lines],
            }
            for table in board.tables
        ],
    }
    return json.dumps(tree, indent=2) + "\n"


def _json_row(table: Table, line: Line) -> dict[str, Any]:
    row = _row(table, line)
    left_out = {*table.kind._fields, "metric", *table.counts}
    return {name: value for name, value in row.items() if name not in left_out} | {"same_as": line.same_as}


def _cell(value: object) -> object:
    return csv_cell(value) if isinstance(value, str) else value
