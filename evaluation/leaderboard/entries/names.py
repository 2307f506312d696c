"""Encoders of several results folders: which are the same, and what each is called."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from synthcode.evaluation.leaderboard.entries.folders import Found
from synthcode.plugins import ENCODERS
from synthcode.sanitize import short_name


class Encoder(NamedTuple):
    """The results of one encoder: settings have folders of their own."""

    name: str
    """Unlike that of any other encoder."""
    kind: str
    """Such as ``bm25`` or ``st``; empty if neither results nor the label say."""
    results: Sequence[Found]

    @property
    def dims(self) -> dict[int, int]:
        """Exit -> the dimensions of its vectors, as far as results say."""
        return {int(exit_): dims for one in self.results for exit_, dims in one.facts.dims.items()}


def encoders_of(results: Sequence[Found]) -> list[Encoder]:
    """Return the encoders of results, in the order of their first result.

    Two with the same label are told apart by the names of their folders, too. A path on the machine that scored is
    shortened: leaderboards are shared.
    """
    by_key: dict[tuple[str, ...], list[Found]] = defaultdict(list)
    for one in results:
        by_key[one.facts.encoder_key].append(one)
    names = [short_name(mine[0].facts.encoder) for mine in by_key.values()]
    taken: set[str] = set()
    encoders = []
    for name, mine in zip(names, by_key.values(), strict=True):
        unique = name if names.count(name) == 1 else f"{name} ({mine[0].folder.name})"
        while unique in taken:
            unique = f"{unique} ({mine[0].folder.resolve().parent.name})"
        taken.add(unique)
        encoders.append(Encoder(unique, _kind(mine[0].facts.kind or name), mine))
    return encoders


def repeated_results(encoders: Sequence[Encoder]) -> list[str]:
    """Return a note about each result of an encoder and settings that another result is of, too."""
    notes = []
    for encoder in encoders:
        first: dict[str, Found] = {}
        for one in encoder.results:
            settings = json.dumps(one.facts.settings, sort_keys=True)
            known = first.setdefault(settings, one)
            if known is not one:
                notes.append(
                    f"{one.folder} repeats {known.folder}: same encoder, same settings. Of queries that both have, the"
                    " first one's ranks count."
                )
    return notes


def _kind(name: str) -> str:
    kind = name.partition(":")[0]
    return kind if kind in ENCODERS.names() else ""
