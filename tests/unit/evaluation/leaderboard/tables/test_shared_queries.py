from __future__ import annotations

import pyarrow as pa
import pytest

from synthcode.errors import InputError
from synthcode.evaluation.leaderboard.content import Cost, Entry, Kind
from synthcode.evaluation.leaderboard.entries.retrieval_entries import RankedEntry
from synthcode.evaluation.leaderboard.tables.shared_queries import shared_queries
from tests.support.datasets.stored_results import Ranks, rank_table

KIND = Kind("code2code", "stripped", "")


def entry(name: str, ranks: Ranks, documents: int = 100, exit_: int = 0) -> RankedEntry:
    return RankedEntry(Entry(name, exit_), "", name, Cost(), rank_table(ranks, name, exit_, documents))


def test_ranks_of_common_queries_stand_in_one_order() -> None:
    first = entry("a", {("java", "go"): [1, 2, 3], ("go", "java"): [4]})
    second = entry("b", {("java", "go"): [0, 6, 7]})
    shared = shared_queries(KIND, [first, second])
    assert shared.ranks.values.tolist() == [2, 3, 6, 7]
    assert shared.queries["query_id"].to_pylist() == ["java-1", "java-2"]
    assert shared.notes == [
        "code2code stripped: 2 of 4 queries are common to all. Left out: 1 in 1 pair of languages that not all have;"
        " 1 that not all have in these languages. b lacks 2."
    ]


def test_corpora_of_other_sizes_are_no_common_queries() -> None:
    mixed = pa.concat_tables([rank_table({("java", "go"): [1, 2]}, "b"), rank_table({("go", "java"): [3]}, "b", 0, 50)])
    first = entry("a", {("java", "go"): [1, 2], ("go", "java"): [1]})
    shared = shared_queries(KIND, [first, RankedEntry(Entry("b", 0), "", "b", Cost(), mixed)])
    assert shared.notes == [
        "code2code stripped: 2 of 4 queries are common to all. Left out: 2 whose corpora have different sizes."
        " a lacks 1, b lacks 1."
    ]


def test_an_encoder_without_common_queries_is_left_out_and_the_others_are_not() -> None:
    ranks = {("java", "go"): [1, 2, 3]}
    exits = [entry("deep", ranks, 50, exit_) for exit_ in (1, 2, 3)]
    shared = shared_queries(KIND, [*exits, entry("a", ranks), entry("b", ranks)])
    assert [one.entry.encoder for one in shared.entries] == ["a", "b"]
    assert shared.notes == [
        "deep is left out of code2code stripped: it shares no query with the others. A query is the same if its"
        " languages and problem are, and its corpus has as many documents."
    ]


def test_what_cannot_be_ranked_is_refused() -> None:
    twice = pa.concat_tables([rank_table({("java", "go"): [1]}, "a")] * 2)
    with pytest.raises(InputError, match="the results of a rank a query twice"):
        shared_queries(KIND, [RankedEntry(Entry("a", 0), "", "a", Cost(), twice)])
    exits = [entry("a", {("java", "go"): [1, 0]}, exit_=1), entry("a", {("java", "go"): [0, 1]}, exit_=2)]
    with pytest.raises(InputError, match="the exits of a have no query in common"):
        shared_queries(KIND, exits)
