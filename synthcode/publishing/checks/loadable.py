"""Whether ``datasets`` could load a place once this version is published there: known before anything is uploaded."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from synthcode.errors import InputError, first_line
from synthcode.publishing.targets.plan import Plan
from synthcode.publishing.targets.target import Target
from synthcode.streams_without_torch import without_torch

_READ = frozenset({".huggingface.yaml", "dataset_infos.json"})
"""Files of others that ``datasets`` takes configurations or features from."""
_SAVED_TO_DISK = "state.json"
"""Makes ``datasets`` refuse a folder, not a repository: ``save_to_disk`` wrote it."""
_ARCHIVES = (".zip",)
"""Files that ``datasets`` opens to find out what is in them."""

Tables = Mapping[tuple[str, str], Sequence[str]]
"""(configuration, split) -> paths of its tables."""


@dataclass(frozen=True)
class _Place:
    folder: Path
    name: str
    tables: Tables
    foreign: Sequence[str]

    @property
    def configs(self) -> list[str]:
        """Our configurations."""
        return list(dict.fromkeys(config for config, _ in self.tables))


def refuse_unloadable(plan: Plan, target: Target, tables: Tables) -> None:
    """Put together what a place would hold, and resolve every configuration as ``datasets`` does.

    Parameters
    ----------
    plan
        What would change there, and what stays.
    target
        The place.
    tables
        What each configuration and split must load, and nothing else.

    Raises
    ------
    InputError
        If something could not be loaded: a script, a configuration that matches no file or files of another one, a
        file where a folder should be.
    """
    _refuse_script(plan, target)
    with tempfile.TemporaryDirectory(prefix="synthcode-") as scratch:
        folder = Path(scratch) / "there" / target.repository
        _lay_out(plan, target, folder)
        place = _Place(folder, target.name, tables, plan.foreign)
        for config in place.configs:
            _check_ours(place, config, Path(scratch) / "cache")
        for config in _config_names(place):
            if config not in place.configs:
                _check_theirs(place, config, Path(scratch) / "cache")


def _refuse_script(plan: Plan, target: Target) -> None:
    script = target.repository if target.repository.endswith(".py") else f"{target.repository}.py"
    if script in plan.foreign or script == target.repository:
        raise InputError(
            f"{target.name}: 'datasets' takes {script} for a loading script and loads nothing",
            "rename or remove it there" if script != target.repository else "choose a name without '.py'",
        )


def _lay_out(plan: Plan, target: Target, folder: Path) -> None:
    """Link our files, and make empty ones of others' names."""
    paths = {*plan.foreign, *(change.path for change in plan.files if change.local is not None)}
    for path in sorted(paths):
        above = [str(parent) for parent in PurePosixPath(path).parents]
        if blocking := paths.intersection(above):
            raise InputError(
                f"{target.name}: {min(blocking)} is a file there, and a folder of this dataset or the reverse",
                "rename or remove it there",
            )
    for change in plan.files:
        if change.local is not None:
            place = folder / change.path
            place.parent.mkdir(parents=True, exist_ok=True)
            content = change.local.content
            if isinstance(content, bytes):
                place.write_bytes(content)
            else:
                place.symlink_to(content.resolve())
    for path in plan.foreign:
        if path == _SAVED_TO_DISK and not target.is_folder:
            continue
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(target.read(path) if path in _READ else b"")


def _check_ours(place: _Place, config: str, cache: Path) -> None:
    """Load the first row of each split, and hold the files that were found against ours."""
    import datasets

    def load() -> Any:
        with without_torch():
            found = datasets.load_dataset(str(place.folder), config, streaming=True, cache_dir=str(cache))
        for rows in found.values():
            next(iter(rows))
        return found

    loaded = _attempt(place, config, load)
    expected = {split: set(paths) for (name, split), paths in place.tables.items() if name == config}
    if loaded is None:
        return
    if set(loaded) != set(expected):
        raise InputError(
            f"{place.name}: configuration {config!r} would have the splits {', '.join(sorted(map(str, loaded)))}",
            f"it should have {', '.join(expected)}: look at .huggingface.yaml and at the card there",
        )
    for split, found in _resolved(place, config, cache).items():
        if stray := sorted(found ^ expected[split]):
            what = "would also read" if stray[0] in found else "would not read"
            raise InputError(
                f"{place.name}: split {split!r} of {config!r} {what} {stray[0]}",
                "move it elsewhere, or remove it there",
            )


def _check_theirs(place: _Place, config: str, cache: Path) -> None:
    """Hold a configuration that people added against the files: it must find some, and none of ours."""
    found = _attempt(place, config, lambda: _resolved(place, config, cache))
    ours = {path for paths in place.tables.values() for path in paths}
    for split, paths in (found or {}).items():
        if not paths:
            raise InputError(
                f"{place.name}: {config!r}, a configuration of the card there, finds no file for {split!r}",
                "correct its 'data_files' on the card there, or remove it",
            )
        if taken := sorted(paths & ours):
            raise InputError(
                f"{place.name}: {config!r}, a configuration of the card there, would read {taken[0]} as {split!r}",
                "narrow its 'data_files' on the card there, or remove it",
            )


def _resolved(place: _Place, config: str, cache: Path) -> dict[str, set[str]]:
    """Return the files of each split, as ``datasets`` finds them."""
    import datasets

    builder = datasets.load_dataset_builder(str(place.folder), config, cache_dir=str(cache))
    root = place.folder.resolve()
    return {
        str(split): {Path(file).relative_to(root).as_posix() for file in files}
        for split, files in (builder.config.data_files or {}).items()
    }


def _config_names(place: _Place) -> Iterator[str]:
    import datasets

    yield from _attempt(place, None, lambda: datasets.get_dataset_config_names(str(place.folder))) or ()


def _attempt(place: _Place, config: str | None, load: Callable[[], Any]) -> Any:
    """Return what ``datasets`` makes of the place; None if it fails where archives are, whose content is not here."""
    import datasets

    datasets.disable_progress_bars()
    datasets.logging.set_verbosity_error()
    try:
        return load()
    except Exception as problem:  # datasets and its readers raise errors of many kinds
        if any(path.endswith(_ARCHIVES) for path in place.foreign):
            return None
        said = first_line(problem).replace(str(place.folder.resolve()), "").replace(str(place.folder), "")
        which = f"configuration {config!r}" if config else "it"
        raise InputError(
            f"{place.name}: {which} could not be loaded after publishing: {type(problem).__name__}: {said[:200]}",
            "look at 'configs' and 'dataset_info' of the card there, and at the files that they name",
        ) from problem
