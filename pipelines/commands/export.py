"""``synthcode export``: the dataset in the layouts that other tools load."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from synthcode.errors import InputError
from synthcode.plugins import EXPORTS
from synthcode.vocabulary import DEFAULT_VARIANT, SPLITS, VARIANTS, Variant

if TYPE_CHECKING:
    from synthcode.publishing.export.layout import Exported

MARK = "export.json"
"""What was exported, in every exported folder; and by which it is known as one."""


@click.command()
@click.argument("run", metavar="RUN", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--format", "layout", type=click.Choice(EXPORTS.names()), required=True, help="The tool whose layout to write."
)
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help="A folder that need not be there yet."
)
@click.option(
    "--variant",
    type=click.Choice(VARIANTS),
    help="Programs without comments and docstrings, with renamed entry points, too, or unchanged. Default: stripped.",
)
@click.option("--split", type=click.Choice(SPLITS), help="Split of the retrieval tasks. Default: test.")
@click.option("--force", is_flag=True, help="Replace DIR whatever it holds.")
def export(run: Path, layout: str, out: Path, variant: Variant | None, split: str | None, force: bool) -> None:
    """Write the dataset of RUN, or the one that the folder RUN is, in another tool's layout.

    mteb, beir and coir get one retrieval task for each language of documents, asked in words, and for each ordered
    pair of languages; synthconl gets all splits of the pairs in SynthCoNL's eight columns.

    \b
    Examples:
      synthcode export runs/mbxp --format mteb --out exports/mteb
      synthcode export runs/mbxp --format beir --variant anonymous --out exports/beir
    """
    from synthcode.pipelines.commands.terminal import TerminalReporter
    from synthcode.pipelines.steps.export import export_pairs, export_retrieval, load_layout
    from synthcode.publishing.export.layout import PairsLayout
    from synthcode.storage.published import find_dataset
    from synthcode.storage.replacement import replacing

    found = load_layout(layout)
    if isinstance(found, PairsLayout) and (variant or split):
        raise click.UsageError("--variant and --split are for the retrieval layouts: mteb, beir, coir")
    dataset = find_dataset(run)
    for place, what in ((dataset.folder, "the dataset that is to be exported"), (Path(), "the folder that you are in")):
        if place.resolve().is_relative_to(out.resolve()):
            raise InputError(f"{out} is or holds {what}", "name another folder")
    reporter = TerminalReporter()
    with replacing(out, MARK, force=force) as written:
        if isinstance(found, PairsLayout):
            exported = export_pairs(dataset, found, written, reporter)
        else:
            exported = export_retrieval(dataset, found, split or "test", variant or DEFAULT_VARIANT, written, reporter)
        (written / MARK).write_text(_mark(exported), "utf-8")
    click.echo(f"{out}: {_summary(exported)}", err=True)


def _mark(exported: Exported) -> str:
    mark = {"format": exported.layout, "variant": exported.variant, "splits": list(exported.splits)}
    return json.dumps({**mark, "dataset": exported.dataset, "tasks": [pair.name for pair in exported.pairs]}, indent=2)


def _summary(exported: Exported) -> str:
    splits = ", ".join(exported.splits)
    if not exported.pairs:
        return f"pairs of {splits}; 'datasets' loads the folder"
    counts = Counter(pair.task for pair in exported.pairs)
    tasks = " and ".join(f"{count} {task}" for task, count in sorted(counts.items(), reverse=True))
    return f"{tasks} tasks, {exported.variant} code, split {splits}; README.md says how to load them"
