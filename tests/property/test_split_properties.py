from __future__ import annotations

import random
from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthcode.dataset.splits import SplitConfig, assign_splits
from synthcode.vocabulary import SPLITS

ROWS = st.lists(
    st.tuples(st.integers(0, 30), st.one_of(st.none(), st.integers(0, 12))), max_size=60
)  # cluster, repository
CONFIGS = st.builds(
    lambda train, test, number: SplitConfig(train / 20, (20 - train - test) / 20, test / 20, number),
    st.integers(5, 16),
    st.integers(0, 4),
    st.integers(0, 5),
)


def as_table(rows: list[tuple[int, int | None]]) -> pa.Table:
    columns = {
        "seed_id": [f"s{place}" for place in range(len(rows))],
        "cluster_id": [f"c{cluster}" for cluster, _ in rows],
        "repository": [None if repository is None else f"r{repository}" for _, repository in rows],
    }
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def components(rows: list[tuple[int, int | None]]) -> list[set[int]]:
    groups: list[set[int]] = []
    for place, (cluster, repository) in enumerate(rows):
        touching = [
            group
            for group in groups
            if any(cluster == rows[other][0] or repository == rows[other][1] is not None for other in group)
        ]
        groups = [group for group in groups if group not in touching] + [{place}.union(*touching)]
    return groups


@settings(deadline=None)
@given(ROWS, CONFIGS)
def test_groups_stay_whole_and_shares_are_kept_within_a_group(
    rows: list[tuple[int, int | None]], config: SplitConfig
) -> None:
    splits = assign_splits(as_table(rows), config)
    split = dict(zip(splits["seed_id"].to_pylist(), splits["split"].to_pylist(), strict=True))
    assert set(split) == {f"s{place}" for place in range(len(rows))}
    groups = components(rows)
    assert all(len({split[f"s{seed}"] for seed in group}) == 1 for group in groups)

    shares = {name: share for name, share in config.fractions.items() if share > 0}
    counts = Counter(split.values())
    assert set(counts) <= set(shares)
    assert len(counts) == min(len(groups), len(shares))
    largest = max((len(group) for group in groups), default=0)
    if largest <= min(shares.values()) * len(rows):
        for name, share in shares.items():
            assert counts[name] <= share * len(rows) + largest
            assert counts[name] >= share * len(rows) - 2 * largest


@settings(deadline=None)
@given(ROWS, CONFIGS, st.randoms(use_true_random=False))
def test_no_split_lacks_pairs_while_another_could_give_some(
    rows: list[tuple[int, int | None]], config: SplitConfig, draw: random.Random
) -> None:
    paired = [draw.random() < 0.3 for _ in rows]
    table = as_table(rows)
    plain = assign_splits(table, config)
    splits = assign_splits(table.append_column("has_pairs", pa.array(paired, pa.bool_())), config)
    split = dict(zip(splits["seed_id"].to_pylist(), splits["split"].to_pylist(), strict=True))
    groups = components(rows)
    assert all(len({split[f"s{seed}"] for seed in group}) == 1 for group in groups)
    shares = [name for name, share in config.fractions.items() if share > 0]
    with_pairs = [group for group in groups if any(paired[seed] for seed in group)]
    filled = {split[f"s{min(group)}"] for group in with_pairs}
    assert len(filled) == min(len(with_pairs), len(shares))
    before = dict(zip(plain["seed_id"].to_pylist(), plain["split"].to_pylist(), strict=True))
    if len({before[f"s{min(group)}"] for group in with_pairs}) == len(shares):
        assert splits.equals(plain)


@pytest.mark.slow
@settings(deadline=None)
@given(ROWS, CONFIGS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(
    rows: list[tuple[int, int | None]], config: SplitConfig, shuffle: random.Random
) -> None:
    table = as_table(rows)
    order = shuffle.sample(range(len(rows)), len(rows))
    shuffled = table.take(pa.array(order, pa.int64()))
    assert assign_splits(shuffled, config).equals(assign_splits(table, config))
    assert set(assign_splits(table, config)["split"].to_pylist()) <= set(SPLITS)
