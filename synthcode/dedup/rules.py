"""Which duplicates go and which stay: the rules that ``duplicates`` states, on numbered programs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.dedup.clustering.candidate_pairs import Entries, link
from synthcode.dedup.clustering.components import DisjointSets
from synthcode.dedup.clustering.representatives import choose_representatives
from synthcode.dedup.clustering.similarity import Similarity
from synthcode.dedup.documents import Documents
from synthcode.dedup.texts import I64, Mask
from synthcode.errors import InputError
from synthcode.vocabulary import TransitiveMode

_KEPT, _EXACT, _NEAR, _WITH_SEED = range(4)


@dataclass(frozen=True)
class Programs:
    """All programs, numbered by preference: seeds first, then by ``program_id``. Arrays have a place for each."""

    table: pa.Table
    """``program_id``, ``seed_id``, ``language``, ``origin``."""
    document: I64
    content: I64
    """Equal for exact duplicates, whatever their language."""
    language: I64
    seed: I64
    """The place of the seed in ``seed_ids``."""
    is_seed: Mask
    seed_ids: pa.Array
    """Ascending."""

    @property
    def size(self) -> int:
        """Number of programs."""
        return self.seed.size


@dataclass(frozen=True)
class Verdict:
    """The decision on each program: arrays with a place for each."""

    status: npt.NDArray[np.int8]
    """Places in ``vocabulary.STATUSES``."""
    representative: I64
    cluster: I64
    """The preferred member of the cluster."""
    alive: Mask
    """Whether the seed is left after the first pass."""


def number_programs(rows: pa.Table, contents: I64) -> Programs:
    """Number programs by preference.

    Parameters
    ----------
    rows
        ``PROGRAMS`` without ``code``, with ``document``.
    contents
        The content of each document.

    Raises
    ------
    InputError
        If a ``program_id`` occurs twice.
    """
    rows = rows.append_column("translated", pc.not_equal(rows["origin"], "seed"))
    rows = rows.sort_by([("translated", "ascending"), ("program_id", "ascending")])
    repeated = rows.num_rows - pc.count_distinct(rows["program_id"]).as_py()
    if repeated:
        raise InputError(f"{repeated} rows of the programs repeat a program_id", "give every program an id of its own")
    document = rows["document"].to_numpy()
    seed_ids = pc.unique(rows["seed_id"]).sort()
    return Programs(
        table=rows.select(["program_id", "seed_id", "language", "origin"]),
        document=document,
        content=contents[document],
        language=_places(rows["language"], pc.unique(rows["language"]).sort()),
        seed=_places(rows["seed_id"], seed_ids),
        is_seed=np.logical_not(rows["translated"].to_numpy()),
        seed_ids=seed_ids,
    )


def judge(
    programs: Programs, documents: Documents, similarity: Similarity, transitive: TransitiveMode = "keep"
) -> Verdict:
    """Decide what becomes of each program: first of the seeds, then of the programs of the remaining seeds.

    Parameters
    ----------
    programs, documents, similarity
        The programs, their distinct texts, and the similarity of these.
    transitive
        Whether a program stays that is similar to removed programs only.
    """
    status = np.full(programs.size, _KEPT, dtype=np.int8)
    representative = np.arange(programs.size)

    def drop(numbers: I64, clusters: DisjointSets, stays: Mask) -> Mask:
        """Drop duplicates among the numbered programs, and return which these are."""
        chosen = _representatives(numbers, clusters, stays, programs, similarity, transitive)
        removed: Mask = (chosen != np.arange(programs.size)) & ~stays
        status[removed] = np.where(_repeats(numbers, programs), _EXACT, _NEAR)[removed]
        representative[removed] = chosen[removed]
        return removed

    none = np.zeros(programs.size, dtype=bool)
    sources = np.flatnonzero(programs.is_seed)
    seed_clusters = _within_language(sources, none, programs, documents, similarity)
    removed = drop(sources, seed_clusters, none)
    stands_for = np.full(len(programs.seed_ids), -1)
    stands_for[programs.seed[removed]] = representative[removed]
    alive = stands_for[programs.seed] < 0

    remaining = np.flatnonzero(alive)
    clusters = _within_language(remaining, programs.is_seed, programs, documents, similarity)
    drop(remaining, clusters, programs.is_seed)

    orphaned = ~alive & ~programs.is_seed
    status[orphaned] = _WITH_SEED
    representative[orphaned] = stands_for[programs.seed[orphaned]]
    clusters.unite(np.arange(programs.size), representative)
    clusters.unite(sources, seed_clusters.labels(sources))
    return Verdict(status, representative, clusters.labels(), alive)


def _representatives(
    numbers: I64,
    clusters: DisjointSets,
    stays: Mask,
    programs: Programs,
    similarity: Similarity,
    transitive: TransitiveMode,
) -> I64:
    """Return the representative of every program; those that are not numbered are their own."""
    if transitive == "drop":
        return clusters.labels()
    representative = np.arange(programs.size)
    first = _first(_in_language(programs.content, numbers, programs))
    leading = np.unique(first)
    leaders = numbers[leading]
    chosen = choose_representatives(clusters.labels(leaders), programs.document[leaders], stays[leaders], similarity)
    representative[leaders] = leaders[chosen]
    representative[numbers] = representative[numbers[first]]
    return representative


def tie(programs: Programs, documents: Documents, similarity: Similarity, verdict: Verdict) -> I64:
    """Return the group of each seed: the smallest place of a seed that is connected to it by similar programs."""
    groups = DisjointSets(len(programs.seed_ids))
    groups.unite(programs.seed, programs.seed[verdict.cluster])
    groups.unite(programs.seed, programs.seed[_first(programs.content)])

    document, first = np.unique(programs.document, return_index=True)
    kinds = _distinct(document.size)
    # Within a language, the first pass has compared all sources, the second all programs of the seeds that are left.
    translated = np.bincount(programs.language[~programs.is_seed], minlength=programs.size) > 0
    settled = np.flatnonzero(verdict.alive | ~translated[programs.language])
    compared, first_settled = np.unique(programs.document[settled], return_index=True)
    kinds[np.searchsorted(document, compared)] = programs.language[settled[first_settled]]
    entries = Entries(document, programs.seed[first], np.zeros_like(document), kinds)
    link(entries.take(documents.shingled[document]), documents.band_keys(), similarity, groups)
    return groups.labels()


def _within_language(
    numbers: I64, compared: Mask, programs: Programs, documents: Documents, similarity: Similarity
) -> DisjointSets:
    """Join programs that are exact or near-duplicates in one language.

    Parameters
    ----------
    numbers
        The programs, ascending.
    compared
        For every program, whether an earlier call has compared it with all others of its language marked so.
    programs, documents, similarity
        The programs, their distinct texts, and the similarity of these.
    """
    sets = DisjointSets(programs.size)
    sets.unite(numbers, numbers[_first(_in_language(programs.content, numbers, programs))])
    # A document's first program is a seed where any of them is: seeds have the small numbers.
    _, first = np.unique(_in_language(programs.document, numbers, programs), return_index=True)
    leading = numbers[first]
    kinds = np.where(compared[leading], 0, _distinct(leading.size))
    entries = Entries(programs.document[leading], leading, programs.language[leading], kinds)
    link(entries.take(documents.shingled[entries.documents]), documents.band_keys(), similarity, sets)
    return sets


def _repeats(numbers: I64, programs: Programs) -> Mask:
    """Return which programs have the content of a preferred one in their language, among those numbered."""
    repeats = np.zeros(programs.size, dtype=bool)
    repeats[numbers] = _first(_in_language(programs.content, numbers, programs)) != np.arange(numbers.size)
    return repeats


def _in_language(values: I64, numbers: I64, programs: Programs) -> I64:
    """Return one number for the value and the language of each program."""
    languages = programs.language.max(initial=0) + 1
    both: I64 = values[numbers] * languages + programs.language[numbers]
    return both


def _first(keys: I64) -> I64:
    """Return, for each key, the place where it first occurs."""
    _, first, which = np.unique(keys, return_index=True, return_inverse=True)
    places: I64 = first[which]
    return places


def _places(column: pa.ChunkedArray, values: pa.Array) -> I64:
    places: I64 = pc.index_in(column, value_set=values).to_numpy().astype(np.int64)
    return places


def _distinct(count: int) -> I64:
    return -1 - np.arange(count)
