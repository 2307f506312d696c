from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pytest

from synthcode.dataset.disjointness import check_disjoint
from synthcode.dataset.splits import SplitConfig, assign_splits
from synthcode.dedup.config import DedupConfig
from synthcode.errors import InputError, SynthcodeError
from synthcode.vocabulary import SPLITS


def groups(*rows: tuple[str, str], repositories: list[str | None] | None = None) -> pa.Table:
    table = pa.table({"seed_id": [seed for seed, _ in rows], "cluster_id": [cluster for _, cluster in rows]})
    if repositories is not None:
        table = table.append_column("repository", pa.array(repositories, pa.string()))
    return table


def sized(*sizes: int) -> pa.Table:
    return groups(
        *((f"s{group:02}-{seed}", f"g{group:02}") for group, size in enumerate(sizes) for seed in range(size))
    )


def counts(splits: pa.Table) -> dict[str, int]:
    found = Counter(splits["split"].to_pylist())
    return {split: found[split] for split in SPLITS}


def split_of(splits: pa.Table) -> dict[str, str]:
    return dict(zip(splits["seed_id"].to_pylist(), splits["split"].to_pylist(), strict=True))


def test_seeds_alone_are_shared_out_to_the_seed() -> None:
    assert counts(assign_splits(sized(*[1] * 100), SplitConfig())) == {"train": 80, "validation": 10, "test": 10}
    assert counts(assign_splits(sized(*[1] * 974), SplitConfig())) == {"train": 779, "validation": 98, "test": 97}


def test_the_table_has_every_seed_once_by_id() -> None:
    splits = assign_splits(groups(("b", "x"), ("c", "y"), ("a", "x")), SplitConfig())
    assert splits.column_names == ["seed_id", "cluster_id", "split"]
    assert splits["seed_id"].to_pylist() == ["a", "b", "c"]
    assert splits["cluster_id"].to_pylist() == ["x", "x", "y"]


def test_clusters_and_repositories_chain_seeds_into_one_split() -> None:
    rows = [
        ("a", "1"),
        ("b", "1"),
        ("c", "2"),
        ("d", "2"),
        ("e", "3"),
        *((f"x{place}", f"x{place}") for place in range(60)),
    ]
    repositories = [None, "r", "r", "q", "q", *[None] * 60]
    for random_seed in range(10):
        splits = assign_splits(groups(*rows, repositories=repositories), SplitConfig(random_seed=random_seed))
        assert len({split_of(splits)[seed] for seed in "abcde"}) == 1


def test_a_null_repository_ties_nothing() -> None:
    splits = assign_splits(groups(*((f"{n}", f"{n}") for n in range(50)), repositories=[None] * 50), SplitConfig())
    assert counts(splits) == {"train": 40, "validation": 5, "test": 5}


def test_a_group_that_no_small_split_can_hold_goes_to_the_largest() -> None:
    for random_seed in range(20):
        splits = assign_splits(sized(40, 15, *[1] * 45), SplitConfig(random_seed=random_seed))
        assert {split_of(splits)["s00-0"], split_of(splits)["s01-0"]} == {"train"}
        assert counts(splits) == {"train": 80, "validation": 10, "test": 10}


def test_it_does_so_where_the_largest_split_then_exceeds_its_share() -> None:
    assert counts(assign_splits(sized(75, 15, *[1] * 10), SplitConfig())) == {"train": 90, "validation": 5, "test": 5}


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ((), (0, 0, 0)),
        ((1,), (1, 0, 0)),
        ((1, 1), (1, 1, 0)),
        ((1, 1, 1), (1, 1, 1)),
        ((9, 5, 5), (9, 5, 5)),
        ((900, 2, 2), (900, 2, 2)),
        ((1, 1, 1, 1, 1), (3, 1, 1)),
    ],
)
def test_where_there_are_groups_enough_no_split_stays_empty(sizes: tuple[int, ...], expected: tuple[int, ...]) -> None:
    found = assign_splits(
        sized(*sizes).cast(pa.schema([("seed_id", pa.string()), ("cluster_id", pa.string())])), SplitConfig()
    )
    assert tuple(counts(found).values()) == expected


def test_a_share_of_nothing_gets_nothing() -> None:
    found = assign_splits(sized(*[1] * 10), SplitConfig(train=0.5, validation=0.0, test=0.5))
    assert counts(found) == {"train": 5, "validation": 0, "test": 5}


