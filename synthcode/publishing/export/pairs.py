"""The retrieval tasks of a dataset, and the rows of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.errors import InputError
from synthcode.languages import LANGUAGES
from synthcode.schemas.tables import CODE_COLUMNS
from synthcode.vocabulary import TASKS, TEXT, Variant

PAIR_COLUMNS = ("task", "query_language", "corpus_language")
JUDGED_COLUMNS = (*PAIR_COLUMNS, "query_id", "corpus_id", "score")
DOCUMENT_COLUMNS = ("program_id", "document_id", "language")


@dataclass(frozen=True, order=True)
class Pair:
    """One retrieval task: queries in words or in one language, documents in another."""

    task: str
    query_language: str
    """``text`` for text2code."""
    corpus_language: str

    @property
    def name(self) -> str:
        """What folders and configurations are called: ``text-java``, ``python-java``."""
        return f"{self.query_language}-{self.corpus_language}"


def find_pairs(judged: Iterable[pa.Table]) -> list[Pair]:
    """Return the tasks that have judgements, in order.

    Raises
    ------
    InputError
        If a dataset of this version cannot have such a name: it would become the name of a file.
    """
    found: set[Pair] = set()
    for table in judged:
        groups = table.group_by(list(PAIR_COLUMNS)).aggregate([])
        found.update(Pair(*(row[column] for column in PAIR_COLUMNS)) for row in groups.to_pylist())
    for pair in found:
        queries = [TEXT] if pair.task == "text2code" else LANGUAGES
        if pair.task not in TASKS or pair.query_language not in queries or pair.corpus_language not in LANGUAGES:
            raise InputError(
                f"the judgements name a task {pair.task!r} from {pair.query_language!r} to {pair.corpus_language!r}",
                f"tasks are {' and '.join(TASKS)}, languages those of 'synthcode languages'",
            )
    return sorted(found)


def judgements_by_pair(judged: pa.Table) -> Iterator[tuple[Pair, pa.Table]]:
    """Cut judgements into those of each task: ``query_id``, ``corpus_id``, ``score``."""
    for pair in find_pairs([judged]):
        mine = pc.and_(
            pc.equal(judged.column("query_language"), pair.query_language),
            pc.equal(judged.column("corpus_language"), pair.corpus_language),
        )
        yield pair, judged.filter(mine).select(["query_id", "corpus_id", "score"])


def documents_by_language(programs: pa.Table, variant: Variant) -> Iterator[tuple[str, pa.Table]]:
    """Cut programs into the documents of each language: ``id``, ``text``.

    A document is the program that its equals are named after; the others are left out.
    """
    named = programs.filter(pc.equal(programs.column("program_id"), programs.column("document_id")))
    for language in sorted(pc.unique(named.column("language")).to_pylist()):
        rows = named.filter(pc.equal(named.column("language"), language))
        yield language, rows.select(["program_id", CODE_COLUMNS[variant]]).rename_columns(["id", "text"])
