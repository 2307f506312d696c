"""Negatives that are mined: order by a restated BM25, groups by hand."""

from __future__ import annotations

import math
from typing import Any

import pyarrow as pa

from synthcode.dataset.mined_negatives import mine_negatives
from synthcode.schemas.tables import MINED_NEGATIVES

K1, B = 1.5, 0.75
"""The defaults of bm25s."""
WORDS = {
    "p1": ["sort", "list", "numbers"],
    "p2": ["sort", "list"],
    "p3": ["list", "reverse", "string", "again"],
    "p4": ["tree"],
    "p5": ["sort", "numbers", "list", "tree"],
}
GROUPS = {"p1": "a", "p2": "b", "p3": "c", "p4": "d", "p5": "a"}


def documents(language: str = "python") -> list[dict[str, Any]]:
    return [
        {"program_id": name, "language": language, "code_stripped": " ".join(words), "cluster_id": GROUPS[name]}
        for name, words in WORDS.items()
    ]


def table(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows)


def score(query: list[str], words: list[str]) -> float:
    average = sum(map(len, WORDS.values())) / len(WORDS)
    total = 0.0
    for term in query:
        frequency = sum(term in other for other in WORDS.values())
        idf = math.log(1 + (len(WORDS) - frequency + 0.5) / (frequency + 0.5))
        total += idf * (term in words) / ((term in words) + K1 * (1 - B + B * len(words) / average))
    return total


def test_the_nearest_documents_of_other_groups_come_first() -> None:
    text = {"seed_id": "s", "text": "sort a list of numbers", "cluster_id": "a"}
    mined = mine_negatives(table([text]), table(documents()), 10)
    assert mined.schema == MINED_NEGATIVES
    query = ["sort", "list", "numbers"]
    others = {name: score(query, words) for name, words in WORDS.items() if GROUPS[name] != "a"}
    expected = sorted((name for name, value in others.items() if value > 0), key=lambda name: -others[name])
    assert expected == ["p2", "p3"]
    assert mined["program_id"].to_pylist() == expected
    assert mined["rank"].to_pylist() == [1, 2]


def test_no_more_than_requested_are_kept_for_each_text_and_language() -> None:
    texts = [{"seed_id": name, "text": "sort numbers", "cluster_id": "x"} for name in ("t", "s")]
    java = [{**row, "program_id": f"j{row['program_id']}"} for row in documents("java")]
    mined = mine_negatives(table(texts), table([*documents(), *java]), 2)
    rows = [(row["seed_id"], row["language"], row["rank"]) for row in mined.to_pylist()]
    assert rows == [(seed, language, rank) for seed in "st" for language in ("java", "python") for rank in (1, 2)]


def test_equal_scores_are_ordered_by_id_whatever_the_order_of_rows() -> None:
    text = table([{"seed_id": "s", "text": "tree", "cluster_id": "x"}])
    same = [
        {"program_id": name, "language": "go", "code_stripped": "tree", "cluster_id": name} for name in ("c", "a", "b")
    ]
    for rows in (same, same[::-1]):
        assert mine_negatives(text, table(rows), 3)["program_id"].to_pylist() == ["a", "b", "c"]


def test_texts_and_programs_without_words_have_none() -> None:
    text = table([{"seed_id": "s", "text": "???", "cluster_id": "x"}])
    assert mine_negatives(text, table(documents()), 3).num_rows == 0
    empty = [{**row, "code_stripped": "{}"} for row in documents()]
    assert mine_negatives(table([{"seed_id": "s", "text": "tree", "cluster_id": "x"}]), table(empty), 3).num_rows == 0
