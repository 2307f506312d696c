"""Retrieval tables: documents, and which of them answers which query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

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
    languages, codes = programs.column("language").to_pylist(), programs.column("code_stripped").to_pylist()
    keys = [digest("document", language, code.strip()) for language, code in zip(languages, codes, strict=True)]
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
        self._shared = frozenset(shared)
        self._given: set[tuple[str, str]] = set()

    def judge(self, programs: pa.Table) -> pa.Table:
        """Return the judgements (schema ``QRELS``) of whole seeds.

        Parameters
        ----------
        programs
            ``seed_id``, ``language``, ``document_id``, ``source_id``; all rows of a seed, in any order.
        """
        documents: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        names: dict[str, str | None] = {}
        columns = (programs.column(name).to_pylist() for name in ("seed_id", "language", "document_id", "source_id"))
        for seed, language, document, name in zip(*columns, strict=True):
            documents[seed][language].add(document)
            names[seed] = name
        rows = [(*row, names[seed]) for seed in sorted(documents) for row in self._of_seed(seed, documents[seed])]
        *ids, sources = (list(column) for column in zip(*rows, strict=True)) if rows else [[]] * 6
        arrays = [pa.array(column, pa.string()) for column in ids]
        scores = pa.array([1] * len(rows), pa.int8())
        return pa.table([*arrays, scores, pa.array(sources, pa.string())], schema=QRELS)

    def _of_seed(self, seed: str, by_language: Mapping[str, set[str]]) -> Iterator[tuple[str, str, str, str, str]]:
        languages = sorted(by_language)
        for corpus in languages:
            for document in sorted(by_language[corpus]):
                yield "text2code", TEXT, corpus, seed, document
        for query_language in languages:
            for corpus in languages:
                if corpus != query_language:
                    for query in sorted(by_language[query_language]):
                        for document in sorted(by_language[corpus]):
                            if self._is_new(query, document):
                                yield "code2code", query_language, corpus, query, document

    def _is_new(self, query: str, document: str) -> bool:
        if query not in self._shared or document not in self._shared:
            return True
        if (query, document) in self._given:
            return False
        self._given.add((query, document))
        return True
