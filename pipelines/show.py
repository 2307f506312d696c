"""``synthcode show``: seeds and what became of them, side by side in the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from pipelines.options import existing_run, run_argument

if TYPE_CHECKING:
    from rich.console import RenderableType

    from synthcode.storage.layout import RunFolder


class Shown(NamedTuple):
    """One completion and its verdict."""

    seed_id: str
    request_id: str
    language: str
    verdict: str
    code: str
    """The translation; of a rejected completion the whole answer, where there was one."""


@click.command()
@run_argument
@click.option("--seed-id", metavar="ID", help="One seed: its id, or the beginning of it.")
@click.option("--language", metavar="L", help="Translations into one language.")
@click.option("--reason", metavar="R", help="Rejected for this reason; or kept, near_duplicate, contaminated, ...")
@click.option("--cluster", metavar="ID", help="Near-duplicates, with what differs: a cluster's id, or its beginning.")
@click.option(
    "--limit", type=click.IntRange(1), default=10, show_default=True, metavar="N", help="So many rows at most."
)
def show(
    run: Path, seed_id: str | None, language: str | None, reason: str | None, cluster: str | None, limit: int
) -> None:
    """Show seeds beside their translations, with the verdict on each.

    \b
    Examples:
      synthcode show runs/quickstart --language rust
      synthcode show runs/quickstart --reason wrong_language
      synthcode show runs/quickstart --seed-id 3f2a
      synthcode show runs/quickstart --cluster 0b1c
    """
    import itertools

    from rich.console import Console

    from synthcode.languages import get_language
    from synthcode.storage.layout import RunFolder

    folder = RunFolder(existing_run(run))
    name = get_language(language).name if language else None
    console = Console(soft_wrap=False)
    if cluster is not None:
        from pipelines.show_cluster import cluster_panels

        for renderable in cluster_panels(folder, cluster, limit):
            console.print(renderable)
        return
    rows = list(itertools.islice(_rows(folder, seed_id or "", name, reason), limit))
    for row, seed in _with_seeds(folder, rows):
        for renderable in _panel(row, seed):
            console.print(renderable)
    if not rows:
        reasons = ", ".join(_known_reasons(folder)) or "none yet"
        click.echo(f"no such rows; verdicts in {run}: {reasons}", err=True)


def _rows(folder: RunFolder, seed_id: str, language: str | None, reason: str | None) -> Iterator[Shown]:
    import pyarrow.compute as pc

    later = _later_verdicts(folder)
    for table in (*folder.rows(folder.rejected), *folder.rows(folder.translations)):
        mask = pc.starts_with(table.column("seed_id"), seed_id)
        if language:
            mask = pc.and_(mask, pc.equal(table.column("target_language"), language))
        for row in table.filter(mask).to_pylist():
            verdict, detail = later.get((row["seed_id"], row["request_id"]), ("kept", ""))
            if "reason" in row:
                verdict, detail = row["reason"], row["detail"]
            if reason in (None, verdict):
                told = f"{verdict}: {detail}" if detail else verdict
                yield Shown(row["seed_id"], row["request_id"], row["target_language"], told, row["code"] or "")


def _later_verdicts(folder: RunFolder) -> dict[tuple[str, str], tuple[str, str]]:
    """Return (seed_id, request_id) -> verdict and detail of translations that are duplicates or contaminated."""
    from synthcode.identity import program_id

    found = {**_contaminated(folder), **_duplicates(folder)}
    columns = ["seed_id", "request_id"]
    keys = (
        (row["seed_id"], row["request_id"])
        for table in (folder.rows(folder.translations, columns) if found else ())
        for row in table.to_pylist()
    )
    return {key: found[program_id(*key)] for key in keys if program_id(*key) in found}


def _duplicates(folder: RunFolder) -> dict[str, tuple[str, str]]:
    import pyarrow.compute as pc

    from synthcode.storage.shards import read_file

    if not folder.clusters.is_file():
        return {}
    clusters = read_file(folder.clusters, columns=["program_id", "cluster_id", "status"])
    dropped = clusters.filter(pc.not_equal(clusters.column("status"), "kept")).to_pylist()
    return {row["program_id"]: (row["status"], f"cluster {row['cluster_id']}") for row in dropped}


def _contaminated(folder: RunFolder) -> dict[str, tuple[str, str]]:
    from synthcode.storage.shards import read_file

    if not folder.contamination.is_file():
        return {}
    return {
        row["program_id"]: ("contaminated", f"{row['benchmark']}: {row['row_id']} ({row['jaccard']:.3f})")
        for row in read_file(folder.contamination).to_pylist()
    }


def _with_seeds(folder: RunFolder, rows: list[Shown]) -> Iterator[tuple[Shown, dict[str, Any]]]:
    """Pair rows with their seeds, and give rows without code the answer that the model gave."""
    seeds = {row["seed_id"]: row for row in _matching(folder, folder.seeds, "seed_id", {row.seed_id for row in rows})}
    without_code = {row.request_id for row in rows if not row.code}
    answers = {
        row["request_id"]: row["text"] or ""
        for row in _matching(folder, folder.completions, "request_id", without_code)
    }
    for row in sorted(rows, key=lambda row: (row.seed_id, row.language)):
        yield row._replace(code=row.code or answers.get(row.request_id, "")), seeds[row.seed_id]


def _matching(folder: RunFolder, table: Path, column: str, values: set[str]) -> Iterator[dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not values:
        return
    wanted = pa.array(sorted(values), pa.string())
    for part in folder.rows(table):
        yield from part.filter(pc.is_in(part.column(column), value_set=wanted)).to_pylist()


def _panel(row: Shown, seed: dict[str, Any]) -> Iterator[RenderableType]:
    from rich.table import Table
    from rich.text import Text

    yield Text(f"{row.seed_id}  {visible(seed['source_id'])}", style="bold")
    yield Text(visible(seed["text"]))
    table = Table(expand=True, show_edge=False, pad_edge=False)
    table.add_column(seed["language"], ratio=1)
    table.add_column(Text(f"{row.language} - {visible(row.verdict)}"), ratio=1)
    table.add_row(_highlighted(seed["code"], seed["language"]), _highlighted(row.code, row.language))
    yield table
    yield ""


def _highlighted(code: str, language: str) -> RenderableType:
    from rich.syntax import Syntax

    return Syntax(visible(code), language, theme="ansi_dark", word_wrap=True, background_color="default")


def visible(text: str) -> str:
    """Return hostile text fit for a terminal: what would move its cursor becomes a picture of itself."""
    return "".join(_picture(character) for character in text)


def _picture(character: str) -> str:
    if character in "\n\t" or character.isprintable():
        return character
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return f"<U+{code:04X}>"


def _known_reasons(folder: RunFolder) -> list[str]:
    found: set[str] = set()
    for table in folder.rows(folder.rejected, ["reason"]):
        found.update(table.column("reason").to_pylist())
    return sorted(found | {verdict for verdict, _ in _later_verdicts(folder).values()})
