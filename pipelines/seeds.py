"""``synthcode seeds``: somebody's text-to-code benchmark becomes seeds, or rows rejected with a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.options import assignments, force_option, run_argument, workers_option, working_on

if TYPE_CHECKING:
    import pyarrow as pa

    from pipelines.runner import Done, Run, Step
    from synthcode.processes import Survival
    from synthcode.schemas.records import Split
    from synthcode.seeds.raw import RawSeed

ADAPTERS = ("mbxp", "humaneval", "codesearchnet", "table", "hub", "source-tree")


@click.command()
@run_argument
@click.option("--from", "adapter", type=click.Choice(ADAPTERS), help="The layout that the seeds are in.")
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
    help="Where a column has another name (table, hub). Repeat.",
)
@workers_option
@force_option
def seeds(run: Path, columns: tuple[str, ...], force: bool, **given: Any) -> None:
    """Read seeds: texts, each with a program that does what it says.

    \b
    Examples:
      synthcode seeds runs/mbxp --from mbxp --path mxeval/data/mbxp
      synthcode seeds runs/mine --from table --path tasks.csv --column text=description --language python
      synthcode seeds runs/code --from source-tree --path ~/src/project
    """
    from pipelines.runner import bring_up_to_date

    path = given["path"]
    if path is not None and given["adapter"] != "hub" and Path(path).exists():
        given["path"] = str(Path(path).resolve())
    overrides = {key if key == "workers" else f"seeds.{key}": value for key, value in given.items()}
    if columns:
        overrides["seeds.columns"] = assignments(columns, "--column")
    with working_on(run, overrides) as opened:
        bring_up_to_date(opened, seeds_step(), force=force)


def seeds_step() -> Step:
    """Return the step that ``seeds`` runs."""
    from pipelines.failures import review_seeds
    from pipelines.runner import Step

    return Step(
        name="seeds", settings=_settings, execute=_execute, summary=_summary, inputs=_inputs, review=review_seeds
    )


def _settings(recipe: Any) -> Any:
    from pipelines.recipe import to_tree

    tree = to_tree(recipe.seeds)
    if tree is not None and tree["adapter"] != "hub":
        del tree["path"]  # a folder that moved, with the same files in it, is the same input
    return tree


def _inputs(recipe: Any) -> Mapping[str, str]:
    from synthcode.errors import InputError
    from synthcode.seeds import input_digests

    if recipe.seeds is None:
        raise InputError("no seeds were named", "say where they are: synthcode seeds RUN --from ADAPTER --path P")
    return input_digests(recipe.seeds)


def _summary(counts: Mapping[str, Any]) -> str:
    seeds, rejected = counts["seeds"], sum(counts["rejected"].values())
    return f"{seeds:,} {'seed' if seeds == 1 else 'seeds'}, {rejected:,} {'row' if rejected == 1 else 'rows'} rejected"


def _execute(run: Run) -> Done:
    from pipelines.progress import progress_bar
    from pipelines.runner import Done
    from synthcode.schemas.tables import REJECTED_SEEDS, SEEDS
    from synthcode.seeds.cleaning import drop_duplicate_ids
    from synthcode.storage.shards import ShardWriter
    from synthcode.storage.sorting import sort_by_hash

    folder = run.folder
    languages: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    seen: set[str] = set()
    with (
        ShardWriter(folder.seeds, SEEDS) as kept_shards,
        ShardWriter(folder.seeds_rejected, REJECTED_SEEDS) as rejected_shards,
        progress_bar("seeds", run.recipe.seeds.limit if run.recipe.seeds else None) as bar,
    ):

        def keep(split: Split) -> pa.Table:
            rejected_shards.write(split.rejected)
            reasons.update(split.rejected.column("reason").to_pylist())
            return split.kept

        def cleaned() -> Iterator[pa.Table]:
            for split in _clean_all(run):
                run.stop.raise_if_set()
                bar.advance(split.kept.num_rows + split.rejected.num_rows)
                yield keep(split)

        for table in sort_by_hash(cleaned(), ["seed_id", "source", "source_id"], SEEDS, folder.aside / "seeds"):
            kept = keep(drop_duplicate_ids(table, seen))
            kept_shards.write(kept)
            languages.update(kept.column("language").to_pylist())
        outputs = kept_shards.commit() + rejected_shards.commit()
    counts = {
        "seeds": languages.total(),
        "languages": dict(sorted(languages.items())),
        "rejected": dict(sorted(reasons.items())),
    }
    return Done(outputs, counts)


def _clean_all(run: Run) -> Iterator[Split]:
    from synthcode.processes import map_batches
    from synthcode.seeds import read_seeds
    from synthcode.seeds.batches import batched
    from synthcode.seeds.cleaning import clean

    config = run.recipe.seeds
    assert config is not None
    return map_batches(partial(clean, config=config), batched(read_seeds(config)), run.workers, _survival())


def _survival() -> Survival[list[RawSeed], Split]:
    from synthcode.processes import Survival, halve
    from synthcode.seeds.cleaning import reject

    details = {"parser_crash": "the parser died on it", "parse_timeout": "the parser did not come back from it"}
    return Survival(halves=halve, give_up=lambda batch, reason: reject(batch, reason, details[reason]))
