"""mteb 2: a dataset repository a task, with the configurations ``PAIR-corpus``, ``PAIR-queries`` and ``PAIR-qrels``.

A language's documents are in it once, however many pairs refer to them. Pairs of clones are a repository of
``sentence1``, ``sentence2`` and ``labels``, with a configuration for each pair of languages and one for all of them.
Translations that pass or fail their tests are one of ``text`` and ``label``, with a configuration for each language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from synthcode.publishing.export.cards import front_matter, readme
from synthcode.publishing.export.layout import CloneTask, Exported, LabelTask, Layout, Place
from synthcode.publishing.export.pairs import Pair
from synthcode.vocabulary import TASKS

CLONES = "clones"
"""The folder of pairs of clones."""
ALL_LANGUAGES = "all"
LABELS = "classification"
"""The folder of translations that pass or fail their tests."""


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


def _clone_cards(exported: Exported) -> Mapping[str, str]:
    (split,) = exported.splits
    facts = {"task": CLONES, "variant": exported.variant, "split": split, "dataset": exported.dataset}
    folders = {name: "*" if name not in exported.counts else name for name in exported.subsets}
    files = [
        {"config_name": name, "data_files": [{"split": split, "path": f"pairs/{folder}/{split}-*.parquet"}]}
        for name, folder in folders.items()
    ]
    about = {"task_categories": ["sentence-similarity"], "tags": ["code", "clone-detection", "cross-language"]}
    matter = {**exported.card, **about, "configs": files, "synthcode": facts}
    return {f"{CLONES}/README.md": readme(exported, matter, template="mteb_clones")}


def _label_cards(exported: Exported) -> Mapping[str, str]:
    facts = {"task": LABELS, "variant": exported.variant, "split": "test", "dataset": exported.dataset}
    files = [
        {
            "config_name": name,
            "data_files": [
                {"split": split, "path": f"programs/{'*' if name == ALL_LANGUAGES else name}/{split}-*.parquet"}
                for split in exported.splits
            ],
        }
        for name in (ALL_LANGUAGES, *exported.subsets)
    ]
    about = {"task_categories": ["text-classification"], "tags": ["code", "defect-detection"]}
    matter = {**exported.card, **about, "configs": files, "synthcode": facts}
    return {f"{LABELS}/README.md": readme(exported, matter, template="mteb_labels")}


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
    clones=CloneTask(
        pairs=lambda subset, split: Place(f"{CLONES}/pairs/{subset}", split),
        columns=("sentence1", "sentence2", "labels"),
        cards=_clone_cards,
    ),
    labels=LabelTask(
        programs=lambda language, split: Place(f"{LABELS}/programs/{language}", split),
        columns=("text", "label"),
        cards=_label_cards,
    ),
)
