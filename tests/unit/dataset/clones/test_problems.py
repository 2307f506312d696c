from __future__ import annotations

import pyarrow as pa

from synthcode.dataset.clones.problems import problems_of

SEEDS = pa.table({"seed_id": ["a", "b", "c", "d"], "cluster_id": ["k", "k", "l", "m"]})


def programs(*rows: tuple[str, str, str]) -> pa.Table:
    seeds, languages, codes = zip(*rows, strict=True)
    return pa.table({"seed_id": seeds, "language": languages, "code_anonymous": codes})


def test_clusters_and_equal_programs_make_one_problem() -> None:
    batches = [programs(("a", "go", "1"), ("c", "go", "2")), programs(("d", "go", "2"), ("b", "java", "1"))]
    assert problems_of(SEEDS, batches).tolist() == [0, 0, 2, 2]


def test_equal_texts_in_two_languages_unite_nothing() -> None:
    assert problems_of(SEEDS, [programs(("c", "go", "x"), ("d", "java", "x"))]).tolist() == [0, 0, 2, 3]


def test_the_order_of_programs_changes_nothing() -> None:
    rows = [("a", "go", "1"), ("c", "go", "1"), ("d", "java", "2"), ("c", "java", "2")]
    assert problems_of(SEEDS, [programs(*rows)]).tolist() == problems_of(SEEDS, [programs(*rows[::-1])]).tolist()
