"""``synthcode show``: seeds and what became of them, side by side in the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synthcode.pipelines.commands.options import existing_run, run_argument

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from synthcode.pipelines.tables.found_rows import Filters
    from synthcode.storage.layout import RunFolder

ROWS_WITHOUT_PAGER = 10


@click.command()
@run_argument
@click.option(
    "--id",
    metavar="ID",
    help="The beginning of an id: a seed's (ours or its source's), a program's, a request's, a cluster's.",
)
@click.option("--seed-id", metavar="ID", help="One seed: the beginning of its id, or its id in its source.")
@click.option("--language", metavar="L", help="Translations into one language.")
@click.option("--reason", metavar="R", help="Rejected for this reason; or kept, near_duplicate, contaminated, ...")
@click.option(
    "--search",
    metavar="TEXT",
    help="Rows with this in the seed's id, text or code, the translation, or the verdict's detail.",
)
@click.option("--cluster", metavar="ID", help="Near-duplicates, with what differs: a cluster's id, or its beginning.")
@click.option(
    "--limit",
    type=click.IntRange(1),
    metavar="N",
    help=f"Maximum number of rows. Default: all in a pager, {ROWS_WITHOUT_PAGER} without.",
)
@click.option("--pager/--no-pager", default=None, help="Leaf through the rows in $PAGER. Default: on a terminal.")
def show(run: Path, cluster: str | None, limit: int | None, pager: bool | None, **options: str | None) -> None:
    """Show seeds next to their translations, with the verdict on each.

    Seeds without a translation (duplicates, rejected rows of the source) are shown where --id, --seed-id, --reason
    or --search finds them, and as long as nothing is translated.

    \b
    Examples:
      synthcode show runs/quickstart --language rust
      synthcode show runs/quickstart --reason wrong_language
      synthcode show runs/quickstart --search leap --no-pager
      synthcode show runs/quickstart --id quickstart/36
      synthcode show runs/quickstart --cluster 347b
    """
    import itertools

    from rich.console import Console

    from synthcode.languages import get_language
    from synthcode.pipelines.commands.inspection.show_cluster import cluster_panels
    from synthcode.pipelines.runs.stages import SHOWN_STAGES
    from synthcode.pipelines.tables.found_rows import Filters
    from synthcode.storage.layout import RunFolder
    from synthcode.storage.manifest import refuse_differences

    folder = RunFolder(existing_run(run))
    refuse_differences(folder.path, SHOWN_STAGES)
    filters = Filters(**{name: _utf8(value) for name, value in options.items()})
    if filters.language:
        filters = filters._replace(language=get_language(filters.language).name)
    console = Console(soft_wrap=False)
    paged = console.is_terminal if pager is None else pager
    most = limit if limit or paged else ROWS_WITHOUT_PAGER
    panels = cluster_panels(folder, cluster, most) if cluster is not None else _panels(folder, filters, most)
    first = next(panels, None)
    if first is None and filters.id:
        cluster = filters.id
        panels = _cluster_with_id(folder, filters.id, most)
        first = next(panels)
    if first is None:
        _say_that_nothing_matches(folder, filters)
        return
    _print(console, itertools.chain([first], panels), paged)
    if cluster is None and most:
        _say_how_many(folder, filters, most)


def _cluster_with_id(folder: RunFolder, name: str, limit: int | None) -> Iterator[RenderableType]:
    from synthcode.errors import InputError
    from synthcode.pipelines.commands.inspection.show_cluster import cluster_panels

    try:
        yield from cluster_panels(folder, name, limit)
    except InputError as problem:
        raise InputError(
            f"no seed, program, request or single cluster has an id that begins with {name!r}",
            "look ids up in the report, or search texts and programs with --search",
        ) from problem


def _say_that_nothing_matches(folder: RunFolder, filters: Filters) -> None:
    """Name the verdicts that there are.

    Raises
    ------
    InputError
        If the reason is not a verdict, or the id is that of no seed.
    """
    from synthcode.errors import InputError, did_you_mean
    from synthcode.pipelines.tables.found_rows import UNTRANSLATED, Filters, count_rows, known_verdicts, seed_verdicts
    from synthcode.vocabulary import CONTAMINATED, GATE_REASONS, SEED_REASONS, STATUSES

    present, of_seeds = known_verdicts(folder), seed_verdicts(folder)
    known = {*present, *of_seeds, *GATE_REASONS, *SEED_REASONS, *STATUSES, CONTAMINATED, UNTRANSLATED, "failed"}
    verdicts = f"verdicts in {folder.path}: {', '.join(present) or 'none yet'}"
    verdicts += f"; of seeds: {', '.join(of_seeds)}" if of_seeds else ""
    if filters.reason and filters.reason not in known:
        raise InputError(f"{filters.reason!r} is not a verdict{did_you_mean(filters.reason, known)}", verdicts)
    if filters.seed_id and not count_rows(folder, Filters(seed_id=filters.seed_id)):
        raise InputError(
            f"no seed has the id {filters.seed_id!r}, nor one that begins with it",
            "look ids up in the report, or search texts and programs with --search",
        )
    click.echo(f"no such rows; {verdicts}", err=True)


def _say_how_many(folder: RunFolder, filters: Filters, most: int) -> None:
    from synthcode.pipelines.tables.found_rows import count_rows

    total = count_rows(folder, filters)
    if total > most:
        click.echo(f"{most:,} of {total:,} rows; --limit {total} shows all, --pager leafs through them", err=True)


def _utf8(argument: str | None) -> str | None:
    """Return an argument in a form that tables can hold: invalid UTF-8 reaches Python as lone surrogates."""
    return argument and argument.encode(errors="backslashreplace").decode()


def _print(console: Console, panels: Iterator[RenderableType], paged: bool) -> None:
    """Print as it comes: a pager that is left early leaves the rest unread."""
    if paged:
        click.echo_via_pager(_rendered(console, panels))
        return
    for panel in panels:
        console.print(panel)


def _rendered(console: Console, panels: Iterator[RenderableType]) -> Iterator[str]:
    for panel in panels:
        with console.capture() as capture:
            console.print(panel)
        yield capture.get()


def _panels(folder: RunFolder, filters: Filters, limit: int | None) -> Iterator[RenderableType]:
    import itertools

    from synthcode.pipelines.tables.found_rows import found_rows

    for row, seed in itertools.islice(found_rows(folder, filters), limit):
        yield from _panel(row, seed)


def _panel(row: dict[str, Any], seed: dict[str, Any]) -> Iterator[RenderableType]:
    from rich.table import Table
    from rich.text import Text

    from synthcode.sanitize import visible

    verdict = f"{row['verdict']}: {row['detail']}" if row["detail"] else row["verdict"]
    yield Text(visible(f"{row['seed_id'] or 'not a seed:'}  {seed['source_id']}"), style="bold")
    yield Text(visible(seed["text"]))
    table = Table(expand=True, show_edge=False, pad_edge=False)
    table.add_column(Text(visible(seed["language"])), ratio=1)
    table.add_column(Text(visible(f"{row['target_language'] or 'not translated'} - {verdict}")), ratio=1)
    translation = _highlighted(row["code"] or "", row["target_language"] or "text")
    table.add_row(_highlighted(seed["code"], seed["language"] or "text"), translation)
    yield table
    yield ""


def _highlighted(code: str, language: str) -> RenderableType:
    from rich.syntax import Syntax

    from synthcode.sanitize import visible

    return Syntax(visible(code), language, theme="ansi_dark", word_wrap=True, background_color="default")
