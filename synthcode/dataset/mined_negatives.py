"""Programs that share words with a text and do not answer it: hard negatives, mined by BM25."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.dedup.texts import I64
from synthcode.errors import InputError
from synthcode.extras import install_line
from synthcode.identifiers import pieces
from synthcode.schemas.tables import MINED_NEGATIVES

BM25 = "bm25"
"""The miner."""
_FURTHER = 32
"""Documents that are looked at beyond those that are kept: so many may be of the text's own group."""


def mine_negatives(texts: pa.Table, documents: pa.Table, most: int) -> pa.Table:
    """Return, for each text and language, the documents of other split groups that score highest by BM25.

    A split group holds all that could answer a text: the programs of its seed, of seeds that near-duplicates connect to
    it, and of its repository.

    Parameters
    ----------
    texts
        ``seed_id``, ``text`` and ``cluster_id``, the split group; all of one split.
    documents
        ``program_id``, ``language``, ``code_stripped`` and ``cluster_id``, one row a document of the same split.
    most
        Documents for each text and language; fewer where fewer share a word with it.

    Returns
    -------
    pa.Table
        Schema ``MINED_NEGATIVES``, by seed, language and rank.

    Raises
    ------
    InputError
        If bm25s is not installed.
    """
    texts, documents = texts.sort_by("seed_id"), documents.sort_by("program_id")
    words = [sorted(set(pieces(text))) for text in texts["text"].to_pylist()]
    groups = pc.unique(
        pa.concat_arrays([texts["cluster_id"].combine_chunks(), documents["cluster_id"].combine_chunks()])
    )
    own, theirs = (
        np.asarray(pc.index_in(table["cluster_id"].combine_chunks(), value_set=groups), dtype=np.int64)
        for table in (texts, documents)
    )
    tables = [MINED_NEGATIVES.empty_table()]
    for language in sorted(pc.unique(documents["language"]).to_pylist()):
        places = np.flatnonzero(np.asarray(pc.equal(documents["language"], language)))
        codes = documents["code_stripped"].take(pa.array(places)).to_pylist()
        pairs = np.array(list(_pairs(words, codes, own, theirs[places], most)), dtype=np.int64).reshape(-1, 3)
        columns = {
            "seed_id": texts["seed_id"].take(pa.array(pairs[:, 0])),
            "program_id": documents["program_id"].take(pa.array(places[pairs[:, 1]])),
            "language": pa.array([language] * len(pairs), pa.string()),
            "rank": pa.array(pairs[:, 2], pa.int32()),
            "miner": pa.array([BM25] * len(pairs), pa.string()),
        }
        tables.append(pa.table(columns).cast(MINED_NEGATIVES))
    return pa.concat_tables(tables).sort_by([(name, "ascending") for name in ("seed_id", "language", "rank")])


def _pairs(
    words: Sequence[Sequence[str]], codes: Sequence[str], own: I64, theirs: I64, most: int
) -> Iterator[tuple[int, int, int]]:
    """Yield the place of a text, that of a document, and its rank among those of other groups, from 1."""
    try:
        import bm25s
    except ImportError as problem:
        raise InputError("mined negatives need bm25s", install_line("bm25")) from problem
    terms = [sorted(set(pieces(code))) for code in codes]
    asked = [place for place, mine in enumerate(words) if mine]
    if not any(terms) or not asked:
        return
    index = bm25s.BM25(method="lucene")
    index.index(terms, show_progress=False)
    depth = min(most + _FURTHER, len(codes))
    found = index.retrieve([words[place] for place in asked], k=depth, show_progress=False, n_threads=1)
    # Equal scores come in an order that depends on the library: the documents' own order decides.
    order = np.lexsort((found.documents, -found.scores), axis=1)
    for place, documents, scores, by_score in zip(asked, found.documents, found.scores, order, strict=True):
        others = [one for one in by_score if theirs[documents[one]] != own[place] and scores[one] > 0]
        yield from ((place, int(documents[one]), rank) for rank, one in enumerate(others[:most], 1))
