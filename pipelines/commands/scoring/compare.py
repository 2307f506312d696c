"""``synthcode compare``: whether two encoders, or the exits of one, differ by more than chance."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from synthcode.errors import InputError
from synthcode.pipelines.commands.scoring.comparison_options import metric_option, resamples_option
from synthcode.vocabulary import MAIN_METRIC, METRICS, RETRIEVAL

if TYPE_CHECKING:
    import pyarrow as pa

    from synthcode.evaluation.results_json import Facts


@click.command()
@click.argument("results", metavar="RESULTS_A [RESULTS_B]", nargs=-1, required=True, type=click.Path(path_type=Path))
@metric_option("to compare")
@resamples_option("intervals and tests")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def compare(results: tuple[Path, ...], metric: str | None, resamples: int, as_json: bool) -> None:
    """Compare two results on their common queries, pairs or programs, or every exit of one with its deepest.

    Means over pairs of languages, with 95 % intervals over problems; p-values from flipping the signs of problems,
    adjusted by Holm's method for all lines of the table. Results of other languages, variants or exits are compared on
    the queries that both have, and what is left out is counted. Results of different tasks or datasets are refused.

    \b
    Examples:
      synthcode compare runs/mine/evaluation/mose-NAME runs/mine/evaluation/bm25
      synthcode compare runs/mine/evaluation/mose-NAME
      synthcode compare runs/mine/evaluation/mose-NAME_task-clones runs/mine/evaluation/bm25_task-clones --metric F1
    """
    from synthcode.evaluation.classification.stored_scores import refuse_other_tasks
    from synthcode.evaluation.results_json import read_facts, scored_task

    if len(results) > 2:
        raise click.UsageError("more than two results: compare them two by two", click.get_current_context())
    known = {folder: read_facts(folder) for folder in results}
    tasks = [scored_task(known[folder]) for folder in results]
    refuse_other_tasks([str(folder) for folder in results], tasks)
    if tasks[0] == RETRIEVAL:
        _compare_ranks(results, known, metric, resamples, as_json=as_json)
    else:
        _compare_items(results, known, metric, resamples, as_json=as_json)


def _compare_ranks(
    results: Sequence[Path], known: Mapping[Path, Facts | None], given: str | None, resamples: int, *, as_json: bool
) -> None:
    from synthcode.evaluation.results import comparison
    from synthcode.evaluation.results.coverage import coverage, warnings_of
    from synthcode.evaluation.results.tables import difference_table

    metric = next((name for name in METRICS if name == (given or MAIN_METRIC)), None)
    if metric is None:
        raise click.BadParameter(
            f"{given!r} is not one of {', '.join(METRICS)}.", click.get_current_context(), param_hint="'--metric'"
        )
    tables = _on_common_queries(results, known)
    if len(tables) == 1:
        differences = comparison.compare_exits(tables[0], metric, resamples)
    else:
        differences = comparison.compare(tables[0], tables[1], metric, resamples)
    if not differences:
        _refuse_one_exit(results[0])
    if as_json:
        click.echo(json.dumps([asdict(difference) for difference in differences], indent=2))
    else:
        click.echo(difference_table(differences))
    for warning in warnings_of(coverage(tables[0]).values()):
        click.echo(f"warning: {warning}", err=True)


def _compare_items(
    results: Sequence[Path], known: Mapping[Path, Facts | None], metric: str | None, resamples: int, *, as_json: bool
) -> None:
    from synthcode.evaluation.classification.items.item_comparison import CommonItems
    from synthcode.evaluation.classification.stored_scores import compare_scores, read_scores
    from synthcode.evaluation.results.coverage import few_problems
    from synthcode.evaluation.results.tables import compared_table

    _refuse_other_datasets(known)
    scores = [read_scores(folder) for folder in results]
    counted = "pairs" if "program_a" in scores[0].items.column_names else "programs"
    if len(scores) == 2:
        left_out = CommonItems(scores[0].items, scores[1].items).left_out
        for folder, number in zip(results, left_out, strict=True):
            if number:
                click.echo(f"left out: {number:,} {counted} of {folder} that the other result does not have", err=True)
    differences = compare_scores(scores, metric, resamples)
    if not differences:
        _refuse_one_exit(results[0])
    if as_json:
        click.echo(json.dumps([asdict(difference) for difference in differences], indent=2))
    else:
        click.echo(f"{differences[0].metric}\n")
        click.echo(compared_table(differences, counted, [one.items for one in differences]))
    for warning in few_problems(min(one.problems for one in differences)):
        click.echo(f"warning: {warning}", err=True)


def _refuse_one_exit(folder: Path) -> NoReturn:
    raise InputError(f"{folder} has only one exit: there is nothing to compare it with", "name a second result")


def _refuse_other_datasets(known: Mapping[Path, Facts | None]) -> None:
    from synthcode.evaluation.results.common_queries import refuse_other_datasets

    whole = {str(folder): facts for folder, facts in known.items() if facts is not None}
    refuse_other_datasets(
        list(whole),
        [facts.dataset_digest for facts in whole.values()],
        [f"{facts.dataset} {facts.split}" for facts in whole.values()],
    )


def _on_common_queries(results: Sequence[Path], known: Mapping[Path, Facts | None]) -> Sequence[pa.Table]:
    """Read results and restrict them to their common queries; say on stderr what is left out."""
    from synthcode.evaluation.results.common_queries import on_common_queries
    from synthcode.evaluation.retrieval.ranks import read_ranks

    tables = [read_ranks(folder) for folder in results]
    _refuse_other_datasets(known)
    common = on_common_queries(tables)
    if common.queries and not common.is_whole:
        click.echo(f"compared on {common.queries:,} common queries; left out are", err=True)
        for folder, left_out in zip(results, common.left_out, strict=True):
            click.echo(f"  {left_out} of {folder}", err=True)
    return common.ranks if common.queries else tables
