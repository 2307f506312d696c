from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from synthcode.errors import InputError
from synthcode.evaluation.results.comparison import Macro, cell_sums, compare, compare_exits, macro_estimates
from synthcode.evaluation.results.summary import summarise
from synthcode.schemas.results import RANKS


def ranks(values: dict[tuple[str, str], list[int]], encoder: str = "a", exit_: int = 0) -> pa.Table:
    """Query number i of each cell is of problem i."""
    rows = [
        {
            **{"encoder": encoder, "exit": exit_, "task": "code2code", "variant": "stripped", "documents": 99},
            **{"query_language": asked, "corpus_language": corpus, "query_id": f"{asked}-{number}"},
            **{"problem_id": f"p{number}", "ranks": [rank]},
        }
        for (asked, corpus), found in values.items()
        for number, rank in enumerate(found)
    ]
    return pa.Table.from_pylist(rows, RANKS)


STRIPPED = Macro("a", 0, "code2code", "stripped")


def test_a_macro_mean_weighs_cells_alike() -> None:
    rows = ranks({("java", "go"): [1, 2], ("go", "java"): [4]})
    # (1/1 + 1/2) / 2 and 1/4, and of those the mean.
    np.testing.assert_allclose(cell_sums(rows)[STRIPPED].shares, [(0.5 + 0.25) / 2, 0.25 / 2])
    (estimate,) = macro_estimates(rows).values()
    assert estimate.value == 0.5
    many = ranks({("java", "go"): [1, 2] * 20, ("go", "java"): [4]})
    (estimate,) = macro_estimates(many).values()
    assert estimate.value == (0.75 + 0.25) / 2


def test_intervals_stay_within_what_there_can_be() -> None:
    rows = ranks({("java", "go"): [1] * 99, ("go", "java"): [1] * 33, ("go", "c"): [1]})
    assert list(macro_estimates(rows).values()) == [(1, 1, 1)]
    assert macro_estimates(rows.slice(0, 0)) == {}
    # A third has no end in any format.
    assert list(macro_estimates(ranks({("java", "go"): [3] * 99})).values()) == [(0.333333,) * 3]


def test_a_few_perfect_problems_are_no_certainty() -> None:
    (estimate,) = macro_estimates(ranks({("java", "go"): [1] * 4})).values()
    # Clopper and Pearson: of four successes in four, 0.025 ** (1 / 4).
    assert estimate == (1, 0.397635, 1)
    (estimate,) = macro_estimates(ranks({("java", "go"): [1] * 29})).values()
    assert estimate == (1, pytest.approx(0.025 ** (1 / 29), abs=1e-6), 1)
    (row,) = (row for row in summarise(ranks({("java", "go"): [1] * 4})).to_pylist() if row["metric"] == "R@1")
    assert (row["lo"], row["hi"], row["problems"], row["documents"]) == (0.397635, 1, 4, 99)
    same = ranks({("java", "go"): [1] * 4})
    (difference,) = compare(same, ranks({("java", "go"): [1] * 4}, "other"))
    assert difference.difference.lo < -0.5
    assert difference.difference.hi > 0.5


def test_the_mean_of_a_cell_is_the_macro_of_it_alone() -> None:
    random = np.random.default_rng(0)
    rows = ranks({("java", "go"): random.integers(1, 20, 200).tolist()})
    (estimate,) = macro_estimates(rows, "R@5").values()
    line = next(row for row in summarise(rows).to_pylist() if row["metric"] == "R@5")
    assert (estimate.value, estimate.lo, estimate.hi) == pytest.approx(
        (line["value"], line["lo"], line["hi"]), abs=1e-6
    )


def test_a_clear_difference_is_found_and_none_is_not() -> None:
    random = np.random.default_rng(1)
    found = random.integers(1, 9, 300)
    better = np.maximum(1, found - 1)
    (difference,) = compare(ranks({("a", "b"): better.tolist()}), ranks({("a", "b"): found.tolist()}, "other"))
    assert difference.p == pytest.approx(1 / 10_001)
    assert 0 < difference.difference.lo < difference.difference.value < difference.difference.hi
    assert difference.values[0] - difference.values[1] == pytest.approx(difference.difference.value)
    (nothing,) = compare(ranks({("a", "b"): found.tolist()}), ranks({("a", "b"): found.tolist()}, "other"))
    assert (nothing.difference.value, nothing.p) == (0, 1)


def test_exits_are_compared_with_the_deepest() -> None:
    random = np.random.default_rng(2)
    deep = random.integers(1, 9, 100)
    parts = [ranks({("a", "b"): (deep + worse).tolist()}, exit_=exit_) for exit_, worse in ((4, 3), (9, 0), (36, 0))]
    differences = compare_exits(pa.concat_tables(parts))
    assert [(one.first.exit, one.second.exit) for one in differences] == [(4, 36), (9, 36)]
    assert differences[0].difference.hi < 0
    # Holm: the smaller of the two p-values is doubled.
    assert differences[0].p_holm == pytest.approx(2 * differences[0].p)
    assert differences[1].p == 1
    assert compare_exits(parts[0]) == []


def test_exits_of_two_encoders_are_paired() -> None:
    one = pa.concat_tables([ranks({("a", "b"): [1, 2]}, exit_=exit_) for exit_ in (1, 2)])
    two = pa.concat_tables([ranks({("a", "b"): [1, 2]}, "other", exit_) for exit_ in (1, 2)])
    assert [(d.first.exit, d.second.exit) for d in compare(one, two)] == [(1, 1), (2, 2)]
    single = ranks({("a", "b"): [3, 1]}, "bm25")
    assert [(d.first.exit, d.second.exit) for d in compare(one, single)] == [(1, 0), (2, 0)]


def test_results_are_compared_on_their_common_queries() -> None:
    one = ranks({("a", "b"): [1, 2], ("b", "a"): [9]})
    (difference,) = compare(one, ranks({("a", "b"): [1], ("c", "a"): [1]}, "other"))
    # Both have one query in common, and rank its answer first.
    assert (difference.values, difference.queries, difference.problems) == ((1, 1), 1, 1)
    assert len(compare(one, one.take([1, 0, 2]))) == 1


def test_results_without_a_common_query_are_not_compared() -> None:
    one = ranks({("a", "b"): [1, 2]})
    for column, value in (("documents", pa.array([98, 98], pa.int32())), ("problem_id", pa.array(["p2", "p3"]))):
        other = ranks({("a", "b"): [1, 2]}, "other")
        other = other.set_column(RANKS.get_field_index(column), RANKS.field(column), value)
        with pytest.raises(InputError, match="no query in common"):
            compare(one, other)


def test_exits_that_were_scored_on_other_queries_are_compared_on_common_ones() -> None:
    rows = [ranks({("a", "b"): [1, 9]}, exit_=1), ranks({("a", "b"): [1]}, exit_=2)]
    (difference,) = compare_exits(pa.concat_tables(rows))
    assert difference.values == (1, 1)
