from __future__ import annotations

import numpy as np
import pyarrow as pa

from synthcode.dataset.clones.failing import failed_pairs, without_equal
from synthcode.dataset.clones.negatives import Rows


def rows(seed: list[int], failing: list[bool]) -> Rows:
    count = len(seed)
    zeros = np.zeros(count, dtype=np.int64)
    return Rows(
        seed=np.array(seed),
        problem=np.array(seed),
        language=zeros,
        parameters=zeros,
        document=np.arange(count),
        failing=np.array(failing),
        sure=np.zeros(count, dtype=bool),
        key=np.arange(count, dtype=np.uint64),
    )


def test_failing_translations_meet_the_programs_of_their_seed() -> None:
    # Seed 0: two that fail, two that do not. Seed 1: nothing fails. Seed 2: everything fails.
    found = failed_pairs(rows([0, 1, 0, 2, 0, 1, 0], [True, False, False, True, False, False, True]))
    assert sorted(map(tuple, found.tolist())) == [(0, 2), (0, 4), (2, 6), (4, 6)]


def test_nothing_fails() -> None:
    assert failed_pairs(rows([0, 0], [False, False])).shape == (0, 2)


def programs(*found: tuple[str, str, str]) -> pa.Table:
    seeds, languages, codes = zip(*found, strict=True)
    return pa.table({"seed_id": seeds, "language": languages, "code_anonymous": codes})


def test_what_fails_by_its_name_only_is_left_out() -> None:
    failing = programs(("a", "go", "1"), ("a", "java", "1"), ("b", "go", "1"), ("b", "go", "2"))
    batches = [programs(("a", "go", "1")), programs(("c", "go", "1"), ("b", "go", "2"))]
    assert without_equal(failing, batches).to_pylist() == failing.to_pylist()[1:3]