def test_weights_are_shared_out_where_they_are_given() -> None:
    table = sized(*[1] * 20).append_column("weight", pa.array([9] * 10 + [1] * 10))
    weight = dict(zip(table["seed_id"].to_pylist(), table["weight"].to_pylist(), strict=True))
    shared = Counter[str]()
    for seed, split in split_of(assign_splits(table, SplitConfig())).items():
        shared[split] += weight[seed]
    assert shared["train"] == pytest.approx(80, abs=9)
    assert shared["validation"] <= 19
    assert shared["test"] <= 19


def test_another_random_seed_draws_other_splits() -> None:
    table = sized(*[1] * 100)
    drawn = [split_of(assign_splits(table, SplitConfig(random_seed=number))) for number in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_fractions_that_do_not_sum_to_one_are_refused() -> None:
    with pytest.raises(InputError, match=r"fractions \[0.8, 0.1, 0.2\] do not sum to 1"):
        SplitConfig(test=0.2)


CODE = {
    "a": "def area(width, height):\n    return width * height\n",
    "b": "function greet(name) { return `Hello ${name}`; }\n",
    "c": 'fn main() { println!("{}", 6 * 7); }\n',
}
TABLE = groups(("a", "1"), ("b", "2"), ("c", "3"), repositories=["r", None, "q"])


def check(splits: dict[str, str], code: dict[str, str], table: pa.Table = TABLE) -> int:
    assigned = pa.table({"seed_id": list(splits), "split": list(splits.values())})
    programs = pa.table({"program_id": list(code), "seed_id": list(code), "code": list(code.values())})
    return check_disjoint(table, assigned, lambda: [programs.slice(0, 1), programs.slice(1)], DedupConfig())


def test_what_shares_nothing_passes_and_pairs_are_counted() -> None:
    assert check({"a": "train", "b": "validation", "c": "test"}, CODE) == 3
    assert check({"a": "train", "b": "train", "c": "test"}, CODE) == 2


def test_alike_programs_of_one_split_pass() -> None:
    assert check({"a": "train", "b": "train", "c": "test"}, {**CODE, "b": CODE["a"]}) == 2


def test_alike_programs_of_two_splits_are_named() -> None:
    with pytest.raises(SynthcodeError) as refusal:
        check({"a": "train", "b": "validation", "c": "test"}, {**CODE, "c": CODE["a"] + "# end\n"})
    assert refusal.value.problem == "1 pairs of alike programs are in two splits: a and c (0.88)"
    assert "num_perm" in refusal.value.fix


@pytest.mark.parametrize(
    ("table", "splits", "problem"),
    [
        (TABLE, {"a": "train", "b": "train"}, "1 seeds are in no split, such as c"),
        (
            groups(("a", "1"), ("b", "1"), ("c", "3")),
            {"a": "train", "b": "test", "c": "test"},
            "1 values of cluster_id are in more than one split: 1",
        ),
        (
            groups(("a", "1"), ("b", "2"), ("c", "3"), repositories=["r", None, "r"]),
            {"a": "train", "b": "test", "c": "test"},
            "1 values of repository are in more than one split: r",
        ),
    ],
)
def test_what_is_in_two_splits_or_none_is_named(table: pa.Table, splits: dict[str, str], problem: str) -> None:
    with pytest.raises(SynthcodeError) as refusal:
        check(splits, CODE, table)
    assert refusal.value.problem == problem


def test_a_seed_in_two_splits_is_named() -> None:
    assigned = pa.table({"seed_id": ["a", "b", "c", "a"], "split": ["train", "test", "test", "test"]})
    with pytest.raises(SynthcodeError, match="1 values of seed_id are in more than one split: a"):
        check_disjoint(TABLE, assigned, list, DedupConfig())


def test_a_sample_of_each_split_is_compared_whatever_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("synthcode.dataset.disjointness.SAMPLE", 5)
    names = [f"{place:02}" for place in range(60)]
    table = groups(*((name, name) for name in names))
    splits = {name: SPLITS[place % 3] for place, name in enumerate(names)}
    code = {name: name * 20 for name in names}
    assert check(splits, code, table) == 3 * 5 * 5
    assert check(splits, dict(reversed(code.items())), table) == 3 * 5 * 5


def test_few_translated_seeds_fill_every_split() -> None:
    # Twelve seeds, three of them translated: nine would otherwise take the places in validation and test.
    table = sized(*[1] * 12)
    for random_seed in range(10):
        paired = pa.array([group in (2, 5, 7) for group in range(12)], pa.bool_())
        splits = assign_splits(table.append_column("has_pairs", paired), SplitConfig(random_seed=random_seed))
        assert {split_of(splits)[f"s{group:02}-0"] for group in (2, 5, 7)} == set(SPLITS)
