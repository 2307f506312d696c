from __future__ import annotations

import dataclasses
import itertools
import pickle
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthcode.dedup.clustering.buckets import all_pairs, pivots, shared_keys
from synthcode.dedup.clustering.components import DisjointSets
from synthcode.dedup.clustering.exhaustive import all_similarities
from synthcode.dedup.clustering.similarity import Similarity
from synthcode.dedup.config import DedupConfig
from synthcode.dedup.documents import read_programs
from synthcode.dedup.duplicates import cluster_programs
from synthcode.dedup.minhash.sketches import SketchConfig
from synthcode.dedup.rules import judge, number_programs, tie
from synthcode.execution.threads import ThreadExecutor
from synthcode.schemas.tables import PROGRAMS
from synthcode.storage.large_tables.spill import SpillStore
from synthcode.vocabulary import STATUSES, TRANSITIVE_MODES, TransitiveMode

Row = tuple[str, str, str, str, str]

TEXTS = st.one_of(
    st.text("ab", max_size=14),
    st.text("ab\n é", max_size=9),
    st.sampled_from(
        ["abcdefgh", "abcdefgi", "abcdefghi", "xabcdefgh", "\r\nabcdefgh", "abcdefgh\n", "日本語で書く", "日本語で書け"]
    ),
)


@st.composite
def seeds_with_translations(draw: st.DrawFn) -> list[Row]:
    """Draw programs: each seed in one language, with some translations into either."""
    languages = st.sampled_from(["c", "cpp"])
    rows: list[Row] = []
    for seed in range(draw(st.integers(0, 5))):
        own = [(draw(languages), "seed", draw(TEXTS))]
        own += [(draw(languages), "translation", draw(TEXTS)) for _ in range(draw(st.integers(0, 3)))]
        rows += [(f"{(seed * 7 + place) % 29:02}-{seed}", f"seed {seed}", *rest) for place, rest in enumerate(own)]
    return rows


