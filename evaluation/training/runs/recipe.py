"""Training recipes: what a training run is to do, as YAML that is checked before anything is started."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from synthcode.bounded.trees import NotYamlError, read_yaml
from synthcode.errors import InputError
from synthcode.evaluation.training.runs.task_settings import refuse_misplaced, used_tree
from synthcode.evaluation.training.settings import TrainingSettings
from synthcode.redaction import refuse_credentials
from synthcode.seeds.adapters.benchmarks import resolved_benchmark
from synthcode.strict_settings import checked, texts_in, to_tree, with_values

FREE_SECTIONS = ("run",)
"""Sections that change nothing about the weights: a run may go on with other values."""
_SETTINGS: TypeAdapter[TrainingSettings] = TypeAdapter(TrainingSettings)


def load_training_recipe(path: Path | None, overrides: Mapping[str, Any] | None = None) -> TrainingSettings:
    """Read a training recipe.

    Parameters
    ----------
    path
        A YAML file; None is an empty one. Paths in it are relative to its folder.
    overrides
        ``section.key`` -> value; wins over the file. Paths are relative to the current folder.

    Raises
    ------
    InputError
        If there is no such file, it is not YAML, or a key or value is not one that training has.
    """
    tree = {} if path is None else _with_absolute_paths(_read(path), path.parent)
    origin = "the command line" if path is None else str(path)
    own = _with_absolute_paths(with_values({}, overrides or {}), Path())
    return parse_training_recipe(_merged(tree, own), origin)


def parse_training_recipe(tree: Mapping[str, Any], origin: str) -> TrainingSettings:
    """Check the sections, keys and values of a training recipe and fill in the defaults."""
    for above, text in texts_in(tree):
        refuse_credentials(text, f"{origin}: {'.'.join(above)}")
    settings: TrainingSettings = checked(TrainingSettings, _SETTINGS, tree, origin)
    if (settings.base is None) == (settings.new is None):
        problem = "names no encoder to train" if settings.base is None else "names a base, and a new encoder as well"
        raise InputError(f"{origin} {problem}", "give either base (--base st:NAME) or new (--layers, --hidden)")
    refuse_misplaced(settings, origin)
    return settings


def to_yaml(settings: TrainingSettings) -> str:
    """Return settings as YAML, all defaults filled in; what the task has no use for is left out."""
    return yaml.safe_dump(used_tree(settings), sort_keys=False, allow_unicode=True)


def differences(before: TrainingSettings, after: TrainingSettings) -> list[str]:
    """Return the settings that differ and change the weights, as ``optimiser.steps 200 (was 100)``."""
    old, new = (dict(_leaves(to_tree(settings))) for settings in (before, after))
    keys = [key for key in {**old, **new} if key.partition(".")[0] not in FREE_SECTIONS]
    return [f"{key} {new.get(key)} (was {old.get(key)})" for key in keys if old.get(key) != new.get(key)]


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise InputError(f"there is no training recipe {path}", "give the path of a YAML file")
    try:
        tree = read_yaml(path, unique_keys=True)
    except NotYamlError as problem:
        raise InputError(f"{path} is not YAML: {problem}", "fix the file; its syntax is YAML 1.1's") from problem
    if not isinstance(tree, dict):
        raise InputError(f"{path} holds no settings", "a training recipe has keys such as base: and exits:")
    return tree


def _leaves(tree: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def _merged(tree: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(tree)
    for key, value in own.items():
        below = merged.get(key)
        is_section = isinstance(value, Mapping)
        merged[key] = _merged(below if isinstance(below, Mapping) else {}, value) if is_section else value
    return merged


def _with_absolute_paths(tree: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return a recipe whose paths of folders are absolute: the same from wherever the run goes on."""
    changed = dict(tree)
    base = changed.get("base")
    if isinstance(base, str):
        kind, colon, name = base.rpartition(":")
        changed["base"] = f"{kind}{colon}{_absolute(name, folder)}"
    for section, key, absolute in (("data", "holdout", resolved_benchmark), ("pretrain", "data", _absolute)):
        below = changed.get(section)
        if isinstance(below, Mapping) and isinstance(below.get(key), list | tuple):
            changed[section] = {**below, key: [absolute(str(name), folder) if name else name for name in below[key]]}
    return changed


def _absolute(name: str, folder: Path) -> str:
    try:
        return str((folder / name).resolve()) if name and (folder / name).exists() else name
    except (OSError, ValueError):  # too long to be a file's name, or holds a null byte
        return name
