"""``synthcode publish MODEL``: what ``synthcode train`` made goes to the Hub."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from synthcode.publishing.targets.hub import HubDestination
    from synthcode.publishing.targets.target import Model, PublishCallbacks


def publish_model(folder: Path, destination: HubDestination, *, dry_run: bool) -> None:
    """Check a trained model, upload its files and its card, and print the address of the commit.

    Checkpoints and curves of its training stay here.

    Raises
    ------
    InputError
        If the model is not finished, or does not load.
    """
    from synthcode.pipelines.commands.terminal import TerminalReporter
    from synthcode.pipelines.runs.interrupt import watch_for_stop
    from synthcode.publishing.targets.hub import HubRepo
    from synthcode.storage.lock import hold_for_reading

    reporter = TerminalReporter()
    with hold_for_reading(folder), watch_for_stop(reporter.message) as stop:

        def pause(seconds: float) -> None:
            stop.wait(seconds)
            stop.raise_if_set()

        repository = HubRepo(destination, _callbacks(reporter.message, pause))
        model = checked_model(folder)
        plan = repository.plan(model)
        click.echo(f"publish: {repository.name}: {'unchanged, nothing to do' if plan.is_empty else plan}", err=True)
        if dry_run:
            return
        with reporter.progress("publish: bytes", plan.upload_bytes) as bar:
            address = repository.publish(model, bar.advance)
        click.echo(address)


def is_trained_model(folder: Path) -> bool:
    """Tell whether a folder is one that ``synthcode train`` writes to."""
    from synthcode.evaluation.training.runs.folder import TrainingFolder

    return TrainingFolder(folder).manifest.is_file()


def checked_model(folder: Path) -> Model:
    """Return the files of a finished model; it is loaded to see that it can be.

    Raises
    ------
    InputError
        If it is not finished, lacks a file, or does not load.
    """
    from synthcode.errors import InputError
    from synthcode.evaluation.training.models.opening import open_model
    from synthcode.evaluation.training.runs.folder import TrainingFolder, read_record
    from synthcode.publishing.dataset_files import CARD_NAME, LocalFile
    from synthcode.publishing.targets.target import Model

    record = read_record(TrainingFolder(folder))
    if record is None or not TrainingFolder(folder).is_finished:
        raise InputError(
            f"{folder} is not a finished model", "train it to the end: run the same 'synthcode train' again"
        )
    missing = [name for name in (*record.files, CARD_NAME) if not (folder / name).is_file()]
    if missing:
        raise InputError(f"{folder} lacks {missing[0]}", "train it again with --force, or put the file back")
    open_model(folder)
    files = [LocalFile(name, folder / name) for name in record.files if name != CARD_NAME]
    return Model((folder / CARD_NAME).read_text("utf-8", "surrogateescape"), files)


def _callbacks(report: Callable[[str], None], pause: Callable[[float], None]) -> PublishCallbacks:
    from huggingface_hub.utils import disable_progress_bars, logging

    from synthcode.publishing.targets.target import PublishCallbacks

    logging.set_verbosity(logging.ERROR)  # its warnings name addresses that are signed
    disable_progress_bars()
    return PublishCallbacks(lambda line: report(f"publish: {line}"), pause)
