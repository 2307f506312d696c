from __future__ import annotations

import random

import pyarrow as pa
import pytest

from synthcode.dataset.groups import unite_groups

SPLIT_GROUPS = {"a": "g1", "b": "g1", "c": "g2", "d": "g3", "e": "g4"}
MORE = [("b", "x"), ("c", "x"), ("d", "y"), ("nobody", "y"), ("e", "z"), ("e", "z")]


def united(ties: list[tuple[str, str]], more: list[tuple[str, str]]) -> dict[str, str]:
    table = unite_groups(
        pa.table({"seed_id": [seed for seed, _ in ties], "cluster_id": [group for _, group in ties]}),
        pa.table(
            {
                "seed_id": pa.array([seed for seed, _ in more], pa.string()),
                "key": pa.array([k for _, k in more], pa.string()),
            }
        ),
    )
    return dict(zip(table.column("seed_id").to_pylist(), table.column("cluster_id").to_pylist(), strict=True))


@pytest.mark.parametrize("random_seed", range(5))
def test_groups_with_a_key_in_common_become_one_whatever_the_order(random_seed: int) -> None:
    ties, more = list(SPLIT_GROUPS.items()), list(MORE)
    random.Random(random_seed).shuffle(ties)
    random.Random(random_seed).shuffle(more)
    assert united(ties, more) == {"a": "g1", "b": "g1", "c": "g1", "d": "g3", "e": "g4"}


def test_without_a_further_cause_nothing_changes() -> None:
    assert united(list(SPLIT_GROUPS.items()), []) == SPLIT_GROUPS
