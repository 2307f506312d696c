"""Short and earlier spellings of a recipe's keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synthcode.errors import InputError


def in_full(tree: Mapping[str, Any], origin: str) -> Mapping[str, Any]:
    """Return a recipe's sections with every key in its place.

    Raises
    ------
    InputError
        If two spellings say different things; ``origin`` is what the error calls the recipe.
    """
    return _with_shard(_with_sections(_with_executor_workers(_with_text_part(tree), origin)), origin)


def _with_sections(tree: Mapping[str, Any]) -> Mapping[str, Any]:
    """Read ``verify: true`` as a section with nothing but defaults, ``verify: false`` as none; ``queries`` likewise."""
    given = {name: tree[name] for name in ("verify", "queries") if isinstance(tree.get(name), bool)}
    return {**tree, **{name: {} if is_wanted else None for name, is_wanted in given.items()}}


def _with_text_part(tree: Mapping[str, Any]) -> Mapping[str, Any]:
    """Read ``seeds.first_paragraph``, which recipes of earlier versions have, as ``seeds.text``."""
    seeds = tree.get("seeds")
    if not isinstance(seeds, Mapping) or not isinstance(seeds.get("first_paragraph"), bool):
        return tree
    rest = {key: value for key, value in seeds.items() if key != "first_paragraph"}
    part = {"text": "first-paragraph"} if seeds["first_paragraph"] else {}
    return {**tree, "seeds": {**part, **rest}}


def _with_shard(tree: Mapping[str, Any], origin: str) -> Mapping[str, Any]:
    """Read ``translate.shard``, which recipes of earlier versions have, as ``shard``: it concerns every stage."""
    translate = tree.get("translate")
    if not isinstance(translate, Mapping) or "shard" not in translate:
        return tree
    rest = {key: value for key, value in translate.items() if key != "shard"}
    earlier, shard = translate["shard"], tree.get("shard")
    if None not in (earlier, shard) and earlier != shard:
        raise InputError(f"{origin}: shard is {shard!r}, but translate.shard is {earlier!r}", "remove one of them")
    return {**tree, "translate": rest, "shard": earlier if shard is None else shard}


def _with_executor_workers(tree: Mapping[str, Any], origin: str) -> Mapping[str, Any]:
    """Read the key ``workers`` of a recipe as ``executor.workers``, its place."""
    if "workers" not in tree:
        return tree
    rest = {key: value for key, value in tree.items() if key != "workers"}
    executor, workers = tree.get("executor", {}), tree["workers"]
    if workers is None or not isinstance(executor, Mapping):
        return rest
    if executor.get("workers") not in (None, workers):
        raise InputError(
            f"{origin}: workers is {workers!r}, but executor.workers is {executor['workers']!r}", "remove one of them"
        )
    return {**rest, "executor": {**executor, "workers": workers}}
