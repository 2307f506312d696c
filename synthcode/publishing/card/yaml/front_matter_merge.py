"""Merging a card's front matter into one that people and the Hub have edited."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from synthcode.bounded.trees import NotYamlError, parse_yaml
from synthcode.errors import InputError, first_line
from synthcode.publishing.card.yaml.edit import edit_yaml

Tree = Mapping[str, Any]

_FENCED = re.compile(r"\A\ufeff?\s*^---[ \t]*\r?\n(?P<yaml>.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)


def split_card(text: str) -> tuple[str, str]:
    """Return a card's YAML block without its fences, and its body. Without a block the first is empty."""
    found = _FENCED.match(text)
    return (found["yaml"], text[found.end() :]) if found else ("", text)


def read_front_matter(block: str, where: str) -> dict[str, Any]:
    """Parse a YAML block.

    Raises
    ------
    InputError
        If it is not YAML, or not a mapping.
    """
    try:
        tree = parse_yaml(block) if block.strip() else {}
    except NotYamlError as problem:
        cause = problem.__cause__
        at = getattr(cause, "problem_mark", None)
        what = f"{getattr(cause, 'problem', None) or first_line(problem)}" + (f", line {at.line + 2}" if at else "")
        raise InputError(
            f"{where}: the front matter is not YAML: {what}", "fix the lines between its '---'"
        ) from problem
    if not isinstance(tree, dict):
        raise InputError(f"{where}: the front matter is not a mapping", "write 'key: value' between its '---'")
    return tree


def merge_front_matter(ours: str, theirs: str, outdated: frozenset[str], where: str) -> str:
    """Bring a card's front matter up to date: our keys and configurations replace those of the same name, others stay.

    Comments and the order of keys stay; a block that needs no change stays as it is, to the byte. Tags are united.
    A default configuration that the user chose stays the default.

    Parameters
    ----------
    ours, theirs
        YAML blocks.
    outdated
        Configurations of an earlier version of ours that are no longer part of it.
    where
        Names the card that ``theirs`` is from, for errors.

    Returns
    -------
    str
        A YAML block, with a line break at its end.
    """
    mine, before = read_front_matter(ours, "the dataset card"), read_front_matter(theirs, where)
    if not before:
        return ours if ours.endswith("\n") else f"{ours}\n"
    after = _merged(mine, before, outdated)
    if after == before:
        return theirs
    edited = edit_yaml(theirs, before, after)
    # Two libraries of two versions of YAML: what they read differently is written anew, without comments.
    return edited if edited is not None and _says(edited, after) else _dumped(after)


def _merged(mine: Tree, before: Tree, outdated: frozenset[str]) -> dict[str, Any]:
    after = {**before, **mine}
    if isinstance(before.get("tags"), list) and isinstance(mine.get("tags"), list):
        after["tags"] = [*before["tags"], *(tag for tag in mine["tags"] if tag not in before["tags"])]
    configs = _merged_configs(mine.get("configs") or [], before.get("configs") or [], outdated)
    if configs:
        after["configs"] = configs
    # The published counts of rows and bytes are those of the earlier version; datasets refuses a version that differs.
    stale = outdated | {_name(config) for config in mine.get("configs") or []}
    infos = before.get("dataset_info") or []
    infos = [info for info in (infos if isinstance(infos, list) else [infos]) if _name(info) not in stale]
    ours = mine.get("dataset_info") or []
    infos += ours if isinstance(ours, list) else [ours]
    after.pop("dataset_info", None)
    return after | ({"dataset_info": infos if len(infos) > 1 else infos[0]} if infos else {})


def _merged_configs(mine: Sequence[Any], before: Sequence[Any], outdated: frozenset[str]) -> list[Any]:
    ours = {_name(config): config for config in mine}
    foreign = [config for config in before if _name(config) not in ours]
    if any(isinstance(config, dict) and config.get("default") for config in foreign):
        ours = {
            name: {key: value for key, value in config.items() if key != "default"} for name, config in ours.items()
        }
    merged = [ours.pop(_name(config), config) for config in before if _name(config) not in outdated]
    return [*merged, *ours.values()]


def _name(config: Any) -> str:
    return str(config.get("config_name", "default")) if isinstance(config, dict) else ""


def _says(block: str, tree: Tree) -> bool:
    """Return whether a block means what it should."""
    try:
        return bool(parse_yaml(block) == tree)
    except NotYamlError:
        return False


def _dumped(tree: Tree) -> str:
    return str(yaml.safe_dump(dict(tree), sort_keys=False, allow_unicode=True))
