"""Pairs of programs that solve one problem, and as many that do not, balanced by pair of languages."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.dataset.clones.failing import failed_pairs
from synthcode.dataset.clones.negatives import U64, Partners, Rows
from synthcode.dedup.texts import I64
from synthcode.schemas.tables import CLONES
from synthcode.vocabulary import PairDifficulty

_ROUNDS = 4
"""How often a pair that was drawn twice, or that nothing was found for, is drawn again."""
_DRAWN: tuple[PairDifficulty, ...] = ("random", "same_signature", "lexical")
_KINDS: tuple[PairDifficulty, ...] = (*_DRAWN, "failed_translation")


def make_pairs(programs: pa.Table, seeds: pa.Table, nearest: I64, random_seed: int) -> pa.Table:
    """Pair the programs of one split.

    Positives are all pairs of programs of one seed that differ in language or in text. For each one there is a negative
    in the same two languages: a failing translation with a program of its seed, or one of the positive's programs with
    a drawn partner of another problem. The kinds take turns. A kind that has nothing for a program gives way to a
    random one. If a pair of languages has fewer negatives, as many positives stay, the verified ones first.

    Parameters
    ----------
    programs
        ``program_id``, ``seed_id``, ``language``, ``document_id``, ``origin``, ``verification``, and ``failing``. What
        fails its tests is in no positive.
    seeds
        ``seed_id``, ``cluster_id``, ``source_id``, ``problem`` (int64), ``parameters`` (int64, -1 where not known); all
        seeds of the programs.
    nearest
        Rows of ``seeds``, the nearest problems of each seed, -1 where there are fewer: int64, (seeds, k).
    random_seed
        Another one draws other negatives.

    Returns
    -------
    pa.Table
        Schema ``CLONES``, sorted by ``program_a`` and ``program_b``.
    """
    programs = programs.sort_by("program_id")
    languages = programs["language"].combine_chunks().dictionary_encode()
    rows = _rows(programs, seeds, languages, random_seed)
    positives = _positives(rows)
    if not len(positives):
        return CLONES.empty_table()
    luck = _luck(rows, positives)
    strata = _strata(rows.language, positives)
    order = np.lexsort((luck, ~_is_sure(rows, positives), strata))
    positives, luck, strata = positives[order], luck[order], strata[order]
    negatives, kinds = _negatives(rows, Partners(rows, nearest), positives, luck, strata)
    found = negatives[:, 0] >= 0
    kept = _rank(strata) < np.bincount(strata[found], minlength=int(strata.max()) + 1)[strata]
    difficulty = np.where(_is_sure(rows, positives), "verified", "unverified")
    return _table(
        programs,
        seeds,
        rows.seed,
        np.concatenate([positives[kept], negatives[found]]),
        np.concatenate([np.ones(kept.sum(), np.int8), np.zeros(found.sum(), np.int8)]),
        np.concatenate([difficulty[kept], np.array(_KINDS)[kinds[found]]]),
    )


def _rows(programs: pa.Table, seeds: pa.Table, languages: pa.DictionaryArray, random_seed: int) -> Rows:
    seed = pc.index_in(programs["seed_id"], value_set=seeds["seed_id"].combine_chunks()).to_numpy().astype(np.int64)
    own = pc.equal(programs["origin"], "seed").to_numpy(zero_copy_only=False)
    tested = pc.fill_null(pc.equal(programs["verification"], "tested"), False).to_numpy(zero_copy_only=False)
    return Rows(
        seed=seed,
        problem=seeds["problem"].to_numpy()[seed],
        # Numbered by name: what is drawn must not depend on which language comes first.
        language=np.argsort(np.argsort(languages.dictionary.to_pylist()))[languages.indices.to_numpy()].astype(
            np.int64
        ),
        parameters=seeds["parameters"].to_numpy()[seed],
        document=programs["document_id"].combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64),
        failing=programs["failing"].to_numpy(),
        sure=own | tested,
        key=_keys(programs["program_id"].to_pylist(), random_seed),
    )


def _keys(names: Sequence[str], random_seed: int) -> U64:
    """Return 64 drawn bits for each program, from its id only."""
    salt = str(random_seed).encode()
    drawn = (hashlib.blake2b(name.encode(), digest_size=8, salt=salt[:16]).digest() for name in names)
    return np.frombuffer(b"".join(drawn), dtype="<u8").astype(np.uint64)


def _mixed(bits: U64) -> U64:
    """Return other bits, each of which depends on all: the finalizer of SplitMix64 (Steele et al. 2014, OOPSLA)."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def _luck(rows: Rows, pairs: I64) -> U64:
    """Return 64 drawn bits for each pair, from the ids of its programs only."""
    return _mixed(rows.key[pairs[:, 0]] ^ _mixed(rows.key[pairs[:, 1]]))


