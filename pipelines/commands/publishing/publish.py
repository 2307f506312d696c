"""``synthcode publish``: RUN/dataset goes to the Hub, to a folder, or to an object store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synthcode.pipelines.commands.options import existing_run, reading, run_argument
from synthcode.pipelines.commands.publishing.publish_model import is_trained_model, publish_model
from synthcode.sanitize import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synthcode.pipelines.runs.run import Run
    from synthcode.publishing.checks.validation import Shards
    from synthcode.publishing.targets.plan import Plan
    from synthcode.publishing.targets.target import Dataset, PublishCallbacks, Target

NAMED_STRAYS = 3
"""So many files that ``build`` did not write are named; the others are counted."""


@click.command()
@run_argument
@click.option("--repo-id", metavar="USER/NAME", help="The dataset repository on the Hub; created if it is missing.")
@click.option("--private", is_flag=True, help="Make the repository private; refuse one that is public.")
@click.option("--revision", metavar="BRANCH", help="The branch; created if it is missing. Default: main.")
@click.option("--tag", metavar="VERSION", help="Name this version of the dataset.")
@click.option("--to", metavar="PLACE", help="Instead of the Hub: a folder, or an address as s3://bucket/prefix.")
@click.option("--fewer-rows", is_flag=True, help="Publish even with less than half of the published rows.")
@click.option("--dry-run", is_flag=True, help="List the changes against the published version, and stop.")
@click.pass_context
def publish(
    ctx: click.Context,
    /,
    run: Path,
    repo_id: str | None,
    to: str | None,
    fewer_rows: bool,
    dry_run: bool,
    **given: Any,
) -> None:
    """Publish RUN/dataset: check it, upload changed files, remove files that are no longer part, load a split back.

    Text that people added to the published card stays. HF_TOKEN, HF_HOME and HF_ENDPOINT are respected. Run it again
    if it was interrupted: nothing is uploaded twice, and if nothing differs there is no new commit.

    RUN may also be a folder that 'synthcode train' made: the finished model and its card go to a model repository.

    \b
    Examples:
      synthcode publish runs/mine --repo-id user/name --dry-run
      synthcode publish runs/mine --repo-id user/name --private --tag v1.0
      synthcode publish runs/mine --to s3://bucket/datasets/mine
      synthcode publish models/minilm-exits --repo-id user/minilm-exits
    """
    if (repo_id is None) == (to is None):
        raise click.UsageError("give one of '--repo-id' and '--to'", ctx)
    if to is not None and any(given.values()):
        raise click.UsageError("'--private', '--revision' and '--tag' need '--repo-id'", ctx)
    if is_trained_model(run):
        _publish_model(ctx, run, repo_id, dry_run=dry_run, **given)
        return
    with reading(existing_run(run)) as opened:
        target = _target(opened, repo_id, to, **given)
        dataset, shards = _checked(opened)
        plan = target.plan(dataset)
        if dry_run:
            _print_rows(plan, opened.manifest.stages["build"].counts["rows"])
            _print(plan)
        _refuse(opened, plan, target, shards, fewer_rows=fewer_rows)
        if dry_run:
            return
        with opened.reporter.progress("publish: bytes", plan.upload_bytes) as bar:
            address = target.publish(dataset, bar.advance)
        what = "unchanged, nothing to do" if plan.is_empty else plan
        click.echo(f"publish: {target.name}: {what}", err=True)
        click.echo(address)
        _compare(opened, target, shards)


def _publish_model(ctx: click.Context, folder: Path, repo_id: str | None, *, dry_run: bool, **given: Any) -> None:
    from synthcode.publishing.targets.hub import HubDestination

    if repo_id is None:
        raise click.UsageError("a model goes to the Hub: give '--repo-id'", ctx)
    destination = HubDestination(repo_id, given["private"], given["revision"], given["tag"], "model")
    publish_model(folder, destination, dry_run=dry_run)


def _target(
    run: Run, repo_id: str | None, to: str | None, private: bool, revision: str | None, tag: str | None
) -> Target:
    callbacks = _callbacks(run)
    if to is not None:
        from synthcode.publishing.targets.folder import Folder

        folder = Folder(to, callbacks)
        folder.refuse_within(run.folder.path)
        return folder
    from synthcode.publishing.targets.hub import HubDestination, HubRepo

    return HubRepo(HubDestination(str(repo_id), private, revision, tag), callbacks)


def _checked(run: Run) -> tuple[Dataset, Shards]:
    """Validate the dataset; nothing has left the machine before."""
    from synthcode.publishing.checks import integrity, validation
    from synthcode.publishing.dataset_files import dataset_files
    from synthcode.publishing.targets.target import Dataset
    from synthcode.storage.published import ALL_CONFIGS

    folder = run.folder.dataset
    written = {
        Path(path).relative_to(folder.name).as_posix(): digest
        for path, digest in run.manifest.output_digests("build").items()
    }
    _refuse_damaged_documents(run)
    rows = _rows(run)
    validation.check_rows(rows)
    files = dataset_files(folder)
    shards = validation.find_shards(folder, rows)
    validation.check_tables(shards, ALL_CONFIGS, rows)
    card = validation.check_card(folder, files, shards, rows)
    integrity.check_disjoint_splits(shards)
    integrity.check_judgements(shards)
    validation.check_origin(folder, files, written)
    _name_strays([file.path for file in files if file.path not in written])
    total = sum(sum(splits.values()) for splits in rows.values())
    click.echo(f"publish: checked {total:,} rows in {len(files):,} files", err=True)
    return Dataset(card, files), shards


def _name_strays(paths: list[str]) -> None:
    """Name the files that go along though ``build`` did not write them: a figure for the card, or a forgotten note."""
    if paths:
        named = visible(", ".join([*paths[:NAMED_STRAYS], *(["..."] if len(paths) > NAMED_STRAYS else [])]))
        count = f"{len(paths):,} {'file' if len(paths) == 1 else 'files'}"
        click.echo(
            f"publish: warning: {count} in the dataset's folder that 'build' did not write "
            f"{'is' if len(paths) == 1 else 'are'} published as well: {named}",
            err=True,
        )


def _refuse_damaged_documents(run: Run) -> None:
    """Refuse a card and the like with flipped bits. An edited card is published as it is; tables are verified later."""
    from synthcode.storage.manifest import differing_file

    for path, difference in run.manifest.differences("build").items():
        if difference == "damaged" and not path.endswith(".parquet"):
            raise differing_file(run.folder.path, "build", path, difference)


def _rows(run: Run) -> Mapping[str, Mapping[str, int]]:
    """Return configuration -> split -> rows, as the manifest has it."""
    from synthcode.errors import shell_word
    from synthcode.pipelines.tables.funnel import funnel
    from synthcode.storage.published import no_dataset_yet

    again = f"run 'synthcode build {shell_word(run.folder.path)}'"
    if "build" not in run.manifest.stages:
        raise no_dataset_yet(run.folder.path)
    if funnel(run.folder)["stages"]["build"] != "done":
        click.echo(
            f"publish: the run has changed since its dataset was built; to take that in, {again} first", err=True
        )
    rows: Mapping[str, Mapping[str, int]] = run.manifest.stages["build"].counts["rows"]
    return rows


def _refuse(run: Run, plan: Plan, target: Target, shards: Shards, *, fewer_rows: bool) -> None:
    """Refuse what would make the place worse: far fewer rows, or files that ``datasets`` could not load."""
    from synthcode.publishing.checks.loadable import refuse_unloadable
    from synthcode.publishing.checks.row_counts import refuse_fewer, rows_on_card

    rows = run.manifest.stages["build"].counts["rows"]
    if not fewer_rows:
        refuse_fewer(target.name, rows_on_card(plan.card_there), rows)
    tables = {
        (config, split): [file.relative_to(run.folder.dataset).as_posix() for file in files]
        for (config, split), files in shards.items()
        if rows[config][split]
    }
    refuse_unloadable(plan, target, tables)


def _compare(run: Run, target: Target, shards: Shards) -> None:
    from synthcode.publishing.targets.loading_back import choose_split, load_back

    config, split = choose_split(run.manifest.stages["build"].counts["rows"])
    digest = load_back(target, config, split, run.folder.dataset, shards[config, split])
    click.echo(f"publish: split {split!r} of {config!r} comes back the same (rows' sha256 {digest[:12]})", err=True)


def _callbacks(run: Run) -> PublishCallbacks:
    """Tell what happens on stderr, and let Ctrl-C end a wait or the work between two uploads."""
    from huggingface_hub.utils import disable_progress_bars, logging

    from synthcode.publishing.targets.target import PublishCallbacks

    logging.set_verbosity(logging.ERROR)  # its warnings name addresses that are signed
    disable_progress_bars()

    def pause(seconds: float) -> None:
        run.stop.wait(seconds)
        run.stop.raise_if_set()

    return PublishCallbacks(lambda line: run.reporter.message(f"publish: {line}"), pause)


def _print_rows(plan: Plan, rows: Mapping[str, Mapping[str, int]]) -> None:
    """Print the rows of each configuration that are there, as far as the card says, and that would be."""
    from synthcode.publishing.checks.row_counts import rows_on_card

    before = rows_on_card(plan.card_there)
    for config, splits in rows.items():
        there = f"{sum(before[config].values()):,}" if config in before else "unknown" if plan.card_there else "none"
        click.echo(f"rows of {config}: {there} there, {sum(splits.values()):,} in this version")


def _print(plan: Plan) -> None:
    """Print what would become of every file."""
    from rich.console import Console
    from rich.filesize import decimal
    from rich.table import Table

    from synthcode.pipelines.commands.inspection.status import TABLE_WIDTH
    from synthcode.sanitize import visible

    table = Table(box=None, pad_edge=False, show_header=False)
    for kind in ("added", "changed", "removed", "unchanged"):
        for change in plan.of(kind):
            table.add_row(kind, visible(change.path), decimal(change.size))
    table.columns[2].justify = "right"
    console = Console(width=max(Console().width, TABLE_WIDTH), markup=False, highlight=False)
    console.print(table)
    click.echo(str(plan))
