"""Holding the programs of a run against published benchmarks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console
from rich.table import Table
from rich.text import Text

from synthcode.errors import InputError
from synthcode.execution.executor import PoisonPolicy, halve
from synthcode.sanitize import visible_line
from synthcode.schemas.tables import BENCHMARK_ROWS, HITS
from synthcode.seeds.adapters.benchmarks import (
    Benchmark,
    benchmark_digests,
    benchmark_rows,
    parse_benchmarks,
    read_benchmark,
)
from synthcode.seeds.batches import batched
from synthcode.seeds.cleaning import reject
from synthcode.storage.shards import ShardWriter, read_batches

if TYPE_CHECKING:
    from synthcode.pipelines.runs.recipe import Recipe
    from synthcode.pipelines.runs.run import Run
    from synthcode.pipelines.steps.dedup.near_duplicate_search import SearchResources
    from synthcode.schemas.records import StageResult


def contamination_inputs(recipe: Recipe) -> dict[str, str]:
    """Return the digests of the benchmarks that a recipe names."""
    benchmarks = parse_benchmarks(recipe.contamination.against)
    return {f"against:{name}": sha for one in benchmarks for name, sha in benchmark_digests(one).items()}


def search_benchmarks(
    run: Run, programs: Iterable[pa.Table], resources: SearchResources
) -> tuple[pa.Table, dict[str, Any]]:
    """Find programs that are like a row of the recipe's benchmarks.

    Returns
    -------
    tuple of pa.Table and dict
        Schema ``HITS``; and for each benchmark what was read of it and hit.
    """
    benchmarks = parse_benchmarks(run.recipe.contamination.against)
    if not benchmarks:
        return HITS.empty_table(), {}
    from synthcode.dedup.contamination import find_hits  # Numba takes half a second

    report: dict[str, Any] = {}
    with ShardWriter(run.folder.scratch / "benchmarks", BENCHMARK_ROWS) as rows:
        for benchmark in benchmarks:
            report[benchmark.name] = _read(run, benchmark, rows)
        shards = rows.commit()
    with resources.scratch() as scratch:
        published = read_batches(shards)
        hits = find_hits(programs, published, run.recipe.dedup, scratch, resources.apply, resources.elsewhere)
    for name, counts in report.items():
        mine = hits.filter(pc.equal(hits["benchmark"], name))
        counts |= _hit(mine)
    return hits, report


def _read(run: Run, benchmark: Benchmark, rows: ShardWriter) -> dict[str, Any]:
    read = 0
    reasons: Counter[str] = Counter()
    survival: PoisonPolicy[list[Any], StageResult] = PoisonPolicy(
        bisect=halve, on_lost_row=lambda batch, reason: reject(batch, reason, "the parser did not survive it")
    )
    batches = batched(read_benchmark(benchmark, run.executor))
    clean = partial(benchmark_rows, benchmark=benchmark)
    with run.reporter.progress(f"dedup: reading {benchmark.name}", None) as bar:
        for kept, rejected in run.executor.map(clean, batches, survival):
            rows.write(kept)
            read += kept.num_rows
            reasons.update(rejected["reason"].to_pylist())
            bar.advance(kept.num_rows + rejected.num_rows)
    unusable = dict(sorted(reasons.items()))
    if not read:
        why = ", ".join(f"{reason} {count:,}" for reason, count in unusable.items()) or "it has none"
        raise InputError(
            f"benchmark {benchmark.name} has no row that can be compared: {why}",
            "name the adapter that fits it: --against NAME=ADAPTER:PATH",
        )
    return {"rows": read, "unusable": unusable}


def _hit(hits: pa.Table) -> dict[str, Any]:
    return {
        "rows_hit": len(pc.unique(hits["row_id"])),
        "seeds": hits.filter(pc.equal(hits["origin"], "seed")).num_rows,
        "translations": dict(
            sorted(Counter(hits.filter(pc.not_equal(hits["origin"], "seed"))["language"].to_pylist()).items())
        ),
    }


def print_report(report: Mapping[str, Any]) -> None:
    """Print what was hit of each benchmark, on stdout."""
    table = Table(box=None, pad_edge=False)
    for heading in ("benchmark", "rows", "rows hit", "seeds", "translations", "unusable rows"):
        table.add_column(heading, justify="left" if heading == "benchmark" else "right")
    for name, counts in report.items():
        cells = [counts["rows"], counts["rows_hit"], counts["seeds"], sum(counts["translations"].values())]
        unusable = ", ".join(f"{reason} {count:,}" for reason, count in counts["unusable"].items())
        table.add_row(Text(visible_line(name)), *(f"{cell:,}" for cell in cells), Text(visible_line(unusable or "0")))
    Console().print(table)
