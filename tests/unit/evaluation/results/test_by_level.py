from __future__ import annotations

import pyarrow as pa

from synthcode.evaluation.results.by_level import ALL, by_level, level_name, split_levels
from synthcode.evaluation.results.comparison import Macro
from synthcode.evaluation.results.tables import level_difference_table
from synthcode.schemas.results import LEVEL_RANKS, RANKS


def ranks(found: dict[str, int], documents: int) -> pa.Table:
    """Return the ranks of queries in Java for documents in Go; each is a problem of its own."""
    cell = {"encoder": "e", "exit": 0, "task": "code2code", "variant": "stripped"}
    cell |= {"query_language": "java", "corpus_language": "go"}
    rows = [
        {**cell, "query_id": name, "problem_id": name, "ranks": [rank], "documents": documents}
        for name, rank in found.items()
    ]
    return pa.Table.from_pylist(rows, RANKS)


def test_levels_are_compared_on_the_queries_that_all_have() -> None:
    whole, tested = ranks({"a": 2, "b": 4, "c": 1}, 10), ranks({"a": 1, "c": 1}, 5)
    scores = by_level(whole, {"compiled": ranks({"a": 2, "b": 2, "c": 1}, 8), "tested": tested}, 100)
    everything, compiled, best = (
        Macro(name, 0, "code2code", "stripped") for name in (ALL, "compiled or higher", "tested")
    )
    assert scores.macros[everything].value == round((1 / 2 + 1 / 4 + 1) / 3, 6)
    assert scores.macros[compiled].value == round((1 / 2 + 1 / 2 + 1) / 3, 6)
    assert {macro: estimate.value for macro, estimate in scores.common.items()} == {
        everything: 0.75,
        compiled: 0.75,
        best: 1,
    }
    assert scores.common_covered[best].documents == (5, 5)
    assert scores.differences[best].difference.value == 0.25
    assert scores.differences.keys() == {compiled, best}
    lines = level_difference_table(scores).splitlines()[2:]
    assert [line.split("|")[3].strip() for line in lines] == ["all programs", "compiled or higher", "tested"]


def test_levels_without_a_common_query_have_no_difference() -> None:
    scores = by_level(ranks({"a": 1}, 9), {"tested": ranks({"b": 1}, 5)}, 100)
    assert (dict(scores.common), dict(scores.differences)) == ({}, {})
    assert len(scores.macros) == 2


def test_stored_ranks_are_split_by_level_the_weakest_first() -> None:
    parts = [
        ranks({"a": 1}, 9).add_column(0, LEVEL_RANKS.field("level"), pa.array([level]))
        for level in ("tested", "checked")
    ]
    assert list(split_levels(pa.concat_tables(parts))) == ["checked", "tested"]
    assert split_levels(pa.concat_tables(parts))["tested"].equals(ranks({"a": 1}, 9))
    assert [level_name(level) for level in (None, "checked", "tested")] == [ALL, "checked or higher", "tested"]
