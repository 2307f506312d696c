"""The problems whose solutions use the same words, by BM25."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synthcode.dedup.texts import I64
from synthcode.errors import InputError
from synthcode.extras import install_line
from synthcode.identifiers import pieces

NEAREST = 5
"""Problems that are kept for each seed, the nearest first."""
BLOCK = 20_000
"""Seeds that are compared with one another: time grows with the number of seeds, and not with its square."""
_DEPTH = 32
NONE = -1


def nearest_problems(codes: Sequence[str], problems: I64) -> I64:
    """Find, for each seed of a block, seeds of other problems whose solutions score highest by BM25.

    BM25 as in Robertson and Zaragoza 2009 (Found. Trends IR 3(4)), over pieces of identifiers.

    Parameters
    ----------
    codes
        The seeds' solutions.
    problems
        The problem of each: (seeds,).

    Returns
    -------
    numpy.ndarray
        int64, (seeds, ``NEAREST``): places in ``codes``, ``NONE`` where there are fewer.

    Raises
    ------
    InputError
        If bm25s is not installed.
    """
    try:
        import bm25s
    except ImportError as problem:
        raise InputError("pairs of clones with similar words need bm25s", install_line("bm25")) from problem
    nearest = np.full((len(codes), NEAREST), NONE, dtype=np.int64)
    words = [sorted(set(pieces(code))) for code in codes]
    if not any(words):
        return nearest
    index = bm25s.BM25(method="lucene")
    index.index(words, show_progress=False)
    found = index.retrieve(words, k=min(_DEPTH, len(words)), show_progress=False, n_threads=1)
    # Equal scores come in an order that depends on the library: the seed's own order decides.
    order = np.lexsort((found.documents, -found.scores), axis=1)
    places = np.take_along_axis(found.documents, order, axis=1).astype(np.int64)
    scores = np.take_along_axis(found.scores, order, axis=1)
    useful = (problems[places] != problems[:, None]) & (scores > 0)
    # The places of other problems first, in their order.
    rows = np.argsort(~useful, axis=1, kind="stable")[:, :NEAREST]
    kept = np.take_along_axis(useful, rows, axis=1)
    nearest[:, : rows.shape[1]] = np.where(kept, np.take_along_axis(places, rows, axis=1), NONE)
    return nearest
