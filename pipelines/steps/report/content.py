"""What the report tells of a run: its rows are read twice, once to be counted and once for those that are shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from synthcode import __version__
from synthcode.pipelines.tables.funnel import funnel
from synthcode.pipelines.tables.outcomes import judged
from synthcode.pipelines.tables.removals import KEPT
from synthcode.reporting import census as counting
from synthcode.reporting.clusters import summarize
from synthcode.reporting.payload import pack
from synthcode.reporting.report_content import Example, Facts
from synthcode.schemas.tables import CLUSTERS
from synthcode.storage.large_tables.joins import join_seed_columns
from synthcode.storage.shards import read_file

if TYPE_CHECKING:
    from synthcode.pipelines.runs.reporter import Bar
    from synthcode.pipelines.tables.outcomes import OutcomeBatch
    from synthcode.reporting.scores import Evaluation
    from synthcode.storage.layout import RunFolder

EXAMPLES, EXAMPLE_LINES, EXAMPLE_CHARS = 3, 8, 600


def gather(folder: RunFolder, rows: int, bar: Bar) -> tuple[Facts, list[str]]:
    """Return what the report tells, and its rows packed.

    Parameters
    ----------
    folder
        The run.
    rows
        So many rows at most; of more, some are drawn.
    bar
        Advanced for every row that is read.
    """
    clusters = summarize(read_file(folder.clusters) if folder.clusters.is_file() else CLUSTERS.empty_table())
    census = counting.Census(rows)
    source_ids: dict[str, str] = {}
    for piece in judged(folder, with_code=False):
        census.add(_beside_seeds(piece))
        source_ids |= _source_ids(piece, clusters.seed_ids)
        bar.advance(piece.rows.num_rows)
    drawn = {name for names in census.draw.drawn().values() for name in names}
    example_ids = census.examples(EXAMPLES)
    example_ids.pop(KEPT, None)
    facts = Facts(
        name=folder.path.resolve().name,
        counts=funnel(folder),
        census=census,
        shown=len(drawn),
        examples={},
        clusters=clusters,
        source_ids=source_ids,
        evaluations=_evaluations(folder),
        version=__version__,
    )
    chunks, examples = _shown_rows(folder, drawn, {name for names in example_ids.values() for name in names}, bar)
    shown = {verdict: [examples[name] for name in names if name in examples] for verdict, names in example_ids.items()}
    return replace(facts, examples=shown), chunks


def _evaluations(folder: RunFolder) -> list[Evaluation]:
    if not folder.evaluation.is_dir():
        return []
    from synthcode.pipelines.steps.report.scores import read_evaluations  # what compares scores takes a while to import

    return read_evaluations(folder.evaluation)


def _beside_seeds(piece: OutcomeBatch) -> pa.Table:
    seeds = piece.seeds.append_column("seed_chars", pc.utf8_length(piece.seeds["code"]))
    rows = join_seed_columns(piece.rows, seeds, {name: name for name in counting.SEED_COLUMNS})
    return rows.select([*counting.COLUMNS, *counting.SEED_COLUMNS])


def _source_ids(piece: OutcomeBatch, seeds: set[str]) -> dict[str, str]:
    named = piece.seeds.filter(pc.is_in(piece.seeds["seed_id"], value_set=pa.array(sorted(seeds), pa.string())))
    return dict(zip(named["seed_id"].to_pylist(), named["source_id"].to_pylist(), strict=True))


def _shown_rows(
    folder: RunFolder, drawn: set[str], example_ids: set[str], bar: Bar
) -> tuple[list[str], dict[str, Example]]:
    """Pack the rows that were drawn; return those that are wanted as examples by ``program_id``, too."""
    chunks: list[str] = []
    examples: dict[str, Example] = {}
    for piece in judged(folder):
        bar.advance(piece.rows.num_rows)
        is_drawn = pa.array((name in drawn for name in piece.rows["program_id"].to_pylist()), pa.bool_())
        rows = piece.rows.filter(is_drawn)
        has_rows = pc.is_in(piece.seeds["seed_id"], value_set=rows["seed_id"].combine_chunks())
        seeds, shown = piece.seeds.filter(has_rows).to_pylist(), rows.to_pylist()
        if shown:
            chunks.append(pack(seeds, shown))
        names = {seed["seed_id"]: seed["source_id"] for seed in seeds}
        chosen = (row for row in shown if row["program_id"] in example_ids)
        examples |= {row["program_id"]: _example(row, names[row["seed_id"]]) for row in chosen}
    return chunks, examples


def _example(row: dict[str, Any], source_id: str) -> Example:
    lines = (row["code"] or "")[:EXAMPLE_CHARS].splitlines()
    code = "\n".join(lines[:EXAMPLE_LINES])
    cut = len(lines) > EXAMPLE_LINES or len(row["code"] or "") > EXAMPLE_CHARS
    return Example(
        row["program_id"], source_id, row["target_language"], row["detail"][:300], f"{code}\n…" if cut else code
    )
