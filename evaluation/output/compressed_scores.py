"""Scores by width and precision as files: ``compressed.csv``, a section of ``tables.md``, a picture."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.csv as pa_csv

from synthcode.decimals import decimals, rounded, with_interval
from synthcode.evaluation.encoder import ONLY_EXIT
from synthcode.evaluation.plots.figures import can_draw
from synthcode.evaluation.results.compressed_scores import CompressedScore, CompressedSearch, compressed_scores
from synthcode.evaluation.results.summary import DIGITS
from synthcode.evaluation.results.tables import p_value
from synthcode.evaluation.retrieval.compressed.search_time import DOCUMENTS
from synthcode.markdown import markdown_table
from synthcode.sanitize import csv_cell
from synthcode.schemas.results import COMPRESSED, COMPRESSED_NAME
from synthcode.storage.atomic import write_text
from synthcode.vocabulary import MAIN_METRIC

TITLE = "## Width and precision"
FRONT = "**Bold** is on the front: no other line of the column is as good with as few blocks and as few bytes a vector."
TIMED = f" The search time is that of one query among {DOCUMENTS:,} documents on one core."
LOST = (
    f"Differences in {MAIN_METRIC} to the whole vectors of the same exit, on the same queries. Signs of problems"
    " flipped, p-values adjusted by Holm's method for all lines."
)


def write_compressed_scores(
    folder: Path, encoder: str, search: CompressedSearch, caption: str, resamples: int
) -> list[str]:
    """Write ``compressed.csv`` and the picture; return the section of ``tables.md``.

    Parameters
    ----------
    folder
        Of the results.
    encoder
        Its label.
    search
        The ranks of all widths and precisions.
    caption
        What the means rest on.
    resamples
        Of intervals and tests.
    """
    scores = compressed_scores(search, resamples)
    write_text(folder / COMPRESSED_NAME, _csv([_row(encoder, one) for one in scores]))
    if can_draw():
        from synthcode.evaluation.plots.compressed import draw_compressed

        draw_compressed(scores, encoder, folder / "plots" / "pareto-compressed", caption)
    sections = [TITLE, _table(scores), FRONT + (TIMED if search.seconds else "")]
    return [*sections, _difference_table(scores), LOST] if any(one.difference for one in scores) else sections


def read_compressed_scores(folder: Path) -> list[dict[str, Any]]:
    """Return the rows of ``compressed.csv`` (schema ``COMPRESSED``); none if the results have none."""
    path = folder / COMPRESSED_NAME
    if not path.is_file():
        return []
    types = {field.name: field.type for field in COMPRESSED}
    options = pa_csv.ConvertOptions(column_types=types, strings_can_be_null=False)
    rows: list[dict[str, Any]] = pa_csv.read_csv(path, convert_options=options).to_pylist()
    return rows


def _row(encoder: str, one: CompressedScore) -> dict[str, Any]:
    lost = one.difference
    change = {} if lost is None else {"difference": lost.difference.value, "p_holm": rounded(lost.p_holm, DIGITS)}
    if lost is not None:
        change |= {"difference_lo": lost.difference.lo, "difference_hi": lost.difference.hi}
    return {
        **{"encoder": csv_cell(encoder), "exit": one.macro.exit, "task": one.macro.task, "variant": one.macro.variant},
        **{"dims": one.compression.dims, "precision": one.compression.precision},
        "bytes_per_vector": one.compression.bytes_per_vector,
        "search_ms": None if one.search_s is None else round(1e3 * one.search_s, 4),
        **{"metric": MAIN_METRIC, **one.estimate._asdict(), **change, "on_front": str(one.on_front).lower()},
    }


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COMPRESSED.names, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _table(scores: Sequence[CompressedScore]) -> str:
    """Return a line an exit, width and precision, with a column for each task and variant."""
    cells = {(_key(one), _kind(one)): one for one in scores}
    kinds = list(dict.fromkeys(map(_kind, scores)))
    head = ["exit", "dims", "precision", "bytes a vector", "search, ms", *kinds]
    lines = []
    for key in dict.fromkeys(map(_key, scores)):
        mine = [cells[key, kind] for kind in kinds if (key, kind) in cells]
        lines.append([*_named(mine[0]), *(_estimate(cells.get((key, kind))) for kind in kinds)])
    return markdown_table(head, lines, left=3)


def _difference_table(scores: Sequence[CompressedScore]) -> str:
    head = ["task", "variant", "exit", "dims", "precision", "difference", "p (Holm)"]
    lines = []
    for one in scores:
        if (lost := one.difference) is not None:
            cell = with_interval(*lost.difference, signed=True)
            lines.append([*one.macro[2:], *_named(one)[:3], cell, p_value(lost.p_holm)])
    return markdown_table(head, lines, left=5)


def _key(one: CompressedScore) -> tuple[int, int, str]:
    return (one.macro.exit, *one.compression)


def _kind(one: CompressedScore) -> str:
    return " ".join(one.macro[2:])


def _named(one: CompressedScore) -> list[str]:
    exit_ = "" if one.macro.exit == ONLY_EXIT else str(one.macro.exit)
    time = "" if one.search_s is None else decimals(1e3 * one.search_s)
    return [exit_, str(one.compression.dims), one.compression.precision, f"{one.compression.bytes_per_vector:,}", time]


def _estimate(one: CompressedScore | None) -> str:
    if one is None:
        return ""
    text = with_interval(*one.estimate)
    return f"**{text}**" if one.on_front else text
