"""What every export shares: a dataset that stays as it is meanwhile, writers of tables, cards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from synthcode.errors import InputError
from synthcode.publishing.export.cards import kept_of_card
from synthcode.publishing.export.layout import Encoding, Exported, Place
from synthcode.storage.line_files import JsonLinesWriter, TableWriter, TabSeparatedWriter
from synthcode.storage.published import PublishedDataset
from synthcode.storage.shards import ShardWriter

CARD_NAME = "README.md"
ROWS = 4_096
"""Rows that are in a writer's hands at a time."""


@contextmanager
def unchanged(dataset: PublishedDataset, splits: Sequence[str], configs: Sequence[str]) -> Iterator[str]:
    """Give the digest of what is read in the block, and refuse what was written to in the meantime."""
    content = dataset.digest(splits, configs)
    yield content
    if dataset.digest(splits, configs) != content:
        raise InputError(f"{dataset.folder} was changed while it was read", "export it again when it is complete")


def card_facts(dataset: PublishedDataset) -> dict[str, Any]:
    """Return what an export's card takes over from the dataset's."""
    card = dataset.folder / CARD_NAME
    if card.is_file():
        dataset.verify(card)
    return kept_of_card(card)


def with_cards(exported: Exported, cards: Callable[[Exported], Mapping[str, str]], out: Path) -> Exported:
    """Write the cards of an export, and return it."""
    for name, text in cards(exported).items():
        (out / name).write_text(text, "utf-8")
    return exported


def _parquet(out: Path, place: Place, schema: pa.Schema) -> TableWriter:
    return ShardWriter(out / place.folder, schema, place.name, numbered=True)


def _json_lines(out: Path, place: Place, schema: pa.Schema) -> TableWriter:
    return JsonLinesWriter(out / place.folder / f"{place.name}.jsonl")


def _tab_separated(out: Path, place: Place, schema: pa.Schema) -> TableWriter:
    return TabSeparatedWriter(out / place.folder / f"{place.name}.tsv", schema.names)


def _without_header(out: Path, place: Place, schema: pa.Schema) -> TableWriter:
    return TabSeparatedWriter(out / place.folder / f"{place.name}.txt")


OPENERS: Mapping[Encoding, Callable[[Path, Place, pa.Schema], TableWriter]] = {
    "parquet": _parquet,
    "jsonl": _json_lines,
    "tsv": _tab_separated,
    "txt": _without_header,
}


def write_rows(
    place: Place, encoding: Encoding, schema: pa.Schema, columns: Sequence[Sequence[object]], out: Path
) -> None:
    """Write columns of equal length as one table."""
    with OPENERS[encoding](out, place, schema) as writer:
        for start in range(0, len(columns[0]), ROWS):
            writer.write(pa.table([list(column[start : start + ROWS]) for column in columns], schema=schema))
        writer.commit()
