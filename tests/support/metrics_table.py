"""Reading ``metrics.csv`` as ``evaluate`` writes it."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pyarrow as pa

from synthcode.sanitize import from_csv_cell
from synthcode.schemas.results import METRICS, METRICS_NAME


def read_metrics(folder: Path) -> list[dict[str, Any]]:
    """Return the rows, with numbers as numbers and texts as they were before they were made safe for spreadsheets."""
    with (folder / METRICS_NAME).open(newline="", encoding="utf-8") as stream:
        rows = [{name: from_csv_cell(cell) for name, cell in row.items()} for row in csv.DictReader(stream)]
    columns = [pa.array([row[field.name] for row in rows], pa.string()).cast(field.type) for field in METRICS]
    return pa.table(columns, schema=METRICS).to_pylist()  # type: ignore[no-any-return]
