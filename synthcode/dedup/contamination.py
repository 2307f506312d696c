"""Contamination: programs that are near-duplicates of a row of a published benchmark.

A program is contaminated if its code equals that of a benchmark's row in the same language, apart from line ends and
outer blank space, or if the Jaccard similarity of their sets of character n-grams reaches the threshold: MinHash
proposes pairs, exact similarity decides. One row that it hits is reported, the same whatever the order of rows: a row
with equal code, or else, in the first band of signatures in which it shares a bucket with near-duplicate rows, the
first by benchmark and name.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.dedup.clustering.buckets import mixed, shared_keys, starts_of
from synthcode.dedup.clustering.candidate_pairs import salts
from synthcode.dedup.clustering.similarity import Similarity
from synthcode.dedup.config import DedupConfig
from synthcode.dedup.documents import Documents, read_programs
from synthcode.dedup.minhash.sketches import SketchConfig
from synthcode.dedup.texts import I64
from synthcode.execution.threads import Apply
from synthcode.schemas.tables import HITS, PROGRAMS
from synthcode.storage.large_tables.spill import SpillStore

_BENCHMARK = "benchmark"
_NONE = -1


def find_hits(
    programs: Iterable[pa.Table],
    benchmarks: Iterable[pa.Table],
    config: DedupConfig,
    scratch: SpillStore | None = None,
    apply: Apply = map,
    elsewhere: Apply | None = None,
) -> pa.Table:
    """Find programs that are like a benchmark's row.

    Parameters
    ----------
    programs
        Schema ``PROGRAMS``.
    benchmarks
        Schema ``BENCHMARK_ROWS``.
    config, scratch, apply, elsewhere
        As for ``cluster_programs``.

    Returns
    -------
    pa.Table
        Schema ``HITS``, sorted by ``program_id``: one row a contaminated program.
    """
    tables = itertools.chain(programs, map(_as_programs, benchmarks))
    sketching = SketchConfig(config.ngram, config.num_perm, config.threshold, config.random_seed)
    rows, documents = read_programs(tables, sketching, scratch or SpillStore(), elsewhere or apply)
    jaccard = Similarity(documents, config.ngram, config.threshold, apply, elsewhere)
    rows = rows.append_column("group", pc.cast(pc.rank(rows["language"], tiebreaker="dense"), pa.int64()))
    published = pc.equal(rows["origin"], _BENCHMARK)
    theirs = rows.filter(published).sort_by([("seed_id", "ascending"), ("program_id", "ascending")])
    ours = rows.filter(pc.invert(published)).sort_by("program_id")
    hit = _search(_sides(theirs), _sides(ours), documents, jaccard)
    found = np.flatnonzero(hit != _NONE)
    ours, theirs = ours.take(found), theirs.take(hit[found])
    left, right = ours["document"].to_numpy(), theirs["document"].to_numpy()
    similarity = jaccard.jaccard(left, right)
    similarity[documents.contents[left] == documents.contents[right]] = 1.0
    columns = {name: ours[name] for name in ("program_id", "seed_id", "language", "origin")}
    columns |= {"benchmark": theirs["seed_id"], "row_id": theirs["program_id"], "jaccard": pa.array(similarity)}
    return pa.table(columns).select(HITS.names).cast(HITS)


def _as_programs(rows: pa.Table) -> pa.Table:
    origin = pa.array([_BENCHMARK] * rows.num_rows, pa.string())
    columns = [rows["row_id"], rows["benchmark"], rows["language"], origin, rows["code"]]
    return pa.table(columns, schema=PROGRAMS)


class _Side(NamedTuple):
    """Rows of a benchmark, or programs: two arrays of one length."""

    documents: I64
    groups: I64
    """The number of the language."""


def _sides(rows: pa.Table) -> _Side:
    return _Side(rows["document"].to_numpy(), rows["group"].to_numpy())


def _search(theirs: _Side, ours: _Side, documents: Documents, jaccard: Similarity) -> I64:
    """Return, for each of ours, which of theirs it hits first; -1 if it hits none."""
    hit = _equal(theirs, ours, documents.contents)
    both = _Side(*(np.concatenate(columns) for columns in zip(theirs, ours, strict=True)))
    can_match = documents.shingled[both.documents]
    for keys in documents.band_keys():
        open_now = np.concatenate((np.ones(theirs.documents.size, dtype=bool), hit == _NONE)) & can_match
        entries = np.flatnonzero(open_now)
        places, buckets = shared_keys(keys[both.documents[entries]] ^ salts(both.groups[entries]))
        places = entries[places]  # of theirs first: they have the smaller numbers
        keep = mixed(buckets, (places < theirs.documents.size).astype(np.int64))
        _search_buckets(places[keep], buckets[keep], both, jaccard, hit)
    return hit


def _equal(theirs: _Side, ours: _Side, contents: I64) -> I64:
    """Return, for each of ours, the index of the first of theirs with the same content and language; -1 without one."""
    groups = max(side.groups.max(initial=0) for side in (theirs, ours)) + 1
    published, first = np.unique(contents[theirs.documents] * groups + theirs.groups, return_index=True)
    own = contents[ours.documents] * groups + ours.groups
    if not published.size:
        return np.full(own.size, _NONE)
    place = np.searchsorted(published, own).clip(max=published.size - 1)
    return np.where(published[place] == own, first[place], _NONE)


def _search_buckets(places: I64, buckets: I64, both: _Side, jaccard: Similarity, hit: I64) -> None:
    """Compare ours with the first of theirs in their bucket, those that do not hit it with the second, and so on.

    Of two families of near-identical programs, one in the benchmark and one here, each of ours is compared once.
    """
    if not places.size:
        return
    n_theirs = both.documents.size - hit.size
    is_theirs = places < n_theirs
    starts = starts_of(buckets)
    sizes = np.diff(starts, append=buckets.size)
    published = np.add.reduceat(is_theirs.astype(np.int64), starts)
    start, count = np.repeat(starts, sizes), np.repeat(published, sizes)
    left = np.flatnonzero(~is_theirs)
    turn = 0
    while left.size:
        one, other = places[start[left] + turn], places[left]
        alike = both.groups[one] == both.groups[other]
        alike[alike] = jaccard.alike(both.documents[one[alike]], both.documents[other[alike]])
        hit[other[alike] - n_theirs] = one[alike]
        turn += 1
        left = left[~alike & (count[left] > turn)]
