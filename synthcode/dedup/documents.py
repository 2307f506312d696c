"""The distinct texts among programs, with their sketches: what near-duplicates are looked for in."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.dedup.kernels.choice import count_agreement
from synthcode.dedup.minhash.signatures import bands_and_rows
from synthcode.dedup.minhash.sketches import SketchConfig, Sketches, first_of_equal, sketch
from synthcode.dedup.texts import I64, U32, U64, Mask, Texts, offsets
from synthcode.errors import InputError
from synthcode.execution.threads import Apply
from synthcode.schemas.tables import PROGRAMS
from synthcode.storage.large_tables.spill import SpillBuffer, SpillStore

BATCH_ROWS = 4096
BATCH_BYTES = 1 << 22
"""Texts that one worker sketches at a time: few long ones, or many short ones."""

_ROWS = pa.schema([field for field in PROGRAMS if field.name != "code"] + [pa.field("document", pa.int64())])


class Pairs(NamedTuple):
    """Pairs of texts: places among ``texts``."""

    texts: Texts
    left: I64
    right: I64


@dataclass(frozen=True)
class Documents:
    """Distinct texts and their sketches, known by their places.

    A text that came again in a later batch is here twice: its second place is that of no program.
    """

    contents: I64
    """For each text, the first place of one that differs in line ends and outer blank space at most."""
    shingled: Mask
    """Whether a text is long enough to have a shingle."""
    borders: I64
    """Offset of each text in the bytes of all, and the end of the last one."""
    utf8: SpillBuffer
    sketches: SpillBuffer
    """Signatures of ``num_perm`` bytes."""
    bands: tuple[SpillBuffer, ...]
    """For each band, 4 bytes a text."""
    num_perm: int

    def sizes(self, places: I64) -> I64:
        """Return the bytes of each of some texts."""
        sizes: I64 = self.borders[places + 1] - self.borders[places]
        return sizes

    def pairs(self, left: I64, right: I64, *, copied: bool = False) -> Pairs:
        """Return pairs of texts; no others are with them if they are ``copied``, or not in memory."""
        utf8 = None if copied else self.utf8.view()
        if utf8 is not None:
            return Pairs(Texts(utf8, self.borders), left, right)
        places, left, right = _distinct(left, right)
        sizes = self.sizes(places)
        return Pairs(Texts(self.utf8.gather(self.borders[places], sizes), offsets(sizes)), left, right)

    def agreement(self, left: I64, right: I64) -> I64:
        """Count the slots in which the signatures of each pair of texts agree."""
        signatures = self.sketches.view()
        if signatures is None:
            places, left, right = _distinct(left, right)
            signatures = self.sketches.gather(places * self.num_perm, np.full(places.size, self.num_perm))
        return count_agreement(signatures.reshape(-1, self.num_perm), left, right)

    def band_keys(self) -> Iterator[U32]:
        """Yield, for each band, the keys of all texts."""
        for band in self.bands:
            yield band.all().view(np.uint32)


def _distinct(left: I64, right: I64) -> tuple[I64, I64, I64]:
    """Return the distinct texts of pairs, and the pairs as places among these."""
    places, which = np.unique(np.concatenate((left, right)), return_inverse=True)
    return places, which[: left.size], which[left.size :]


class _Collector:
    """Takes in batches of texts with their sketches."""

    def __init__(self, config: SketchConfig, scratch: SpillStore) -> None:
        bands, _ = bands_and_rows(config.num_perm, config.threshold)
        self._num_perm = config.num_perm
        self._utf8, self._signatures = scratch.pile(), scratch.pile()
        self._bands = tuple(scratch.pile() for _ in range(bands))
        self._sizes: list[I64] = [np.empty(0, dtype=np.int64)]
        self._shingled: list[Mask] = [np.empty(0, dtype=bool)]
        self._digests: list[U64] = [np.empty((0, 2), dtype=np.uint64)]
        self._contents: list[U64] = [np.empty((0, 2), dtype=np.uint64)]
        self._places: list[I64] = [np.empty(0, dtype=np.int64)]
        self._size = 0

    def add(self, texts: Texts, sketches: Sketches) -> None:
        """Take in the distinct texts of a batch."""
        distinct = texts if sketches.first.size == texts.size else texts.take(sketches.first)
        self._utf8.append(distinct.utf8)
        self._signatures.append(sketches.signatures)
        for band, keys in zip(self._bands, sketches.band_keys, strict=True):
            band.append(keys)
        self._sizes.append(np.diff(distinct.borders))
        self._shingled.append(sketches.shingled)
        self._digests.append(sketches.digests)
        self._contents.append(sketches.contents)
        self._places.append(self._size + sketches.which)
        self._size += distinct.size

    def documents(self) -> tuple[Documents, I64]:
        """Return what was taken in, and the document of each text in the order in which they came."""
        documents = Documents(
            contents=first_of_equal(np.concatenate(self._contents)),
            shingled=np.concatenate(self._shingled),
            borders=offsets(np.concatenate(self._sizes)),
            utf8=self._utf8,
            sketches=self._signatures,
            bands=self._bands,
            num_perm=self._num_perm,
        )
        first = first_of_equal(np.concatenate(self._digests))
        return documents, first[np.concatenate(self._places)]


def read_programs(
    tables: Iterable[pa.Table], config: SketchConfig, scratch: SpillStore, apply: Apply
) -> tuple[pa.Table, Documents]:
    """Read programs once, and store each text in ``scratch``.

    Returns
    -------
    tuple of pa.Table and Documents
        All rows without ``code``, with ``document``, the place of their text among the documents; and these.

    Raises
    ------
    InputError
        If a table does not have the columns of ``PROGRAMS``, or holds nulls or text that is not UTF-8.
    """
    collector = _Collector(config, scratch)
    waiting: deque[tuple[pa.Table, Texts]] = deque()
    rows = [_ROWS.empty_table().drop_columns(["document"])]

    def handed_out() -> Iterator[Texts]:
        for table in tables:
            for batch, texts in _batches(_checked(table)):
                waiting.append((batch, texts))
                yield texts

    for sketches in apply(partial(sketch, config=config), handed_out()):
        batch, texts = waiting.popleft()
        rows.append(batch)
        collector.add(texts, sketches)
    documents, document = collector.documents()
    return pa.concat_tables(rows).append_column("document", pa.array(document)).cast(_ROWS), documents


def _checked(table: pa.Table) -> pa.Table:
    try:
        table = table.select(PROGRAMS.names)
        table.validate(full=True)
        if any(column.null_count for column in table.columns):
            raise pa.ArrowInvalid("there are nulls")
    except (KeyError, pa.ArrowInvalid) as problem:
        what = " ".join(str(problem).split())
        raise InputError(
            f"a table of programs cannot be used: {what}", f"give the columns {', '.join(PROGRAMS.names)}, all filled"
        ) from problem
    return table


def _batches(table: pa.Table) -> Iterator[tuple[pa.Table, Texts]]:
    """Yield rows without their code, and the code."""
    columns = table.drop_columns(["code"]).cast(_ROWS.remove(len(_ROWS) - 1))
    for chunk in pc.cast(table.column("code"), pa.large_string()).chunks:
        texts = Texts.of(chunk)
        first = 0
        while first < texts.size:
            last = int(np.searchsorted(texts.borders, texts.borders[first] + BATCH_BYTES, side="right")) - 1
            last = min(max(last, first + 1), first + BATCH_ROWS)
            yield columns.slice(first, last - first), texts.slice(first, last)
            first = last
        columns = columns.slice(texts.size)
