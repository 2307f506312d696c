"""``synthcode report``: one HTML page that shows a run."""

from __future__ import annotations

from pathlib import Path

import click

from synthcode.pipelines.commands.options import existing_run, run_argument

MOST_ROWS = 100_000


@click.command()
@run_argument
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Default: RUN/report.html."
)
@click.option(
    "--rows",
    type=click.IntRange(1),
    default=MOST_ROWS,
    show_default=True,
    metavar="N",
    help="Maximum number of rows; of more, a sample of every language and verdict is shown.",
)
def report(run: Path, out: Path | None, rows: int) -> None:
    """Write one HTML page that shows a run: its funnel, verdicts, lengths, duplicates, scores, and its rows.

    The page needs no network and works from a file. It runs nothing that a model or a dataset wrote.

    \b
    Examples:
      synthcode report runs/mbxp
      synthcode report runs/mbxp --rows 2000 --out mbxp.html
    """
    from synthcode.execution.isolation import prepare

    prepare("synthcode.bounded.parquet")  # its process starts while this one imports the rest

    from synthcode.pipelines.commands.terminal import TerminalReporter
    from synthcode.pipelines.runs.stages import SHOWN_STAGES
    from synthcode.pipelines.steps.report.content import gather
    from synthcode.reporting.html_page import render
    from synthcode.storage.atomic import write_text
    from synthcode.storage.layout import RunFolder
    from synthcode.storage.manifest import refuse_differences

    folder = RunFolder(existing_run(run))
    refuse_differences(folder.path, SHOWN_STAGES)
    with TerminalReporter().progress("report", None) as bar:
        facts, chunks = gather(folder, rows, bar)
    path = out or folder.report
    size = write_text(path, render(facts, chunks))
    drawn = "" if facts.shown == facts.census.total else f" of {facts.census.total:,}"
    click.echo(f"{path}: {facts.shown:,}{drawn} rows, {size / 1e6:.1f} MB")
