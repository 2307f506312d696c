"""What a layout for retrieval tools says: places and names. It writes nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import pyarrow as pa

from synthcode.publishing.export.pairs import Pair
from synthcode.vocabulary import Split, Variant

Encoding = Literal["jsonl", "tsv", "txt", "parquet"]
"""``txt`` is ``tsv`` without a header."""

MARK = "export.json"
"""What was exported, in every exported folder; and by which it is known as one."""


class Place(NamedTuple):
    """Where a table goes within the exported folder."""

    folder: str
    name: str
    """Without what the encoding appends: ``.jsonl``, ``-00000-of-00001.parquet``."""


@dataclass(frozen=True)
class Exported:
    """What an export holds, as its cards tell it and as its marker file records it."""

    layout: str
    variant: Variant | None
    """None if programs come as they are."""
    splits: Sequence[str]
    pairs: Sequence[Pair]
    dataset: str
    """Digest of the rows that it was made from."""
    card: Mapping[str, Any]
    """Of the dataset's own front matter what holds for a copy: its title, language and license."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Pairs of clones by their languages, or the rows of each split."""
    counted: str = "pairs of clones"
    """What was counted."""
    subsets: Sequence[str] = ()
    """Of pairs of clones and of programs with a label: those that a tool can score."""


@dataclass(frozen=True)
class CloneTask:
    """Pairs of clones among the tasks of a tool: both texts and a label, in a table for each pair of languages."""

    pairs: Callable[[str, str], Place]
    """Of a subset (``java-python``) and a split."""
    columns: tuple[str, str, str]
    """Names of both texts and of the label."""
    cards: Callable[[Exported], Mapping[str, str]]

    @property
    def schema(self) -> pa.Schema:
        """Of the pairs."""
        *texts, label = self.columns
        return _strings(*texts).append(pa.field(label, pa.int64(), nullable=False))


@dataclass(frozen=True)
class LabelTask:
    """Programs with a label each among the tasks of a tool: a table for each language and split."""

    programs: Callable[[str, str], Place]
    """Of a language and a split."""
    columns: tuple[str, str]
    """Names of the text and of the label."""
    cards: Callable[[Exported], Mapping[str, str]]

    @property
    def schema(self) -> pa.Schema:
        """Of the programs."""
        text, label = self.columns
        return _strings(text).append(pa.field(label, pa.int64(), nullable=False))


@dataclass(frozen=True)
class Layout:
    """One tool's layout of retrieval tasks.

    Tasks that share a corpus, or queries, may give them the same place or places of their own: each
    language is written once, and linked where it is wanted again.
    """

    name: str
    corpus: Callable[[Pair], Place]
    queries: Callable[[Pair], Place]
    """All texts or documents of the query language: every tool leaves out those without a judgement."""
    qrels: Callable[[Pair, str], Place]
    """Of a pair and a split."""
    rows: Encoding
    """Of corpus and queries."""
    judgements: Encoding
    id_column: str
    judgement_columns: tuple[str, str, str]
    """Names of the query's id, the document's id, and the score."""
    cards: Callable[[Exported], Mapping[str, str]]
    """File name -> text of the files for people."""
    only_split: str | None = None
    """The one split that the tool reads, where it reads no other."""
    clones: CloneTask | None = None
    """How the tool reads pairs of clones, if it does."""
    labels: LabelTask | None = None
    """How the tool reads translations that pass or fail their tests, if it does."""

    @property
    def corpus_schema(self) -> pa.Schema:
        """Of the documents."""
        return _strings(self.id_column, "title", "text")

    @property
    def queries_schema(self) -> pa.Schema:
        """Of the queries."""
        return _strings(self.id_column, "text")

    @property
    def qrels_schema(self) -> pa.Schema:
        """Of the judgements."""
        query, document, score = self.judgement_columns
        return _strings(query, document).append(pa.field(score, pa.int64(), nullable=False))

    def corpus_rows(self, documents: pa.Table) -> pa.Table:
        """Return documents (``id``, ``text``) as the tool wants them: with a title, which programs have not."""
        ids, texts = documents.columns
        return pa.table([ids, pa.array([""] * len(ids), pa.string()), texts], schema=self.corpus_schema)

    def query_rows(self, queries: pa.Table) -> pa.Table:
        """Return queries (``id``, ``text``) as the tool wants them."""
        return pa.table(queries.columns, schema=self.queries_schema)

    def qrels_rows(self, judgements: pa.Table) -> pa.Table:
        """Return judgements (``query_id``, ``corpus_id``, ``score``) as the tool wants them."""
        return judgements.rename_columns(list(self.judgement_columns)).cast(self.qrels_schema)


@dataclass(frozen=True)
class PairsLayout:
    """One tool's layout of the pairs of a program and its translation: some columns of ``triplets``, all splits."""

    name: str
    schema: pa.Schema
    """Columns of ``TRIPLETS``."""
    cards: Callable[[Exported], Mapping[str, str]]
    """File name -> text of the files for people."""


@dataclass(frozen=True)
class ClonesLayout:
    """One benchmark's layout of pairs of clones: each program once, and lists of pairs, all splits."""

    name: str
    programs: Place
    program_columns: tuple[str, str]
    """Names of the id and of the code."""
    pairs: Callable[[Split], Place]
    """Of a split: lines of two ids and a label."""
    cards: Callable[[Exported], Mapping[str, str]]

    @property
    def program_schema(self) -> pa.Schema:
        """Of the programs."""
        return _strings(*self.program_columns)

    @property
    def pair_schema(self) -> pa.Schema:
        """Of the pairs."""
        return _strings("a", "b").append(pa.field("label", pa.int8(), nullable=False))


@dataclass(frozen=True)
class ProblemsLayout:
    """One benchmark's layout of programs that are labelled by the problem that they solve, all splits."""

    name: str
    programs: Callable[[Split], Place]
    """Of a split."""
    columns: tuple[str, str, str]
    """Names of the id, of the code and of the problem's number."""
    cards: Callable[[Exported], Mapping[str, str]]

    @property
    def schema(self) -> pa.Schema:
        """Of the programs."""
        return _strings(*self.columns)


def _strings(*names: str) -> pa.Schema:
    return pa.schema([pa.field(name, pa.string(), nullable=False) for name in names])
