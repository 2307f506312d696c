"""The distinct texts among programs, with their signatures: what near-duplicates are looked for in."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.errors import InputError
from synthcode.schemas.tables import PROGRAMS
from synthcode.stages.dedup.minhash import U8, U32, band_keys, bands_and_rows, signatures
from synthcode.stages.dedup.shingles import I64, text_bytes

ROWS_AT_ONCE = 512
"""Programs that are sketched together: their signatures fit a processor's cache."""


@dataclass(frozen=True)
class Documents:
    """Distinct texts, in the order of their first program."""

    texts: pa.LargeStringArray
    contents: I64
    """Equal for texts that differ in line ends and outer blank space alone."""
    shingled: npt.NDArray[np.bool_]
    """Whether a text is long enough to have a shingle."""
    signatures: U8
    """Shape (n_documents, num_perm)."""
    band_keys: U32
    """Shape (bands, n_documents)."""


def read_programs(
    tables: Iterable[pa.Table], ngram: int, num_perm: int, threshold: float, random_seed: int
) -> tuple[pa.Table, Documents]:
    """Read programs once, keeping each distinct text once.

    Returns
    -------
    tuple of pa.Table and Documents
        All rows without ``code``, with ``document``, the place of their text among the documents; and these.

    Raises
    ------
    InputError
        Where a table does not have the columns of ``PROGRAMS``, or holds nulls or text that is not UTF-8.
    """
    collector = _Collector(ngram, num_perm, *bands_and_rows(num_perm, threshold), random_seed)
    names = [name for name in PROGRAMS.names if name != "code"]
    rows = [
        batch.select(names).append_column("document", pa.array(collector.add(batch.column("code"))))
        for table in tables
        for batch in _checked(table)
    ]
    schema = pa.schema([PROGRAMS.field(name) for name in names] + [pa.field("document", pa.int64())])
    return pa.concat_tables([schema.empty_table(), *(row.cast(schema) for row in rows)]), collector.documents()


def _checked(table: pa.Table) -> Iterator[pa.Table]:
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
    for batch in table.to_batches(max_chunksize=ROWS_AT_ONCE):
        yield pa.Table.from_batches([batch])


class _Collector:
    """Takes texts in, knows each again, and sketches the new ones."""

    def __init__(self, ngram: int, num_perm: int, bands: int, rows: int, random_seed: int) -> None:
        self._sketch = functools.partial(signatures, ngram=ngram, num_perm=num_perm, random_seed=random_seed)
        self._band_keys = functools.partial(band_keys, bands=bands, rows=rows)
        self._ngram = ngram
        self._documents: dict[bytes, int] = {}
        self._contents: dict[bytes, int] = {}
        self._parts: list[Documents] = []

    def add(self, code: pa.ChunkedArray) -> I64:
        """Return the document of each text."""
        texts = pc.cast(code, pa.large_string()).combine_chunks()
        before = len(self._documents)
        digests = _digests(texts)
        places = np.array([self._documents.setdefault(digest, len(self._documents)) for digest in digests])
        new, first = np.unique(places, return_index=True)
        first = np.sort(first[new >= before])
        if first.size:
            unseen = texts if first.size == len(texts) else texts.take(pa.array(first))
            self._parts.append(self._sketched(unseen, [digests[row] for row in first.tolist()]))
        return places

    def _sketched(self, texts: pa.LargeStringArray, digests: list[bytes]) -> Documents:
        content = _content(texts)
        changed = pc.not_equal(content, texts)
        if pc.any(changed).as_py():
            for row, digest in zip(np.flatnonzero(changed).tolist(), _digests(content.filter(changed)), strict=True):
                digests[row] = digest
        contents = np.array([self._contents.setdefault(digest, len(self._contents)) for digest in digests])
        sketched = self._sketch(texts)
        shingled = np.asarray(pc.greater_equal(pc.utf8_length(texts), self._ngram))
        return Documents(texts, contents, shingled, sketched, self._band_keys(sketched))

    def documents(self) -> Documents:
        """Return what was taken in."""
        parts = self._parts or [self._sketched(pa.array([], pa.large_string()), [])]
        return Documents(
            pa.concat_arrays([part.texts for part in parts]),
            np.concatenate([part.contents for part in parts]),
            np.concatenate([part.shingled for part in parts]),
            np.concatenate([part.signatures for part in parts]),
            np.concatenate([part.band_keys for part in parts], axis=1),
        )


def _content(texts: pa.LargeStringArray) -> pa.LargeStringArray:
    """Return texts with line ends as Unix has them and without outer blank space."""
    if (text_bytes(texts)[0] == ord("\r")).any():
        for line_end in ("\r\n", "\r"):
            texts = pc.replace_substring(texts, line_end, "\n")
    return pc.utf8_trim_whitespace(texts)


def _digests(texts: pa.LargeStringArray) -> list[bytes]:
    utf8, borders = text_bytes(texts)
    return [hashlib.sha256(utf8.data[start:end]).digest() for start, end in pairwise(borders.tolist())]
