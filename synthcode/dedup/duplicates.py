"""Exact and near-duplicates among programs, and the ties between seeds that splits must respect.

Two programs are exact duplicates if their code is equal apart from line ends and outer blank space, and
near-duplicates if the sets of their character n-grams have a Jaccard similarity of the threshold or more: MinHash
proposes pairs, exact similarity decides. A program shorter than one n-gram has exact duplicates only.

Within one language duplicates form clusters: connected components, so that A ~ B ~ C are one cluster even if the
similarity of A and C is below the threshold. Programs are preferred that are seeds rather than translations, then those
with the smaller ``program_id``. The most preferred program of a cluster stays. Every other one is removed only if it is
similar to one that stays, its representative (with ``transitive: drop``, all but the most preferred are removed).

1. Seeds only: the removed seeds of a cluster are dropped with their translations.
2. The programs of the remaining seeds: the removed translations are dropped. Seeds stay, even if translations chain two
   of them into one cluster.

Similarity across languages drops nothing. But all seeds that are connected by similar programs in any language, kept
or dropped, are one group for the splits. Nothing depends on the order of rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.dedup.clustering.similarity import Similarity
from synthcode.dedup.config import DedupConfig
from synthcode.dedup.documents import read_programs
from synthcode.dedup.minhash.sketches import SketchConfig
from synthcode.dedup.rules import Programs, Verdict, judge, number_programs, tie
from synthcode.dedup.texts import F64, I64
from synthcode.execution.threads import Apply
from synthcode.identity import digest
from synthcode.schemas.tables import CLUSTERS, SPLIT_GROUPS
from synthcode.storage.large_tables.spill import SpillStore
from synthcode.vocabulary import STATUSES


@dataclass(frozen=True)
class Clustering:
    """The result of deduplication."""

    clusters: pa.Table
    """Schema ``CLUSTERS``, sorted by ``cluster_id`` and ``program_id``; clusters of two or more. The translations of
    a dropped seed are in its cluster, whatever their language; the seed that stands for it is their representative.
    What is kept is its own representative."""
    ties: pa.Table
    """Schema ``SPLIT_GROUPS``, sorted by ``seed_id``: the split group of every seed that has a program."""
    compared: int
    """Pairs whose exact similarity was computed in search of duplicates."""

    @property
    def dropped(self) -> dict[str, str]:
        """The status of every program that is not kept, by ``program_id``."""
        gone = self.clusters.filter(pc.not_equal(self.clusters["status"], "kept"))
        return dict(zip(gone["program_id"].to_pylist(), gone["status"].to_pylist(), strict=True))


def cluster_programs(
    tables: Iterable[pa.Table],
    config: DedupConfig,
    scratch: SpillStore | None = None,
    apply: Apply = map,
    elsewhere: Apply | None = None,
) -> Clustering:
    """Find duplicates within each language, and ties across all.

    Parameters
    ----------
    tables
        The programs (schema ``PROGRAMS``), in tables of any size: they are read once.
    config
        How similar duplicates are.
    scratch
        Stores the texts to compare, with ``num_perm`` bytes of signature and 4 bytes a band for each; by default in
        memory. About 300 bytes a program are held in memory in any case.
    apply
        Sketches batches of texts and compares batches of pairs: ``map``, or ``Executor.map_shared``, with one result.
    elsewhere
        Does so on other machines, if there are any: ``Distributed.map_distributed``. Each text goes there once to be
        sketched, then those of pairs whose sketches look alike. What is found is the same.

    Raises
    ------
    InputError
        If a table lacks a column, holds nulls or text that is not UTF-8, or a ``program_id`` occurs twice.
    """
    sketching = SketchConfig(config.ngram, config.num_perm, config.threshold, config.random_seed)
    rows, documents = read_programs(tables, sketching, scratch or SpillStore(), elsewhere or apply)
    programs = number_programs(rows, documents.contents)
    jaccard = Similarity(documents, config.ngram, config.threshold, apply, elsewhere)
    verdict = judge(programs, documents, jaccard, config.transitive)
    groups = tie(programs, documents, jaccard, verdict)
    return Clustering(_clusters(programs, verdict, jaccard), _ties(programs, groups), jaccard.compared)


def _clusters(programs: Programs, verdict: Verdict, jaccard: Similarity) -> pa.Table:
    members = np.flatnonzero(np.bincount(verdict.cluster, minlength=programs.size)[verdict.cluster] > 1)
    representative = verdict.representative[members]
    rows = programs.table.take(members)
    names = programs.table["program_id"]
    columns = {
        "cluster_id": _digests("cluster", names, verdict.cluster[members]),
        **{name: rows[name] for name in ("program_id", "seed_id", "language", "origin")},
        "representative_id": names.take(representative),
        "status": pa.array(STATUSES).take(verdict.status[members]),
        "jaccard": _likeness_to(representative, members, programs, jaccard),
    }
    by = [("cluster_id", "ascending"), ("program_id", "ascending")]
    return pa.table(columns).select(CLUSTERS.names).cast(CLUSTERS).sort_by(by)


def _likeness_to(representatives: I64, members: I64, programs: Programs, jaccard: Similarity) -> F64:
    """Return exact similarities; 1 for equal content, also where it is too short for a shingle."""
    similarity = np.ones(members.size)
    other = np.flatnonzero(programs.content[members] != programs.content[representatives])
    left, right = programs.document[members[other]], programs.document[representatives[other]]
    similarity[other] = jaccard.jaccard(left, right)
    return similarity


def _ties(programs: Programs, groups: I64) -> pa.Table:
    columns = {"seed_id": programs.seed_ids, "cluster_id": _digests("ties", programs.seed_ids, groups)}
    return pa.table(columns).cast(SPLIT_GROUPS)


def _digests(kind: str, names: pa.Array | pa.ChunkedArray, places: I64) -> pa.Array:
    """Name each group after its first member."""
    distinct, which = np.unique(places, return_inverse=True)
    return pa.array([digest(kind, name) for name in names.take(distinct).to_pylist()], pa.string()).take(which)