def as_table(rows: list[Row]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(PROGRAMS)
    return pa.table([pa.array(column, pa.string()) for column in columns], schema=PROGRAMS)


def components(nodes: list[str], edges: Iterator[tuple[str, str]]) -> dict[str, set[str]]:
    groups = {node: {node} for node in nodes}
    for one, other in edges:
        if groups[one] is not groups[other]:
            merged = groups[one] | groups[other]
            groups.update(dict.fromkeys(merged, merged))
    return groups


def content(code: str) -> str:
    return code.replace("\r\n", "\n").replace("\r", "\n").strip()


def alike(one: Row, other: Row) -> bool:
    left, right = ({row[4][i : i + 5] for i in range(len(row[4]) - 4)} for row in (one, other))
    return content(one[4]) == content(other[4]) or len(left & right) >= 0.7 * len(left | right) > 0


def expected(rows: list[Row], transitive: TransitiveMode) -> tuple[dict[str, str], list[set[str]]]:
    """Return what is dropped and which seeds are tied, as the rules say it, pair by pair."""
    dropped: dict[str, str] = {}

    def drop(among: list[Row], seeds_too: bool) -> None:
        ordered = sorted(among, key=lambda row: (row[3] != "seed", row[0]))
        edges = ((a[0], b[0]) for a, b in itertools.combinations(ordered, 2) if a[2] == b[2] and alike(a, b))
        groups = components([row[0] for row in ordered], edges)
        staying: list[Row] = []
        for place, row in enumerate(ordered):
            before = [old for old in ordered[:place] if old[2] == row[2]]
            twin = any(content(row[4]) == content(old[4]) for old in before)
            if transitive == "drop":
                removed = any(old[0] in groups[row[0]] for old in before)
            else:
                removed = twin or any(old[2] == row[2] and alike(row, old) for old in staying)
            if removed and (seeds_too or row[3] != "seed"):
                dropped[row[0]] = "exact_duplicate" if twin else "near_duplicate"
            else:
                staying.append(row)

    drop([row for row in rows if row[3] == "seed"], seeds_too=True)
    gone = {row[1] for row in rows if row[0] in dropped}
    dropped.update({row[0]: "seed_duplicate" for row in rows if row[1] in gone and row[0] not in dropped})
    drop([row for row in rows if row[1] not in gone], seeds_too=False)
    edges = ((a[1], b[1]) for a, b in itertools.combinations(rows, 2) if alike(a, b))
    groups = components([row[1] for row in rows], edges)
    return dropped, sorted({frozenset(group) for group in groups.values()}, key=min)


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(seeds_with_translations(), st.sampled_from(TRANSITIVE_MODES))
def test_where_all_pairs_are_candidates_the_rules_are_followed_to_the_letter(
    rows: list[Row], transitive: TransitiveMode
) -> None:
    table, documents = read_programs([as_table(rows)], SketchConfig(5, 256, 0.7, 0), SpillStore(), map)
    one_bucket, one_signature = SpillStore().pile(), SpillStore().pile()
    one_bucket.append(np.zeros(documents.contents.size, dtype=np.uint32))
    one_signature.append(np.zeros(documents.contents.size * 256, dtype=np.uint8))
    documents = dataclasses.replace(documents, bands=(one_bucket,), sketches=one_signature)
    programs = number_programs(table, documents.contents)
    similarity = Similarity(documents, 5, 0.7)
    verdict = judge(programs, documents, similarity, transitive)
    groups = tie(programs, documents, similarity, verdict)

    names = programs.table["program_id"].to_pylist()
    dropped = {name: STATUSES[status] for name, status in zip(names, verdict.status, strict=True) if status}
    tied: dict[int, set[str]] = {}
    for seed, group in zip(programs.seed_ids.to_pylist(), groups.tolist(), strict=True):
        tied.setdefault(group, set()).add(seed)
    assert (dropped, [frozenset(group) for group in tied.values()]) == expected(rows, transitive)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(seeds_with_translations(), st.randoms(use_true_random=False), st.integers(1, 9))
def test_the_order_of_rows_and_the_size_of_batches_change_nothing(
    rows: list[Row], shuffle: random.Random, size: int
) -> None:
    found = cluster_programs([as_table(rows)], DedupConfig())
    shuffled = shuffle.sample(rows, len(rows))
    table = as_table(shuffled)
    again = cluster_programs([table.slice(start, size) for start in range(0, len(rows), size)], DedupConfig())
    assert again.clusters.equals(found.clusters)
    assert again.ties.equals(found.ties)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(seeds_with_translations())
def test_clusters_and_ties_are_consistent(rows: list[Row]) -> None:
    found = cluster_programs([as_table(rows)], DedupConfig())
    clusters = found.clusters.to_pylist()
    by_id = {row["program_id"]: row for row in clusters}
    sizes = {row["cluster_id"]: 0 for row in clusters}
    group = dict(zip(found.ties["seed_id"].to_pylist(), found.ties["cluster_id"].to_pylist(), strict=True))
    assert set(group) == {row[1] for row in rows}
    for row in clusters:
        sizes[row["cluster_id"]] += 1
        stands = by_id[row["representative_id"]]
        assert stands["cluster_id"] == row["cluster_id"]
        assert group[stands["seed_id"]] == group[row["seed_id"]]
        assert (row["status"] == "kept") == (stands is row)
        assert stands["status"] == "kept"
        assert 0 <= row["jaccard"] <= 1
    assert all(size >= 2 for size in sizes.values())


def family(draw: random.Random, size: int) -> list[str]:
    """Return a text and copies of it in which more and more lines differ."""
    lines = ["".join(draw.choices("abcdefghij (),=", k=draw.randint(5, 30))) for _ in range(30)]
    texts = []
    for _ in range(size):
        texts.append("\n".join(lines))
        for _ in range(draw.randint(0, 3)):
            lines[draw.randrange(30)] = "".join(draw.choices("abcdefghij (),=", k=15))
    return texts


@pytest.mark.parametrize("random_seed", range(3))
def test_almost_all_that_brute_force_finds_is_found_and_nothing_else(random_seed: int) -> None:
    draw = random.Random(random_seed)
    texts = sorted({text for _ in range(60) for text in family(draw, draw.randint(1, 12))})
    ids = [f"{place:04}" for place in range(len(texts))]
    table = pa.table([ids, ids, ["c"] * len(ids), ["seed"] * len(ids), texts], schema=PROGRAMS)
    left, right = np.nonzero(np.triu(all_similarities(pa.array(texts, pa.large_string()), 5) >= 0.7, 1))
    sets = DisjointSets(len(texts))
    sets.unite(left, right)
    truth = {name for name, label in zip(ids, sets.labels().tolist(), strict=True) if name != ids[label]}
    config = DedupConfig(random_seed=random_seed, transitive="drop")
    found = set(cluster_programs([table], config).dropped)
    assert len(truth) > 100
    assert len(found & truth) >= 0.99 * len(truth)
    # A missed link leaves one representative more in the cluster; nothing else can stay, and nothing else goes.
    assert found <= truth


@pytest.mark.slow
@pytest.mark.parametrize("random_seed", range(3))
def test_every_removed_program_is_similar_to_one_that_stays_and_those_that_stay_are_not(random_seed: int) -> None:
    draw = random.Random(random_seed)
    texts = sorted({text for _ in range(60) for text in family(draw, draw.randint(1, 12))})
    ids = [f"{place:04}" for place in range(len(texts))]
    table = pa.table([ids, ids, ["c"] * len(ids), ["seed"] * len(ids), texts], schema=PROGRAMS)
    found = cluster_programs([table], DedupConfig(random_seed=random_seed))
    chained = cluster_programs([table], DedupConfig(random_seed=random_seed, transitive="drop"))
    rows = [row for row in found.clusters.to_pylist() if row["status"] != "kept"]
    similar = all_similarities(pa.array(texts, pa.large_string()), 5) >= 0.7
    assert len(chained.dropped) > len(rows) > 100
    assert all(similar[int(row["program_id"]), int(row["representative_id"])] for row in rows)
    assert all(row["representative_id"] not in found.dropped for row in rows)
    staying = [int(name) for name in ids if name not in found.dropped]
    pairs = similar[np.ix_(staying, staying)].sum() - len(staying)
    assert pairs <= 0.01 * len(rows)  # pairs of two clusters that no band proposed
    assert found.ties.equals(chained.ties)
    assert found.clusters["cluster_id"].equals(chained.clusters["cluster_id"])


@settings(deadline=None)
@given(
    st.integers(1, 30).flatmap(
        lambda size: st.tuples(st.just(size), st.lists(st.tuples(*[st.integers(0, size - 1)] * 2)))
    )
)
def test_sets_are_the_connected_components(graph: tuple[int, list[tuple[int, int]]]) -> None:
    size, edges = graph
    sets = DisjointSets(size)
    for start in range(0, len(edges), 3):
        batch = np.array(edges[start : start + 3], dtype=np.int64)
        sets.unite(batch[:, 0], batch[:, 1])
    groups = components([str(node) for node in range(size)], ((str(a), str(b)) for a, b in edges))
    assert sets.labels().tolist() == [min(map(int, groups[str(node)])) for node in range(size)]


@settings(deadline=None)
@given(st.lists(st.integers(0, 6), max_size=40), st.lists(st.integers(0, 3), min_size=40, max_size=40))
def test_buckets_hold_each_pair_of_equal_keys(keys: list[int], labels: list[int]) -> None:
    places, buckets = shared_keys(np.array(keys, dtype=np.uint32))
    left, right = all_pairs(buckets)
    pairs = sorted(tuple(sorted((places[a], places[b]))) for a, b in zip(left, right, strict=True))
    assert pairs == [(a, b) for a, b in itertools.combinations(range(len(keys)), 2) if keys[a] == keys[b]]
    own = np.array(labels, dtype=np.int64)[places]
    pivot, first = pivots(buckets, own)
    for bucket in set(buckets.tolist()):
        inside = np.flatnonzero(buckets == bucket)
        counts = np.bincount(own[inside])
        assert len(set(pivot[inside].tolist())) == 1
        assert pivot[inside[0]] in inside
        assert counts[own[pivot[inside[0]]]] == counts[counts > 0].min()
        assert sorted(own[inside][first[inside]].tolist()) == sorted(set(own[inside].tolist()))


def in_another_process(function: Callable[[Any], Any], batches: Iterable[Any]) -> Iterator[Any]:
    """Apply a function as another process would: nothing but bytes goes there and comes back."""
    for batch in batches:
        theirs, arrived = pickle.loads(pickle.dumps((function, batch)))  # noqa: S301
        yield pickle.loads(pickle.dumps(theirs(arrived)))  # noqa: S301


@pytest.mark.slow
@pytest.mark.parametrize("budget", [None, 10_000])
def test_other_machines_and_keys_in_ranges_change_nothing(
    budget: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = random.Random(11)
    texts = [text for _ in range(80) for text in family(draw, draw.randint(1, 20))]
    ids = [f"{place:04}" for place in range(len(texts))]
    seeds = [f"{place:04}" for place in range(len(texts))]
    languages = [draw.choice(["c", "cpp"]) for _ in texts]
    origins = [draw.choice(["seed", "translation"]) for _ in texts]
    table = pa.table([ids, seeds, languages, origins, texts], schema=PROGRAMS)
    found = cluster_programs([table], DedupConfig())
    assert {"near_duplicate", "exact_duplicate"} <= set(found.clusters["status"].to_pylist())
    monkeypatch.setattr("synthcode.dedup.clustering.similarity.PAIRS_ELSEWHERE", 3)
    monkeypatch.setattr("synthcode.dedup.clustering.similarity.OPEN_PAIRS_ELSEWHERE", 50)
    monkeypatch.setattr("synthcode.dedup.clustering.candidate_pairs.ENTRIES_AT_ONCE", 100)
    with SpillStore(tmp_path, budget) as scratch:
        shards = [table.slice(start, 97) for start in range(0, table.num_rows, 97)]
        again = cluster_programs(shards, DedupConfig(), scratch, elsewhere=in_another_process)
    assert again.clusters.equals(found.clusters)
    assert again.ties.equals(found.ties)


def test_threads_and_a_small_memory_change_nothing(tmp_path: Path) -> None:
    draw = random.Random(7)
    texts = [text for _ in range(80) for text in family(draw, draw.randint(1, 20))]
    ids = [f"{place:04}" for place in range(len(texts))]
    table = pa.table([ids, ids, ["c"] * len(ids), ["seed"] * len(ids), texts], schema=PROGRAMS)
    found = cluster_programs([table], DedupConfig())
    with closing(ThreadExecutor(2)) as threads, SpillStore(tmp_path, 10_000) as scratch:
        again = cluster_programs([table.slice(0, 300), table.slice(300)], DedupConfig(), scratch, threads.map_shared)
    assert again.clusters.equals(found.clusters)
    assert again.ties.equals(found.ties)
    assert again.compared == found.compared
