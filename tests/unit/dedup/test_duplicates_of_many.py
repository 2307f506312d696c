"""Many duplicates, and tables of any form: as much work as it must be, and the same clusters."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from synthcode.dedup.config import DedupConfig
from synthcode.dedup.duplicates import cluster_programs
from synthcode.schemas.tables import PROGRAMS
from tests.support.programs.duplicate_programs import BODY, NEAR, OTHER, cluster, jaccard, programs


def test_one_hundred_thousand_equal_programs_take_no_comparison() -> None:
    count = 100_000
    ids = [f"{place:06}" for place in range(count)]
    table = pa.table(
        [ids, ids, ["c"] * count, ["seed"] * count, pa.array([BODY], pa.string()).take(pa.array([0] * count))],
        schema=PROGRAMS,
    )
    found = cluster_programs([table], DedupConfig())
    assert found.compared == 0
    assert len(found.dropped) == count - 1
    assert len(set(found.ties["cluster_id"].to_pylist())) == 1


def test_two_thousand_near_identical_programs_take_two_comparisons_each() -> None:
    count = 2_000
    rows = [(f"{place:04}", f"{place:04}", "c", f"{BODY}# {place}") for place in range(count)]
    odd = [(f"x{place}", f"x{place}", "c", f"{BODY[:70]}{OTHER}{place}") for place in range(3)]
    found = cluster(*rows, *odd)
    assert len(found.dropped) == count - 1 + 2
    assert found.compared < 2.2 * count  # one to find the cluster, one with the representative


def test_a_large_bucket_of_what_is_not_alike_is_compared_pair_by_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("synthcode.dedup.clustering.candidate_pairs.SMALL_BUCKET", 2)
    monkeypatch.setattr("synthcode.dedup.clustering.similarity.OPEN_PAIRS", 7)
    draw = random.Random(0)
    texts = [BODY + "".join(draw.choices("abcdefgh", k=60)) for _ in range(60)]
    found = cluster(*((f"{place}", f"{place}", "c", text) for place, text in enumerate(texts)))
    assert {jaccard(one, other) >= 0.7 for one in texts for other in texts if one != other} == {False}
    assert found.dropped == {}


def test_every_pair_is_compared_however_few_are_held_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(0)
    texts = [BODY + "".join(draw.choices("abcdefgh", k=35)) for _ in range(60)]
    rows = [(f"{place}", f"{place}", "c", text) for place, text in enumerate(texts)]
    together = cluster(*rows)
    monkeypatch.setattr("synthcode.dedup.clustering.candidate_pairs.PAIRS_HELD", 3)
    apart = cluster(*rows)
    assert apart.compared == together.compared > 0
    assert apart.clusters.equals(together.clusters)


def test_batches_of_any_size_give_the_same() -> None:
    draw = random.Random(1)
    rows = [
        (f"{place:03}", f"{place:03}", "c", BODY * draw.randint(1, 2) + "#" * draw.randint(0, 9)) for place in range(99)
    ]
    table = programs(*rows)
    whole = cluster_programs([table], DedupConfig())
    parts = cluster_programs([table.slice(start, 7) for start in range(0, 99, 7)], DedupConfig())
    assert parts.clusters.equals(whole.clusters)
    assert parts.ties.equals(whole.ties)
    assert whole.clusters.num_rows > 0


def test_columns_that_are_large_dictionary_or_chunked_give_the_same() -> None:
    table = programs(("a", "a", "c", BODY), ("b", "b", "c", NEAR))
    other = pa.table(
        {
            "code": table["code"].cast(pa.large_string()),
            "extra": [1, 2],
            "language": table["language"].dictionary_encode(),
            **{
                name: pa.chunked_array([[value] for value in table[name].to_pylist()])
                for name in ("program_id", "seed_id", "origin")
            },
        }
    )
    expected = cluster_programs([table], DedupConfig())
    assert cluster_programs([other], DedupConfig()).clusters.equals(expected.clusters)
