"""``synthcode compare``: whether two encoders, or the exits of one, differ by more than chance."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

METRICS = ("MRR@10", "nDCG@10", "R@1", "R@5", "R@10", "MAP")


@click.command()
@click.argument("results", metavar="RESULTS_A [RESULTS_B]", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--metric", type=click.Choice(METRICS), default="MRR@10", show_default=True, help="What is compared.")
@click.option(
    "--resamples", default=10_000, show_default=True, type=click.IntRange(100, 100_000), help="Of intervals and tests."
)
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def compare(results: tuple[Path, ...], metric: str, resamples: int, as_json: bool) -> None:
    """Compare two results of the same queries, or every exit of one with its deepest.

    Means over pairs of languages, with 95 % intervals over problems; p-values from flipping the signs of problems,
    adjusted by Holm's method for all lines of the table.

    \b
    Examples:
      synthcode compare runs/mine/evaluation/mose-NAME runs/mine/evaluation/bm25
      synthcode compare runs/mine/evaluation/mose-NAME
    """
    from evaluation import comparison
    from evaluation.results import read_ranks
    from evaluation.tables import difference_table

    if len(results) > 2:
        raise click.UsageError("more than two results: compare them two by two", click.get_current_context())
    tables = [read_ranks(folder) for folder in results]
    if len(tables) == 1:
        differences = comparison.compare_exits(tables[0], metric, resamples)
    else:
        differences = comparison.compare(tables[0], tables[1], metric, resamples)
    if as_json:
        click.echo(json.dumps([asdict(difference) for difference in differences], indent=2))
    elif differences:
        click.echo(difference_table(differences))
    else:
        click.echo(f"{results[0]} has one exit alone: name a second result to compare it with", err=True)
