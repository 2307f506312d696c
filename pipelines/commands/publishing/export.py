"""``synthcode export``: the dataset in the layouts that other tools load."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from synthcode.errors import InputError
from synthcode.plugins import EXPORTS
from synthcode.vocabulary import SPLITS, VARIANTS, Split, Variant

if TYPE_CHECKING:
    from synthcode.publishing.export.layout import Exported


@click.command()
@click.argument("run", metavar="RUN", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--format", "layout", type=click.Choice(EXPORTS.names()), required=True, help="The tool whose layout to write."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="The folder to write. It is made if it is missing.",
)
@click.option(
    "--variant",
    type=click.Choice(VARIANTS),
    help="Programs without comments and docstrings, with renamed entry points, too, or unchanged. Default: stripped.",
)
@click.option("--split", type=click.Choice(SPLITS), help="Split of the tasks for mteb and beir. Default: test.")
@click.option("--force", is_flag=True, help="Replace DIR whatever it holds.")
def export(run: Path, layout: str, out: Path, variant: Variant | None, split: Split | None, force: bool) -> None:
    """Write a dataset in another tool's layout. RUN is a run directory, or a dataset's own folder.

    mteb, beir and coir get one retrieval task for each language of documents, with texts as queries, and for each
    ordered pair of languages; synthconl gets all splits of the pairs in SynthCoNL's eight columns. Pairs of clones
    (build --clones) and translations that fail their tests (verify) go to mteb, the pairs also to bigclonebench:
    the files of CodeXGLUE's BigCloneBench. poj104 gets the programs of each problem, in the files of CodeXGLUE's
    POJ-104.

    \b
    Examples:
      synthcode export runs/mbxp --format mteb --out exports/mteb
      synthcode export runs/mbxp --format beir --variant anonymous --out exports/beir
      synthcode export runs/mbxp --format bigclonebench --out exports/clones
    """
    from synthcode.pipelines.commands.terminal import TerminalReporter
    from synthcode.pipelines.steps.export.step import export_dataset, load_layout
    from synthcode.publishing.export.layout import MARK, Layout, PairsLayout
    from synthcode.storage.published import find_dataset
    from synthcode.storage.replacement import replacing

    found = load_layout(layout)
    if isinstance(found, PairsLayout) and (variant or split):
        raise click.UsageError("--variant and --split are for the retrieval layouts: mteb, beir, coir")
    if split and not isinstance(found, Layout):
        raise click.UsageError(f"--split is for the retrieval layouts: mteb, beir, coir; {layout} gets all splits")
    dataset = find_dataset(run)
    for place, what in ((dataset.folder, "the dataset that is to be exported"), (Path(), "the folder that you are in")):
        if place.resolve().is_relative_to(out.resolve()):
            raise InputError(f"{out} is or holds {what}", "name another folder")
    with replacing(out, MARK, force=force) as written:
        exported = export_dataset(dataset, found, split, variant, written, TerminalReporter())
        (written / MARK).write_text(_mark(exported), "utf-8")
    click.echo(f"{out}: {_summary(exported)}; README.md says how to load them", err=True)


def _mark(exported: Sequence[Exported]) -> str:
    first = exported[0]
    mark = {"format": first.layout, "variant": first.variant, "splits": list(first.splits), "dataset": first.dataset}
    tasks = [pair.name for one in exported for pair in one.pairs]
    return json.dumps({**mark, "tasks": tasks, "rows": dict(exported[-1].counts)}, indent=2)


def _summary(exported: Sequence[Exported]) -> str:
    parts = []
    for one in exported:
        counts = Counter(pair.task for pair in one.pairs)
        tasks = [f"{count} {task} tasks" for task, count in sorted(counts.items(), reverse=True)]
        rows = [f"{sum(one.counts.values()):,} {one.counted}"] if one.counts else []
        parts += [*tasks, *rows] or ["pairs"]
    code = f", {exported[0].variant} code" if exported[0].variant else ""
    return f"{' and '.join(parts)}{code}, {', '.join(exported[0].splits)}"
