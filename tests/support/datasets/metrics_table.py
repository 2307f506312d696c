"""Reading ``metrics.csv`` as ``evaluate`` writes it."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pyarrow as pa

from synthcode.sanitize import from_csv_cell
from synthcode.schemas.results import METRICS, METRICS_NAME


def read_metrics(folder: Path) -> list[dict[str, Any]]:
    """Return the rows as they were before they were made safe for spreadsheets; an empty number is None."""
    with (folder / METRICS_NAME).open(newline="", encoding="utf-8") as stream:
        rows = [{name: from_csv_cell(cell) for name, cell in row.items()} for row in csv.DictReader(stream)]
    columns = [
        pa.array([row[field.name] or _nothing(field) for row in rows], pa.string()).cast(field.type)
        for field in METRICS
    ]
    return pa.table(columns, schema=METRICS).to_pylist()  # type: ignore[no-any-return]


def _nothing(field: pa.Field) -> str | None:
    return "" if pa.types.is_string(field.type) else None
