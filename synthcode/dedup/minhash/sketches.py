"""Sketches of a batch of programs, made by one thread: all that the search for near-duplicates needs of the texts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthcode.dedup.minhash.signatures import band_keys, bands_and_rows, signatures
from synthcode.dedup.texts import I64, U8, U32, U64, Mask, Texts


@dataclass(frozen=True)
class SketchConfig:
    """How texts are sketched."""

    ngram: int
    num_perm: int
    threshold: float
    random_seed: int


class Sketches(NamedTuple):
    """Of the distinct texts of a batch, and which of the batch's texts they are."""

    first: I64
    """Place of the first occurrence of each distinct text in the batch, ascending."""
    which: I64
    """For each text of the batch, its place among the distinct ones."""
    digests: U64
    """Shape (n_distinct, 2): 128 bits of the SHA-256 of each text."""
    contents: U64
    """Shape (n_distinct, 2): the same without outer blank space, with line ends as Unix has them."""
    shingled: Mask
    """Whether a text is long enough to have a shingle."""
    signatures: U8
    """Shape (n_distinct, num_perm)."""
    band_keys: U32
    """Shape (bands, n_distinct)."""


def sketch(texts: Texts, config: SketchConfig) -> Sketches:
    """Sketch each distinct text of a batch once."""
    of_all = _digests(texts)
    earliest = first_of_equal(of_all)
    first = np.unique(earliest)
    distinct = texts if first.size == texts.size else texts.take(first)
    found, sizes = signatures(distinct, config.ngram, config.num_perm, config.random_seed)
    return Sketches(
        first=first,
        which=np.searchsorted(first, earliest),
        digests=of_all[first],
        contents=_content_digests(distinct, of_all[first]),
        shingled=sizes > 0,
        signatures=found,
        band_keys=band_keys(found, *bands_and_rows(config.num_perm, config.threshold)),
    )


def first_of_equal(rows: U64) -> I64:
    """Return, for each row of two words, the place of the first row that is equal to it."""
    order = np.lexsort((rows[:, 1], rows[:, 0]))  # stable: equal rows stay in the order of their places
    ordered = rows[order]
    starts = np.ones(len(rows), dtype=bool)
    np.any(ordered[1:] != ordered[:-1], axis=1, out=starts[1:])
    first = np.empty(len(rows), dtype=np.int64)
    first[order] = order[np.flatnonzero(starts)][np.cumsum(starts) - 1]
    return first


def _content_digests(texts: Texts, digests: U64) -> U64:
    """Digest what is left of texts without outer blank space: few differ from their text, and are hashed again."""
    as_arrow = texts.as_arrow()
    content = _content(texts)
    changed = np.flatnonzero(pc.not_equal(content, as_arrow).to_numpy(zero_copy_only=False))
    if changed.size:
        digests = digests.copy()
        digests[changed] = _digests(Texts.of(content.take(pa.array(changed))))
    return digests


def _content(texts: Texts) -> pa.LargeStringArray:
    """Return texts with line ends as Unix has them and without outer blank space."""
    content = texts.as_arrow()
    if (texts.utf8 == ord("\r")).any():
        for line_end in ("\r\n", "\r"):
            content = pc.replace_substring(content, line_end, "\n")
    return pc.utf8_trim_whitespace(content)


def _digests(texts: Texts) -> U64:
    view = texts.utf8.data
    digests = [hashlib.sha256(view[start:end]).digest()[:16] for start, end in pairwise(texts.borders.tolist())]
    return np.frombuffer(b"".join(digests), dtype=np.uint64).reshape(-1, 2)
