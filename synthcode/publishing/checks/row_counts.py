"""Rows of the version that is there, and of the one that would replace it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synthcode.errors import InputError
from synthcode.publishing.card.yaml.front_matter_merge import read_front_matter, split_card

LEAST_SHARE = 0.5
"""A version with a smaller share of the rows that are there is published only if the user says so."""


def rows_on_card(card: str | None) -> dict[str, dict[str, int]]:
    """Return configuration -> split -> rows, as a card's ``dataset_info`` has it; empty if it does not say."""
    try:
        front = read_front_matter(split_card(card or "")[0], "the card")
    except InputError:
        return {}
    infos = front.get("dataset_info")
    found: dict[str, dict[str, int]] = {}
    for info in infos if isinstance(infos, list) else [infos]:
        if isinstance(info, dict) and isinstance(info.get("splits"), list):
            found[str(info.get("config_name", "default"))] = {
                str(split["name"]): split["num_examples"] for split in info["splits"] if _is_counted(split)
            }
    return found


def _is_counted(split: Any) -> bool:
    return isinstance(split, dict) and "name" in split and isinstance(split.get("num_examples"), int)


def refuse_fewer(where: str, there: Mapping[str, Mapping[str, int]], rows: Mapping[str, Mapping[str, int]]) -> None:
    """Refuse to replace a version by one with less than half of its rows.

    Parameters
    ----------
    where
        The place.
    there, rows
        Configuration -> split -> rows of the version that is there, and of this one; the first configuration counts.

    Raises
    ------
    InputError
        If this version has less than half of the rows.
    """
    config = next(iter(rows))
    before, now = (sum(counts.get(config, {}).values()) for counts in (there, rows))
    if now < LEAST_SHARE * before:
        raise InputError(
            f"{where} has {before:,} rows of {config!r}, and this version {now:,}",
            "look at 'synthcode status RUN'; to publish it all the same, give --fewer-rows",
        )
