"""Where everything of a training run lies: it goes on only with the data and settings that it was started with."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from synthcode.bounded.trees import NotYamlError, read_json, read_yaml
from synthcode.errors import InputError
from synthcode.evaluation.training.runs.recipe import differences, parse_training_recipe, to_yaml
from synthcode.evaluation.training.settings import TrainingSettings
from synthcode.storage.atomic import remove_temporary_files, write_text
from synthcode.storage.lock import LOCK_NAME

CONFIG_NAME = "config.json"
"""At the top of the folder it marks a finished model: everything else is in place before it is."""


@dataclass(frozen=True)
class TrainingRecord:
    """What a training run was started on, and what it made."""

    dataset: str
    """Its name: for people."""
    dataset_digest: str
    """Of the tables that training reads."""
    versions: Mapping[str, str]
    dataset_license: str | None = None
    """As its card states it; None if it states none."""
    files: Sequence[str] = ()
    """Of the finished model, by path relative to its folder."""
    others: Sequence[str] | None = None
    """Files that were there before the model was written: the user's own. None before that."""
    outcome: Mapping[str, Any] = field(default_factory=dict)
    """Steps, scores, costs of the finished model: what its card says."""


@dataclass(frozen=True)
class TrainingFolder:
    """The paths of MODEL."""

    path: Path

    @property
    def training(self) -> Path:
        """Everything but the finished model."""
        return self.path / "training"

    @property
    def settings(self) -> Path:
        """What was asked, all defaults filled in."""
        return self.training / "settings.yaml"

    @property
    def manifest(self) -> Path:
        """The record of the run."""
        return self.training / "manifest.json"

    @property
    def checkpoints(self) -> Path:
        """One folder a checkpoint."""
        return self.training / "checkpoints"

    @property
    def curves(self) -> Path:
        """Loss and validation scores by step; without its endings .csv, .png and .svg."""
        return self.training / "curves"

    @property
    def pretraining_checkpoints(self) -> Path:
        """Those of the phase before training on pairs."""
        return self.training / "pretraining" / "checkpoints"

    @property
    def pretraining_curves(self) -> Path:
        """Loss of that phase by step."""
        return self.training / "pretraining" / "curves"

    @property
    def is_training(self) -> bool:
        """Whether a training run was started here."""
        return read_record(self) is not None

    @property
    def is_finished(self) -> bool:
        """Whether the model is complete."""
        record = read_record(self)
        return record is not None and bool(record.outcome) and (self.path / CONFIG_NAME).is_file()


def read_record(folder: TrainingFolder) -> TrainingRecord | None:
    """Return the record of a run; None if there is none.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    if not folder.manifest.is_file():
        return None
    try:
        return TrainingRecord(**read_json(folder.manifest))
    except (ValueError, TypeError) as problem:
        raise InputError(
            f"{folder.manifest} is damaged, or of another version", "start anew with --force, or in another folder"
        ) from problem


def write_record(folder: TrainingFolder, record: TrainingRecord) -> None:
    """Replace the record of a run, durably."""
    write_text(folder.manifest, json.dumps(asdict(record), indent=2, ensure_ascii=False) + "\n")


def start(
    folder: TrainingFolder,
    settings: TrainingSettings,
    record: TrainingRecord,
    report: Callable[[str], None],
    *,
    anew: bool = False,
) -> None:
    """Start a run, or go on with one that had the same data and settings; the caller holds the lock.

    ``anew`` says that a run was removed from the folder: what else it holds is the user's own, and stays.

    Raises
    ------
    InputError
        If the folder holds something else, or a run of other data or settings.
    """
    known = read_record(folder)
    if known is None:
        if not anew:
            _refuse_foreign(folder)
    else:
        remove_temporary_files(folder.training)
        _refuse_other_run(folder, settings, known, record)
        if known.versions != record.versions:
            report("train: other versions of packages than at the start: the last bits of the weights may differ")
        record = replace(record, dataset=known.dataset, files=known.files, others=known.others, outcome=known.outcome)
    folder.training.mkdir(exist_ok=True)
    write_text(folder.settings, to_yaml(settings))
    write_record(folder, record)


def files_of(folder: TrainingFolder) -> set[str]:
    """Return the files outside of ``training``, by path relative to the folder."""
    paths = (path for path in folder.path.rglob("*") if path.is_file() and folder.training not in path.parents)
    return {path.relative_to(folder.path).as_posix() for path in paths if path.name != LOCK_NAME}


def discard(folder: TrainingFolder) -> bool:
    """Remove a run with all that it made, so that it can be started anew; the user's own files stay.

    Killed meanwhile, the folder holds no finished model, and a run without checkpoints.

    Returns
    -------
    bool
        Whether there was a run.
    """
    try:
        record = read_record(folder)
    except InputError:
        record = None
    (folder.path / CONFIG_NAME).unlink(missing_ok=True) if record else None
    for name in _made(folder, record) if record else ():
        parts = PurePosixPath(name).parts
        if parts and ".." not in parts and not name.startswith("/"):
            (folder.path / name).unlink(missing_ok=True)
    for below in sorted((path for path in folder.path.rglob("*") if path.is_dir()), reverse=True):
        if folder.training not in (below, *below.parents) and not below.is_symlink() and not any(below.iterdir()):
            below.rmdir()
    there_was_one = record is not None or (folder.manifest.is_file() and not folder.training.is_symlink())
    if there_was_one:
        shutil.rmtree(folder.training)
    return there_was_one


def _made(folder: TrainingFolder, record: TrainingRecord) -> set[str]:
    """Return the files of the model, also of one whose writer was killed before it could list them."""
    if record.outcome or record.others is None:
        return set(record.files)
    return files_of(folder) - set(record.others)


def _refuse_foreign(folder: TrainingFolder) -> None:
    others = sorted(path.name for path in folder.path.iterdir() if path.name not in (LOCK_NAME, folder.training.name))
    if others:
        raise InputError(
            f"{folder.path} holds other files ({others[0]}) and is not a training run", "name a new folder with --out"
        )


def _refuse_other_run(
    folder: TrainingFolder, settings: TrainingSettings, known: TrainingRecord, record: TrainingRecord
) -> None:
    fix = "train in another folder, or start anew with --force"
    if known.dataset_digest != record.dataset_digest:
        raise InputError(f"{folder.path} was trained on other data than {record.dataset} holds now", fix)
    changed = differences(read_settings(folder), settings)
    if changed:
        more = f" and {len(changed) - 2} more" if len(changed) > 2 else ""
        raise InputError(f"{folder.path} was started with other settings: {'; '.join(changed[:2])}{more}", fix)


def read_settings(folder: TrainingFolder) -> TrainingSettings:
    """Return the settings of a run.

    Raises
    ------
    InputError
        If they are missing or cannot be read.
    """
    try:
        tree = read_yaml(folder.settings)
        return parse_training_recipe(tree if isinstance(tree, dict) else {}, str(folder.settings))
    except (OSError, NotYamlError) as problem:
        raise InputError(
            f"{folder.settings} is missing or damaged", "start anew with --force, or in another folder"
        ) from problem
