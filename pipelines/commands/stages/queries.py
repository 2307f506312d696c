"""``synthcode queries``: a model writes the text of each seed anew, as queries of several styles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from synthcode.pipelines.commands.options import (
    executor_options,
    existing_run,
    force_option,
    max_failed_option,
    no_model_check_option,
    retry_failed_option,
    run_argument,
    settings_of,
    shard_option,
    working_on,
)
from synthcode.pipelines.commands.stages.request_options import backend_options, request_overrides, sampling_options
from synthcode.vocabulary import QUERY_STYLES

SERVERS = ("backend.name", "backend.base_urls", "backend.recording", "backend.batch.results")
"""What answers: where the run has translations, it is theirs, and another one is for this command only."""
SECTIONS = ("queries", "backend", "execution")
"""Of the recipe: what --set takes."""


@click.command()
@run_argument
@click.option(
    "--style",
    "styles",
    multiple=True,
    type=click.Choice(QUERY_STYLES),
    help="How texts are written anew. Repeatable. Default: all.",
)
@click.option("--samples", type=click.IntRange(1), metavar="N", help="Completions for each text and style. Default: 1.")
@backend_options
@sampling_options
@shard_option("Request the queries of the I-th of N shards of the seeds. Default: what RUN is for.")
@no_model_check_option
@executor_options
@retry_failed_option
@max_failed_option
@click.option(
    "--dry-run", is_flag=True, help="Print the requests that RUN still lacks, their tokens and cost; and stop."
)
@force_option
def queries(
    run: Path, styles: tuple[str, ...], dry_run: bool, assigned: tuple[str, ...], force: bool, **given: Any
) -> None:
    """Have a model write the text of each seed anew: as keywords, as a question, in other words.

    Completions are stored before they count, as those of 'translate' are: after a stop or a kill, the same command
    continues. A query that names the entry point, is a near-copy of its text or of another query for it, or has the
    wrong style, is rejected with a reason. 'build' writes the accepted ones as the configuration queries, and
    'evaluate --query-style' scores them.

    The model, the server and the recording are those of 'translate' unless others are given. A server or a recording
    that is given here counts for this command only: 'translate' keeps its own.

    \b
    Examples:
      synthcode queries runs/mbxp --base-url http://localhost:8000/v1 --model NAME
      synthcode queries runs/mbxp --style question --samples 2
      synthcode queries runs/mbxp --dry-run
      synthcode queries runs/mbxp --recording completions.jsonl.gz
    """
    from synthcode.pipelines.runs.step import run_if_stale
    from synthcode.pipelines.steps.queries.step import queries_step

    overrides = _overrides(existing_run(run), styles, given)
    values = settings_of(SECTIONS, assigned, "--set")
    if dry_run:
        _dry_run(run, overrides | values)
        return
    named_urls = (*given["base_urls"], *(values.get("backend.base_urls") or ()))
    with working_on(run, overrides, named_urls=named_urls, assigned=values, passing=_passing(run)) as opened:
        run_if_stale(opened, queries_step(), force=force)


def _passing(run: Path) -> tuple[str, ...]:
    """Return the settings that the run's recipe does not take over from this command."""
    from synthcode.pipelines.runs.run import read_run_recipe
    from synthcode.storage.layout import RunFolder

    return SERVERS if read_run_recipe(RunFolder(run)).translate is not None else ()


def _dry_run(run: Path, overrides: dict[str, Any]) -> None:
    """Print what would be requested; the run is only read."""
    from synthcode.pipelines.commands.whole_runs.printed_plan import print_query_plan
    from synthcode.pipelines.runs.interrupt import StopRequest
    from synthcode.pipelines.runs.recipe import override
    from synthcode.pipelines.runs.run import Run, read_run_recipe
    from synthcode.storage.layout import RunFolder

    folder = RunFolder(run)
    given = {key: value for key, value in overrides.items() if value is not None}
    print_query_plan(Run(folder, override(read_run_recipe(folder), given), StopRequest()), folder)


def _overrides(run: Path, styles: tuple[str, ...], given: dict[str, Any]) -> dict[str, Any]:
    """Return what the options say; the command itself requests the stage."""
    from synthcode.pipelines.runs.run import read_run_recipe
    from synthcode.storage.layout import RunFolder

    asked = {} if read_run_recipe(RunFolder(run)).queries is not None else {"queries": True}
    return asked | {
        **request_overrides("queries", given),
        **given["executor"],
        "queries.styles": list(styles) or None,
        "queries.samples": given["samples"],
        "shard": given["shard"],
    }
