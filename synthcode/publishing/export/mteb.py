"""mteb 2: a dataset repository a task, with the configurations ``PAIR-corpus``, ``PAIR-queries`` and ``PAIR-qrels``.

A language's documents are in it once, however many pairs refer to them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from synthcode.publishing.export.cards import front_matter, readme
from synthcode.publishing.export.layout import Exported, Layout, Place
from synthcode.publishing.export.pairs import Pair
from synthcode.vocabulary import TASKS


def configs(pairs: Sequence[Pair], split: str) -> list[dict[str, Any]]:
    """Return what a card's front matter says of each configuration."""
    places = {
        f"{pair.name}-{kind}": place
        for pair in pairs
        for kind, place in (
            ("corpus", MTEB.corpus(pair)),
            ("queries", MTEB.queries(pair)),
            ("qrels", MTEB.qrels(pair, split)),
        )
    }
    return [
        {"config_name": name, "data_files": [{"split": split, "path": _within_repository(place)}]}
        for name, place in places.items()
    ]


def _within_repository(place: Place) -> str:
    return f"{place.folder.partition('/')[2]}/{place.name}-*.parquet"


def _cards(exported: Exported) -> Mapping[str, str]:
    (split,) = exported.splits
    cards = {}
    for task in TASKS:
        if pairs := [pair for pair in exported.pairs if pair.task == task]:
            task_facts = {"task": task, "variant": exported.variant, "split": split, "dataset": exported.dataset}
            matter = {**front_matter(exported), "configs": configs(pairs, split), "synthcode": task_facts}
            cards[f"{task}/README.md"] = readme(exported, matter, task=task, pairs=pairs)
    return cards


MTEB = Layout(
    name="mteb",
    corpus=lambda pair: Place(f"{pair.task}/corpus", pair.corpus_language),
    queries=lambda pair: Place(f"{pair.task}/queries", pair.query_language),
    qrels=lambda pair, split: Place(f"{pair.task}/qrels/{pair.name}", split),
    rows="parquet",
    judgements="parquet",
    id_column="id",
    judgement_columns=("query-id", "corpus-id", "score"),
    cards=_cards,
)
