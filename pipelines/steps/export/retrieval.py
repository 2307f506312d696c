"""Writing retrieval tasks: the dataset's rows, in one pass over each table, into the places that a layout names."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import pyarrow as pa

from synthcode.errors import InputError
from synthcode.pipelines.runs.reporter import Reporter, SilentReporter
from synthcode.pipelines.steps.export.files import OPENERS, card_facts, unchanged, with_cards
from synthcode.publishing.export.layout import Encoding, Exported, Layout, PairsLayout, Place
from synthcode.publishing.export.pairs import (
    DOCUMENT_COLUMNS,
    JUDGED_COLUMNS,
    PAIR_COLUMNS,
    Pair,
    documents_by_language,
    find_pairs,
    judgements_by_pair,
)
from synthcode.schemas.tables import CODE_COLUMNS
from synthcode.storage.line_files import TableWriter
from synthcode.storage.published import PublishedDataset
from synthcode.storage.shards import ShardWriter
from synthcode.vocabulary import TEXT, Variant


def export_retrieval(
    dataset: PublishedDataset, layout: Layout, split: str, variant: Variant, out: Path, reporter: Reporter | None = None
) -> Exported:
    """Write every retrieval task of a split in a tool's layout.

    Raises
    ------
    InputError
        If there is no task, the tool does not read this split, or the dataset changes while it is read.
    """
    reporter = reporter or SilentReporter()
    if layout.only_split not in (None, split):
        raise InputError(f"{layout.name} reads only the split {layout.only_split!r}", "leave --split out")
    with unchanged(dataset, [split], ["programs", "texts", "qrels"]) as content:
        pairs = find_pairs(dataset.batches("qrels", split, PAIR_COLUMNS))
        if not pairs:
            raise InputError(f"{dataset.folder}: split {split!r} has no judgements", "export another --split")
        _write_rows(dataset, layout, pairs, split, variant, out, reporter)
        _write_judgements(dataset, layout, pairs, split, out, reporter)
    return with_cards(Exported(layout.name, variant, (split,), pairs, content, card_facts(dataset)), layout.cards, out)


def export_pairs(
    dataset: PublishedDataset, layout: PairsLayout, out: Path, reporter: Reporter | None = None
) -> Exported:
    """Write the columns that a layout names, all splits."""
    reporter = reporter or SilentReporter()
    splits = dataset.splits("triplets")
    with unchanged(dataset, splits, ["triplets"]) as content, reporter.progress("export: pairs", None) as bar:
        for split in splits:
            with ShardWriter(out / "data", layout.schema, split, numbered=True) as shards:
                for table in dataset.batches("triplets", split, layout.schema.names):
                    shards.write(table)
                    bar.advance(table.num_rows)
                shards.commit()
    return with_cards(Exported(layout.name, None, splits, (), content, card_facts(dataset)), layout.cards, out)


def _write_rows(
    dataset: PublishedDataset,
    layout: Layout,
    pairs: Sequence[Pair],
    split: str,
    variant: Variant,
    out: Path,
    reporter: Reporter,
) -> None:
    columns = [*DOCUMENT_COLUMNS, CODE_COLUMNS[variant]]
    with ExitStack() as stack, reporter.progress("export: texts and programs", None) as bar:
        corpora = _Tables(stack, out, layout.rows, layout.corpus_schema)
        queries = _Tables(stack, out, layout.rows, layout.queries_schema)
        for pair in pairs:
            corpora.add(pair.corpus_language, layout.corpus(pair))
            queries.add(pair.query_language, layout.queries(pair))
        for programs in dataset.batches("programs", split, columns):
            for language, documents in documents_by_language(programs, variant):
                corpora.write(language, layout.corpus_rows(documents))
                queries.write(language, layout.query_rows(documents))
            bar.advance(programs.num_rows)
        for texts in dataset.batches("texts", split, ["seed_id", "text"]):
            queries.write(TEXT, layout.query_rows(texts))
            bar.advance(texts.num_rows)
        corpora.commit()
        queries.commit()


def _write_judgements(
    dataset: PublishedDataset, layout: Layout, pairs: Sequence[Pair], split: str, out: Path, reporter: Reporter
) -> None:
    with ExitStack() as stack, reporter.progress("export: judgements", None) as bar:
        judgements = _Tables(stack, out, layout.judgements, layout.qrels_schema)
        for pair in pairs:
            judgements.add(pair.name, layout.qrels(pair, split))
        for table in dataset.batches("qrels", split, JUDGED_COLUMNS):
            for pair, rows in judgements_by_pair(table):
                judgements.write(pair.name, layout.qrels_rows(rows))
            bar.advance(table.num_rows)
        judgements.commit()


class _Tables:
    """Tables of one kind, each written once, to the first of its places, and linked to the others."""

    def __init__(self, stack: ExitStack, out: Path, encoding: Encoding, schema: pa.Schema) -> None:
        self._stack, self._out, self._schema = stack, out, schema
        self._open = OPENERS[encoding]
        self._writers: dict[str, TableWriter] = {}
        self._links: dict[str, dict[Place, None]] = {}

    def add(self, key: str, place: Place) -> None:
        """Say that a table is wanted, and where."""
        if key not in self._writers:
            self._writers[key] = self._stack.enter_context(self._open(self._out, place, self._schema))
        self._links.setdefault(key, {})[place] = None

    def write(self, key: str, rows: pa.Table) -> None:
        """Add rows to a table, if it is wanted."""
        if key in self._writers:
            self._writers[key].write(rows)

    def commit(self) -> None:
        """Complete all tables and put them into all of their places."""
        for key, writer in self._writers.items():
            files = writer.commit()
            first, *others = self._links[key]
            for place in others:
                for file in files:
                    _link(file, self._out / place.folder / file.name.replace(first.name, place.name, 1))


def _link(file: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(file, place)
    except OSError:  # a file system without hard links, or with too many of this file
        shutil.copyfile(file, place)
