"""``synthcode show``: seeds and what became of them, side by side in the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from synthcode.pipelines.commands.options import existing_run, run_argument

if TYPE_CHECKING:
    import pyarrow as pa
    from rich.console import Console, RenderableType

    from synthcode.pipelines.tables.outcomes import OutcomeBatch
    from synthcode.storage.layout import RunFolder

ROWS_WITHOUT_PAGER = 10


class Filters(NamedTuple):
    """Which rows are wanted. None: any."""

    seed_id: str | None
    """The beginning of it."""
    language: str | None
    reason: str | None
    search: str | None
    """In the seed's text or code, the translation or the verdict's detail; upper or lower case."""


@click.command()
@run_argument
@click.option("--seed-id", metavar="ID", help="One seed: its id, or the beginning of it.")
@click.option("--language", metavar="L", help="Translations into one language.")
@click.option("--reason", metavar="R", help="Rejected for this reason; or kept, near_duplicate, contaminated, ...")
@click.option(
    "--search", metavar="TEXT", help="With this in the seed's text or code, the translation, or the verdict's detail."
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

    \b
    Examples:
      synthcode show runs/quickstart --language rust
      synthcode show runs/quickstart --reason wrong_language
      synthcode show runs/quickstart --search leap --no-pager
      synthcode show runs/quickstart --seed-id 3f2a
      synthcode show runs/quickstart --cluster 0b1c
    """
    import itertools

    from rich.console import Console

    from synthcode.languages import get_language
    from synthcode.pipelines.commands.show_cluster import cluster_panels
    from synthcode.pipelines.runs.stages import SHOWN_STAGES
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
    if first is None:
        reasons = ", ".join(_known_verdicts(folder)) or "none yet"
        click.echo(f"no such rows; verdicts in {run}: {reasons}", err=True)
        return
    _print(console, itertools.chain([first], panels), paged)


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

    from synthcode.pipelines.tables.outcomes import judged

    rows = (pair for piece in judged(folder) for pair in _matching(piece, filters))
    for row, seed in itertools.islice(rows, limit):
        yield from _panel(row, seed)


def _matching(piece: OutcomeBatch, filters: Filters) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield the matching rows of a piece, each with its seed."""
    import pyarrow.compute as pc

    rows = piece.rows
    for column, value in (("target_language", filters.language), ("verdict", filters.reason)):
        if value:
            rows = rows.filter(pc.equal(rows[column], value))
    if filters.seed_id:
        rows = rows.filter(pc.starts_with(rows["seed_id"], filters.seed_id))
    if filters.search:
        rows = rows.filter(_contains(rows, piece.seeds, filters.search))
    matching = piece.seeds.filter(pc.is_in(piece.seeds["seed_id"], value_set=pc.unique(rows["seed_id"])))
    seeds = {seed["seed_id"]: seed for seed in matching.to_pylist()}
    for row in rows.to_pylist():
        yield row, seeds[row["seed_id"]]


def _contains(rows: pa.Table, seeds: pa.Table, text: str) -> pa.ChunkedArray:
    import pyarrow.compute as pc

    def holds(column: pa.ChunkedArray) -> pa.ChunkedArray:
        return pc.fill_null(pc.match_substring(column, text, ignore_case=True), False)

    named = seeds.filter(pc.or_(holds(seeds["text"]), holds(seeds["code"])))
    own = pc.or_(holds(rows["code"]), holds(rows["detail"]))
    return pc.or_(own, pc.is_in(rows["seed_id"], value_set=named["seed_id"].combine_chunks()))


def _panel(row: dict[str, Any], seed: dict[str, Any]) -> Iterator[RenderableType]:
    from rich.table import Table
    from rich.text import Text

    from synthcode.sanitize import visible

    verdict = f"{row['verdict']}: {row['detail']}" if row["detail"] else row["verdict"]
    yield Text(visible(f"{row['seed_id']}  {seed['source_id']}"), style="bold")
    yield Text(visible(seed["text"]))
    table = Table(expand=True, show_edge=False, pad_edge=False)
    table.add_column(Text(visible(seed["language"])), ratio=1)
    table.add_column(Text(visible(f"{row['target_language']} - {verdict}")), ratio=1)
    table.add_row(_highlighted(seed["code"], seed["language"]), _highlighted(row["code"] or "", row["target_language"]))
    yield table
    yield ""


def _highlighted(code: str, language: str) -> RenderableType:
    from rich.syntax import Syntax

    from synthcode.sanitize import visible

    return Syntax(visible(code), language, theme="ansi_dark", word_wrap=True, background_color="default")


def _known_verdicts(folder: RunFolder) -> list[str]:
    from synthcode.pipelines.tables.outcomes import judged

    return sorted(
        {verdict for piece in judged(folder, with_code=False) for verdict in set(piece.rows["verdict"].to_pylist())}
    )
