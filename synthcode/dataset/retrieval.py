"""Retrieval tables: documents, and which of them answers which query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.dedup.texts import I64
from synthcode.identity import digest
from synthcode.schemas.tables import QRELS
from synthcode.vocabulary import TEXT

"""The query language of text-to-code retrieval."""

EQUALITY_KEYS = pa.schema(
    [pa.field(name, pa.string(), nullable=False) for name in ("program_id", "seed_id", "equality")]
)
"""Two programs are one document exactly when their ``equality`` is equal."""


def equality_keys(programs: pa.Table) -> pa.Table:
    """Hash what makes programs one document: language and stripped code, without outer blank space.

    Parameters
    ----------
    programs
        ``program_id``, ``seed_id``, ``language``, ``code_stripped``.
    """
    return _keys(programs, "document", "code_stripped")


def anonymous_keys(programs: pa.Table) -> pa.Table:
    """Hash language and anonymous code: programs with one key differ in the name of their entry point at most.

    They stay documents of their own, and must not be in two splits.

    Parameters
    ----------
    programs
        ``program_id``, ``seed_id``, ``language``, ``code_anonymous``.
    """
    return _keys(programs, "anonymous", "code_anonymous")


def _keys(programs: pa.Table, kind: str, column: str) -> pa.Table:
    languages, codes = programs.column("language").to_pylist(), programs.column(column).to_pylist()
    keys = [digest(kind, language, code.strip()) for language, code in zip(languages, codes, strict=True)]
    return programs.select(["program_id", "seed_id"]).append_column("equality", pa.array(keys, pa.string()))


def equal_programs(keys: pa.Table) -> pa.Table:
    """Return the rows of ``keys`` whose program is not the only one of its document, with ``document_id``.

    Returns
    -------
    pa.Table
        Schema of ``keys`` and ``document_id``: the smallest ``program_id`` of the equal programs, so that
        it does not depend on the order of rows. Sorted by ``program_id``.
    """
    groups = keys.group_by("equality").aggregate([("program_id", "min"), ("program_id", "count")])
    groups = groups.filter(pc.greater(groups.column("program_id_count"), 1))
    equal = keys.join(groups.select(["equality", "program_id_min"]), "equality", join_type="inner")
    return equal.rename_columns({"program_id_min": "document_id"}).sort_by("program_id")


def add_document_ids(programs: pa.Table, equal: Mapping[str, str]) -> pa.Table:
    """Append ``document_id``: the program's own id, or that of the program it equals (``equal``)."""
    ids = [equal.get(program, program) for program in programs.column("program_id").to_pylist()]
    return programs.append_column(pa.field("document_id", pa.string(), nullable=False), pa.array(ids, pa.string()))


class QrelsMaker:
    """Writes judgements seed by seed.

    A text is answered by every document of its seed; a document by every document of another language
    that shares a seed with it. Documents of several seeds bring the same judgement up more than once:
    it is given once.

    Parameters
    ----------
    shared
        Ids of the documents that stand for programs of more than one seed.
    """

    def __init__(self, shared: Iterable[str]) -> None:
        self._shared = pa.array(sorted(set(shared)), pa.string())
        self._given: set[tuple[str, str]] = set()

    def judge(self, programs: pa.Table) -> pa.Table:
        """Return the judgements (schema ``QRELS``) of whole seeds.

        Parameters
        ----------
        programs
            ``seed_id``, ``language``, ``document_id``, ``source_id``; all rows of a seed, in any order.
        """
        rows = programs.group_by(["seed_id", "language", "document_id"], use_threads=False).aggregate([])
        rows = rows.sort_by([(name, "ascending") for name in ("seed_id", "language", "document_id")])
        seeds, languages, documents = (rows.column(name).combine_chunks() for name in rows.column_names[:3])
        groups, of_language = _codes(seeds), _codes(languages)
        queries, corpus = self._given_once(documents, *_pairs(groups, of_language))
        every = np.arange(rows.num_rows)
        # Of each seed its text's judgements, then those of its documents.
        order = np.argsort(np.concatenate([2 * groups, 2 * groups[queries] + 1]), kind="stable")
        of_text = order < rows.num_rows
        left = pa.array(np.concatenate([every, rows.num_rows + queries])[order])
        right = pa.array(np.concatenate([every, corpus])[order])
        columns = {
            "task": pc.if_else(pa.array(of_text), "text2code", "code2code"),
            "query_language": pa.concat_arrays([pa.repeat(TEXT, rows.num_rows), languages]).take(left),
            "corpus_language": languages.take(right),
            "query_id": pa.concat_arrays([seeds, documents]).take(left),
            "corpus_id": documents.take(right),
            "score": pa.repeat(pa.scalar(1, pa.int8()), order.size),
            "source_id": _source_ids(programs, seeds).take(right),
        }
        return pa.table(columns).cast(QRELS)

    def _given_once(self, documents: pa.Array, queries: I64, corpus: I64) -> tuple[I64, I64]:
        """Leave out judgements of two shared documents that another seed has brought."""
        is_shared = pc.is_in(documents, value_set=self._shared).to_numpy(zero_copy_only=False)
        both = np.flatnonzero(is_shared[queries] & is_shared[corpus])
        names = (documents.take(pa.array(which[both])).to_pylist() for which in (queries, corpus))
        kept = np.ones(queries.size, bool)
        for place, judgement in zip(both.tolist(), zip(*names, strict=True), strict=True):
            kept[place] = judgement not in self._given
            self._given.add(judgement)
        return queries[kept], corpus[kept]


def _pairs(groups: I64, languages: I64) -> tuple[I64, I64]:
    """Return query and document of each pair of rows of one group in two languages, ordered by these languages.

    Parameters
    ----------
    groups, languages
        Of each row, ascending: by group, then by language.
    """
    sizes = np.bincount(groups)
    starts = np.cumsum(sizes) - sizes
    partners = sizes[groups]
    queries = np.repeat(np.arange(groups.size), partners)
    within = np.arange(queries.size) - np.repeat(np.cumsum(partners) - partners, partners)
    corpus = starts[groups[queries]] + within
    differ = languages[queries] != languages[corpus]
    queries, corpus = queries[differ], corpus[differ]
    order = np.lexsort((corpus, queries, languages[corpus], languages[queries], groups[queries]))
    return queries[order], corpus[order]


def _codes(values: pa.Array) -> I64:
    """Return the rank of each value, equal values sharing one, from 0."""
    ranks: I64 = pc.rank(values, tiebreaker="dense").to_numpy().astype(np.int64)
    return ranks - 1


def _source_ids(programs: pa.Table, seeds: pa.Array) -> pa.Array:
    """Return what each seed comes from."""
    place = pc.index_in(seeds, value_set=programs.column("seed_id").combine_chunks())
    return programs.column("source_id").combine_chunks().take(place)
