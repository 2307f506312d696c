"""Scores of pairs on disk, so that no pair is scored twice: not for another first stage or depth, not after a kill.

One SQLite file for each reranker: every answer is durable before the next is stored.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from synthcode.evaluation.model_probe import PROBE_TEXTS
from synthcode.evaluation.reranking.pair_scorer import Pair, PairScorer, PairScores, Scored
from synthcode.evaluation.reranking.score_checks import check_scores
from synthcode.evaluation.sqlite_files import SqliteFile

SCORES_NAME = "pair_scores.sqlite"
MOST_DIFFERENCE = 0.005
"""Of the probe's scores, relative to the largest: noise of float16 stays well below it."""

PROBE_PAIRS = [Pair(query, document) for query in PROBE_TEXTS for document in PROBE_TEXTS]
"""Each text as a query for all: scored at the start and the end of each run, to see whether the model is the same."""

_APPLICATION = 0x73796E72  # "synr"
_SCHEMA = """
CREATE TABLE scores (pair BLOB PRIMARY KEY, score REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE probe (place INTEGER PRIMARY KEY, score REAL NOT NULL);
CREATE TABLE work (pairs INTEGER NOT NULL, seconds REAL NOT NULL);
"""
_LOOKED_UP = 500
"""Pairs that are looked up at a time."""


def pair_key(pair: Pair) -> bytes:
    """Return 128 bits of SHA-256 over query and document."""
    query, document = (text.encode("utf-8", "surrogatepass") for text in pair)
    return hashlib.sha256(b"%d:" % len(query) + query + document).digest()[:16]


class PairStore(SqliteFile):
    """The scores of one reranker.

    Parameters
    ----------
    folder
        Where its file lies; the caller holds it.

    Raises
    ------
    InputError
        If the file is damaged, or something else.
    StorageError
        If it cannot be read or written.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / SCORES_NAME, _APPLICATION, _SCHEMA, "its pairs are scored again")

    def probe(self) -> PairScores | None:
        """Return the scores of ``PROBE_PAIRS`` when the file was made; None in a new one."""
        with self.connection() as connection:
            rows = connection.execute("SELECT score FROM probe ORDER BY place").fetchall()
        return np.array([score for (score,) in rows], dtype=np.float64) if rows else None

    def add_probe(self, scores: PairScores) -> None:
        """Store the scores of ``PROBE_PAIRS``."""
        with self.transaction() as connection:
            connection.executemany("INSERT INTO probe VALUES (?, ?)", enumerate(scores.tolist()))

    def scores(self, keys: Sequence[bytes]) -> dict[bytes, float]:
        """Return the scores of those pairs that have one."""
        found: dict[bytes, float] = {}
        with self.connection() as connection:
            for start in range(0, len(keys), _LOOKED_UP):
                some = keys[start : start + _LOOKED_UP]
                marks = ",".join("?" * len(some))
                found.update(connection.execute(f"SELECT pair, score FROM scores WHERE pair IN ({marks})", some))
        return found

    def add(self, keys: Iterable[bytes], scored: Scored) -> None:
        """Store scores; they are on the disk when this returns."""
        with self.transaction() as connection:
            rows = zip(keys, scored.scores.tolist(), strict=True)
            connection.executemany("INSERT OR REPLACE INTO scores VALUES (?, ?)", rows)
            connection.execute("INSERT INTO work VALUES (?, ?)", (len(scored.scores), scored.seconds))

    def drop_scores(self) -> None:
        """Remove all scores: every pair is scored again."""
        with self.transaction() as connection:
            connection.execute("DELETE FROM scores")
            connection.execute("DELETE FROM work")

    def remove(self, keys: Sequence[bytes]) -> None:
        """Remove the scores of some pairs."""
        with self.transaction() as connection:
            connection.executemany("DELETE FROM scores WHERE pair = ?", ((key,) for key in keys))

    def effort(self) -> tuple[int, float]:
        """Return how many pairs were scored, in all runs, and the seconds that it took."""
        with self.connection() as connection:
            pairs, seconds = connection.execute("SELECT SUM(pairs), SUM(seconds) FROM work").fetchone()
        return int(pairs or 0), float(seconds or 0.0)


def find_pair_store(folder: Path, scorer: PairScorer) -> tuple[PairStore, PairScores]:
    """Return the store of the model that a reranker is now, and its probe; the caller holds the folder of its identity.

    Scores of a changed model are kept: if the model is changed back, they are found again.

    Parameters
    ----------
    folder
        Where stores lie.
    scorer
        Scores the probe's pairs once.
    """
    probe = probe_pairs(scorer)
    for number in itertools.count(1):
        store = PairStore(folder / (scorer.identity if number == 1 else f"{scorer.identity}-{number}"))
        known = store.probe()
        if known is None:
            store.add_probe(probe)
        if known is None or agree(known, probe):
            return store, probe
        store.close()
    raise AssertionError("numbers have no end")


def probe_pairs(scorer: PairScorer) -> PairScores:
    """Return the scores of ``PROBE_PAIRS``.

    Raises
    ------
    InputError
        If one is not finite.
    """
    scores = np.empty(len(PROBE_PAIRS), dtype=np.float64)

    def keep(scored: Scored) -> None:
        scores[list(scored.places)] = check_scores(scorer.name, PROBE_PAIRS, scored).scores

    scorer.score(PROBE_PAIRS, keep)
    return scores


def agree(known: PairScores, probe: PairScores) -> bool:
    """Return whether two probes are of one model."""
    return len(known) == len(probe) and bool(
        np.abs(known - probe).max() <= MOST_DIFFERENCE * max(np.abs(known).max(), np.finfo(np.float32).tiny)
    )
