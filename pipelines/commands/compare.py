"""``synthcode compare``: whether two encoders, or the exits of one, differ by more than chance."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from synthcode.vocabulary import MAIN_METRIC, METRICS, Metric

if TYPE_CHECKING:
    import pyarrow as pa


@click.command()
@click.argument("results", metavar="RESULTS_A [RESULTS_B]", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--metric", type=click.Choice(METRICS), default=MAIN_METRIC, show_default=True, help="The metric to compare."
)
@click.option(
    "--resamples",
    default=10_000,
    show_default=True,
    type=click.IntRange(100, 100_000),
    help="Resamples of intervals and tests.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def compare(results: tuple[Path, ...], metric: Metric, resamples: int, as_json: bool) -> None:
    """Compare two results on their common queries, or every exit of one with its deepest.

    Means over pairs of languages, with 95 % intervals over problems; p-values from flipping the signs of problems,
    adjusted by Holm's method for all lines of the table. Results of other languages, variants or exits are compared on
    the queries that both have, and what is left out is counted. Results of different datasets are refused.

    \b
    Examples:
      synthcode compare runs/mine/evaluation/mose-NAME runs/mine/evaluation/bm25
      synthcode compare runs/mine/evaluation/mose-NAME
    """
    from synthcode.evaluation.results import comparison
    from synthcode.evaluation.results.coverage import coverage, warnings_of
    from synthcode.evaluation.results.tables import difference_table

    if len(results) > 2:
        raise click.UsageError("more than two results: compare them two by two", click.get_current_context())
    tables = _on_common_queries(results)
    if len(tables) == 1:
        differences = comparison.compare_exits(tables[0], metric, resamples)
    else:
        differences = comparison.compare(tables[0], tables[1], metric, resamples)
    if as_json:
        click.echo(json.dumps([asdict(difference) for difference in differences], indent=2))
    elif differences:
        click.echo(difference_table(differences))
    else:
        click.echo(f"{results[0]} has only one exit: name a second result to compare it with", err=True)
    for warning in warnings_of(coverage(tables[0]).values()):
        click.echo(f"warning: {warning}", err=True)


def _on_common_queries(results: Sequence[Path]) -> Sequence[pa.Table]:
    """Read results and restrict them to their common queries; say on stderr what is left out."""
    from synthcode.evaluation.results.common_queries import on_common_queries, refuse_other_datasets
    from synthcode.evaluation.results_json import read_facts
    from synthcode.evaluation.retrieval.ranks import read_ranks

    tables = [read_ranks(folder) for folder in results]
    known = [(str(folder), facts) for folder in results if (facts := read_facts(folder)) is not None]
    refuse_other_datasets(
        [name for name, _ in known],
        [facts.dataset_digest for _, facts in known],
        [f"{facts.dataset} {facts.split}" for _, facts in known],
    )
    common = on_common_queries(tables)
    if common.queries and not common.is_whole:
        click.echo(f"compared on {common.queries:,} common queries; left out are", err=True)
        for folder, left_out in zip(results, common.left_out, strict=True):
            click.echo(f"  {left_out} of {folder}", err=True)
    return common.ranks if common.queries else tables
