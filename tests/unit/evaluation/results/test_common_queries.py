from __future__ import annotations

import pyarrow as pa
import pytest

from synthcode.errors import InputError
from synthcode.evaluation.results.common_queries import LeftOut, merged, on_common_queries, refuse_other_datasets
from synthcode.schemas.results import RANKS


def result(queries: dict[str, list[int]], encoder: str = "a", exit_: int = 0, documents: int = 9) -> pa.Table:
    """Return the ranks of queries by their language; all search Go programs."""
    fixed = {"encoder": encoder, "exit": exit_, "task": "code2code", "variant": "stripped", "documents": documents}
    rows = [
        {**fixed, "query_language": language, "corpus_language": "go", "query_id": f"q{place}"}
        | {"problem_id": f"p{place}", "ranks": [rank]}
        for language, ranks in queries.items()
        for place, rank in enumerate(ranks)
    ]
    return pa.Table.from_pylist(rows, RANKS)


def test_what_all_have_is_left() -> None:
    wide, narrow = result({"c": [1, 2, 3], "java": [4]}), result({"c": [5, 6]}, "b")
    common = on_common_queries([wide, narrow])
    assert [ranks["ranks"].to_pylist() for ranks in common.ranks] == [[[1], [2]], [[5], [6]]]
    assert (common.queries, common.left_out, common.is_whole) == (2, [LeftOut(2, 4, 1, 2), LeftOut(0, 2, 0, 1)], False)
    assert str(common.left_out[0]) == "2 of 4 queries, 1 of 2 pairs of languages"
    assert on_common_queries([wide, wide]).is_whole


def test_other_corpora_have_nothing_in_common() -> None:
    common = on_common_queries([result({"c": [1]}), result({"c": [1]}, documents=10)])
    assert common.queries == 0
    assert all(ranks.num_rows == 0 for ranks in common.ranks)


def test_every_exit_must_have_a_query() -> None:
    both = pa.concat_tables([result({"c": [1, 2]}, exit_=1), result({"c": [3]}, exit_=2)])
    (ranks,) = on_common_queries([both]).ranks
    assert ranks["ranks"].to_pylist() == [[1], [3]]


def test_results_of_one_encoder_are_put_together() -> None:
    whole = merged([result({"c": [1, 2]}), result({"c": [1], "java": [3]})])
    assert list(zip(whole["query_language"].to_pylist(), whole["ranks"].to_pylist(), strict=True)) == [
        *(("c", [1]), ("c", [2]), ("java", [3]))
    ]


@pytest.mark.parametrize(
    ("datasets", "said"),
    [(["x test", "y test"], "different datasets or splits"), (["x test"] * 2, "different versions")],
)
def test_other_datasets_are_refused(datasets: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        refuse_other_datasets(["a", "b"], ["1", "2"], datasets)
    refuse_other_datasets(["a", "b"], ["1", "1"], datasets)
