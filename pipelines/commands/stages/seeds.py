"""``synthcode seeds``: a text-to-code benchmark becomes seeds, or rows rejected with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from synthcode.pipelines.commands.options import (
    assignments,
    executor_options,
    force_option,
    run_argument,
    shard_option,
    working_on,
)
from synthcode.plugins import SEED_ADAPTERS
from synthcode.vocabulary import TEXT_PARTS


@click.command()
@run_argument
@click.option("--from", "adapter", type=click.Choice(SEED_ADAPTERS.names()), help="The layout that the seeds are in.")
@click.option("--path", metavar="P", help="A file or folder; for hub a dataset's name.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Read the first N rows only.")
@click.option(
    "--language", metavar="L", help="The solutions' language, where the layout does not say or holds several."
)
@click.option("--split", metavar="S", help="Read one split only (codesearchnet, hub).")
@click.option("--name", metavar="CONFIG", help="The dataset's configuration (hub).")
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="OURS=THEIRS",
    help="Maps a column with another name (table, hub). Repeatable.",
)
@click.option(
    "--keep-column",
    "kept_columns",
    multiple=True,
    metavar="THEIRS",
    help="Carries a further column along, to the dataset's column 'extra' (table, hub). Repeatable.",
)
@click.option(
    "--text",
    type=click.Choice(TEXT_PARTS),
    help="What to take of a given text. Default: the description, which ends where examples or parameters begin.",
)
@click.option("--license", metavar="SPDX", help="The licence of rows that do not name theirs.")
@click.option("--source", metavar="NAME", help="What the column 'source' calls the data. Default: the adapter's name.")
@shard_option("Make RUN the I-th of N shards. All seeds are read, to find duplicates among all of them.")
@executor_options
@force_option
def seeds(
    run: Path,
    columns: tuple[str, ...],
    kept_columns: tuple[str, ...],
    force: bool,
    executor: Mapping[str, Any],
    **given: Any,
) -> None:
    """Read seeds: texts, each with a program that does what it says.

    \b
    Examples:
      synthcode seeds runs/mbxp --from mbxp --path mxeval/data/mbxp
      synthcode seeds runs/mine --from table --path tasks.csv --column text=description --language python
      synthcode seeds runs/code --from source-tree --path ~/src/project
    """
    from synthcode.pipelines.runs.step import run_if_stale
    from synthcode.pipelines.steps.seeds import seeds_step

    path = given["path"]
    if path is not None and given["adapter"] != "hub" and Path(path).exists():
        given["path"] = str(Path(path).resolve())
    overrides = {"shard" if key == "shard" else f"seeds.{key}": value for key, value in given.items()} | dict(executor)
    if columns:
        overrides["seeds.columns"] = assignments(columns, "--column")
    if kept_columns:
        overrides["seeds.keep_columns"] = list(kept_columns)
    with working_on(run, overrides) as opened:
        run_if_stale(opened, seeds_step(), force=force)
