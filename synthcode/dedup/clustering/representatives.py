"""Which members of a cluster stay: so few that each removed program is similar to one that stays.

Clusters are connected components, so two members of a chain A ~ B ~ C need not be similar. A program is removed only
if it reaches the threshold against a program that stays. This is a greedy maximal independent set in the order of
preference (Blelloch, Fineman and Shun, 2012, "Greedy Sequential Maximal Independent Set and Matching are Parallel on
Average"), found in all clusters at once.
"""

from __future__ import annotations

import numpy as np

from synthcode.dedup.clustering.buckets import bucket_sizes, starts_of
from synthcode.dedup.clustering.similarity import Similarity
from synthcode.dedup.texts import I64, Mask


def choose_representatives(clusters: I64, documents: I64, stays: Mask, similarity: Similarity) -> I64:
    """Return the representative of each program: itself if it stays.

    The most preferred program of each cluster stays and represents all that are similar to it. The same is repeated
    with the programs that are left, until none is.

    Parameters
    ----------
    clusters
        The cluster of each program, by preference within a cluster. No two programs have equal content.
    documents
        The document of each program.
    stays
        Programs that stay whatever they are similar to. They come before the others of their cluster.
    similarity
        Decides whether two documents are similar.

    Returns
    -------
    numpy.ndarray
        Places of programs, one for each.
    """
    representatives = np.arange(clusters.size)
    order = np.argsort(clusters, kind="stable")
    remaining = _larger_than_one(order, clusters)
    while remaining.size:
        starts = starts_of(clusters[remaining])
        sizes = np.diff(starts, append=remaining.size)
        leaders = np.repeat(remaining[starts], sizes)
        compared = np.flatnonzero(~stays[remaining])
        compared = compared[remaining[compared] != leaders[compared]]
        members, leaders = remaining[compared], leaders[compared]
        alike = similarity.alike(documents[members], documents[leaders])
        representatives[members[alike]] = leaders[alike]
        decided = np.zeros(remaining.size, dtype=bool)
        decided[starts] = True
        decided[compared[alike]] = True
        remaining = _larger_than_one(remaining[~decided], clusters)
    return representatives


def _larger_than_one(programs: I64, clusters: I64) -> I64:
    """Return the programs, sorted by cluster, that are not the only one of theirs."""
    return programs[bucket_sizes(clusters[programs]) > 1]
