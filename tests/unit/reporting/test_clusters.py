from __future__ import annotations

import pyarrow as pa

from synthcode.reporting.clusters import summarize
from synthcode.schemas.tables import CLUSTERS


def member(cluster: str, program: str, status: str, jaccard: float, origin: str = "seed") -> dict[str, object]:
    row = {"cluster_id": cluster, "program_id": program, "seed_id": f"seed of {program}", "status": status}
    return {**row, "language": "go", "origin": origin, "representative_id": "a", "jaccard": jaccard}


def test_what_goes_with_a_seed_is_no_member_of_its_cluster() -> None:
    rows = [
        member("c1", "a", "kept", 1.0),
        member("c1", "b", "near_duplicate", 0.8),
        {**member("c1", "b-java", "seed_duplicate", 0.05, "translation"), "language": "java"},
        *(member("c2", f"d{n}", "kept" if n == 0 else "near_duplicate", 1 - n / 100) for n in range(12)),
    ]
    clusters = summarize(pa.Table.from_pylist(rows, CLUSTERS))
    assert (clusters.count, clusters.programs, clusters.with_seeds) == (2, 14, 1)
    assert clusters.sizes == [("2", 1), ("10 to 99", 1)]
    first, second = clusters.largest
    assert (first.cluster_id, first.size, first.lowest, len(first.members)) == ("c2", 12, 0.89, 8)
    assert [(m.program_id, m.status) for m in second.members] == [("a", "kept"), ("b", "near_duplicate")]
    assert clusters.seed_ids >= {"seed of a", "seed of d7"}
    assert "seed of d8" not in clusters.seed_ids  # beyond the members that are listed


def test_no_clusters() -> None:
    clusters = summarize(CLUSTERS.empty_table())
    assert (clusters.count, clusters.programs, list(clusters.largest)) == (0, 0, [])
