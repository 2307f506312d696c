"""Near-duplicate clusters in a few figures: how many of which size, and the largest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.vocabulary import Status

LARGEST, MEMBERS = 12, 8
"""So many clusters are listed, and so many members of each."""

WITH_SEED: Status = "seed_duplicate"
_SIZES = ((2, "2"), (3, "3"), (4, "4"), (9, "5 to 9"), (99, "10 to 99"), (None, "100 and more"))


@dataclass(frozen=True)
class Member:
    """A program of a cluster."""

    program_id: str
    seed_id: str
    origin: str
    status: str
    jaccard: float


@dataclass(frozen=True)
class Cluster:
    """One of the largest."""

    cluster_id: str
    language: str
    size: int
    lowest: float
    """Of its members' exact similarities to the one that stands for them."""
    members: tuple[Member, ...]


@dataclass(frozen=True)
class Clusters:
    """All clusters of a run."""

    count: int
    programs: int
    """That are like another."""
    with_seeds: int
    """Translations that are like none, but go with a seed that is."""
    sizes: Sequence[tuple[str, int]]
    """``5 to 9`` -> so many clusters; sizes that do not occur are left out."""
    largest: Sequence[Cluster]

    @property
    def seed_ids(self) -> set[str]:
        """Seeds of the members that are listed."""
        return {member.seed_id for cluster in self.largest for member in cluster.members}


def summarize(clusters: pa.Table) -> Clusters:
    """Summarize near-duplicate clusters (schema ``CLUSTERS``)."""
    alike = clusters.filter(pc.not_equal(clusters["status"], WITH_SEED))
    grouped = alike.group_by(["cluster_id", "language"]).aggregate([([], "count_all"), ("jaccard", "min")])
    order = [("count_all", "descending"), ("cluster_id", "ascending")]
    largest = grouped.sort_by(order).slice(0, LARGEST).to_pylist()
    counts = Counter(_size_class(size) for size in grouped["count_all"].to_pylist())
    return Clusters(
        grouped.num_rows,
        alike.num_rows,
        clusters.num_rows - alike.num_rows,
        [(label, counts[label]) for _, label in _SIZES if counts[label]],
        [_cluster(row, alike.filter(pc.equal(alike["cluster_id"], row["cluster_id"]))) for row in largest],
    )


def _cluster(row: Mapping[str, Any], members: pa.Table) -> Cluster:
    order = [("jaccard", "descending"), ("program_id", "ascending")]
    listed = members.sort_by(order).slice(0, MEMBERS).select(list(Member.__dataclass_fields__)).to_pylist()
    names = row["cluster_id"], row["language"]
    return Cluster(*names, row["count_all"], row["jaccard_min"], tuple(Member(**member) for member in listed))


def _size_class(size: int) -> str:
    return next(label for most, label in _SIZES if most is None or size <= most)