def _positives(rows: Rows) -> I64:
    """Return all pairs of one seed's programs, but of those that fail or are equal: (pairs, 2), ascending."""
    sound = np.flatnonzero(~rows.failing)
    order = sound[np.argsort(rows.seed[sound], kind="stable")]
    _, start, size = np.unique(rows.seed[order], return_index=True, return_counts=True)
    pairs = [np.empty((0, 2), dtype=np.int64)]
    for count in np.unique(size[size > 1]).tolist():
        members = order[start[size == count][:, None] + np.arange(count)]
        left, right = np.triu_indices(count, 1)
        pairs.append(np.stack([members[:, left].ravel(), members[:, right].ravel()], axis=1))
    found = np.concatenate(pairs)
    differ = rows.document[found[:, 0]] != rows.document[found[:, 1]]
    return np.asarray(found[differ])


def _is_sure(rows: Rows, pairs: I64) -> npt.NDArray[np.bool_]:
    return rows.sure[pairs[:, 0]] & rows.sure[pairs[:, 1]]


def _strata(language: I64, pairs: I64) -> I64:
    """Return a number for each pair of languages, the same in both orders: (pairs,)."""
    both = np.sort(language[pairs], axis=1)
    return np.asarray(both[:, 0] * (int(language.max()) + 1) + both[:, 1])


def _rank(strata: I64) -> I64:
    """Return the place of each pair within its stratum; strata lie together."""
    _, start, count = np.unique(strata, return_index=True, return_counts=True)
    return np.asarray(np.arange(strata.size) - np.repeat(start, count))


def _negatives(
    rows: Rows, partners: Partners, positives: I64, luck: U64, strata: I64
) -> tuple[I64, npt.NDArray[np.int64]]:
    """Return a negative for each positive, -1 where none was found, and the place of its kind in ``_KINDS``."""
    side = (luck >> np.uint64(63)).astype(np.int64)
    negatives, due = _failed(rows, strata)
    taken = due.copy()
    for turn in range(_ROUNDS):
        missing = np.flatnonzero(negatives[:, 0] < 0)
        if not missing.size:
            break
        drawn_luck = _mixed(luck[missing] + np.uint64(turn))
        anchor = (side[missing] + turn) % 2
        anchors, languages = positives[missing, anchor], rows.language[positives[missing, 1 - anchor]]
        for number, kind in enumerate(_DRAWN):
            # The second and later rounds are for what a kind did not have: any program of another problem.
            mine = due[missing] == number if turn == 0 else np.full(missing.size, number == 0)
            where = missing[mine]
            drawn = getattr(partners, kind)(anchors[mine], languages[mine], drawn_luck[mine])
            taken[where] = np.where(drawn >= 0, number, -1)
            pair = np.sort(np.stack([anchors[mine], drawn], axis=1), axis=1)
            negatives[where] = np.where((drawn >= 0)[:, None], pair, -1)
        _drop_repeated(negatives)
    return negatives, taken


def _failed(rows: Rows, strata: I64) -> tuple[I64, I64]:
    """Give every fourth place of a stratum to a failing translation, while there are any.

    Returns
    -------
    tuple
        The pair of each place, -1 where another kind is due, (places, 2); and the kind that is due, (places,).
    """
    pairs = failed_pairs(rows)
    of_pairs = _strata(rows.language, pairs)
    order = np.lexsort((_luck(rows, pairs), of_pairs))
    start = np.searchsorted(of_pairs[order], strata, side="left")
    size = np.searchsorted(of_pairs[order], strata, side="right") - start
    turn, due = np.divmod(_rank(strata), len(_KINDS))
    is_failed = (due == len(_DRAWN)) & (turn < size)
    # The other kinds take turns in the places that are left.
    due = np.where(is_failed, len(_DRAWN), (_rank(strata) - np.minimum(turn, size)) % len(_DRAWN))
    negatives = np.full((strata.size, 2), -1, dtype=np.int64)
    negatives[is_failed] = pairs[order][(start + turn)[is_failed]]
    return negatives, due


def _drop_repeated(pairs: I64) -> None:
    """Take away, in place, all but the first of equal pairs."""
    found = np.flatnonzero(pairs[:, 0] >= 0)
    _, first = np.unique(pairs[found], axis=0, return_index=True)
    repeated = np.ones(found.size, dtype=bool)
    repeated[first] = False
    pairs[found[repeated]] = -1


def _table(
    programs: pa.Table,
    seeds: pa.Table,
    seed: I64,
    pairs: I64,
    labels: npt.NDArray[np.int8],
    difficulty: npt.NDArray[np.str_],
) -> pa.Table:
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    first, second = pairs[order, 0], pairs[order, 1]
    columns = {
        "program_a": programs["program_id"].take(first),
        "program_b": programs["program_id"].take(second),
        "language_a": programs["language"].take(first),
        "language_b": programs["language"].take(second),
        "label": pa.array(labels[order]),
        "difficulty": pa.array(difficulty[order].tolist(), pa.string()),
        "cluster_id_a": seeds["cluster_id"].take(seed[first]),
        "cluster_id_b": seeds["cluster_id"].take(seed[second]),
        "source_id": seeds["source_id"].take(seed[first]),
        "source_id_b": seeds["source_id"].take(seed[second]),
    }
    return pa.table(columns).cast(CLONES)
