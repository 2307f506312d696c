"""Vectors on disk, so that no text is encoded twice: not in another task, not for another exit, not after a kill.

A vector is known by its encoder and by what the encoder was given. Every batch is a file of its own, durable before the
next is begun; a kill costs the batch in flight.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from synthcode.bounded.vouching import vouch_for
from synthcode.errors import InputError
from synthcode.evaluation.encoder import ONLY_EXIT, Encoded, Encoder, Role, Vectors
from synthcode.identity import canonical_json, file_digest
from synthcode.storage.atomic import remove_temporary_files, writing
from synthcode.storage.shards import read_file, table_schema

KEY = pa.binary(16)
Keys: TypeAlias = "pa.FixedSizeBinaryArray"
"""Keys of texts."""

I64 = npt.NDArray[np.int64]

ENCODE_AGAIN = "remove the file: its texts are encoded again"

_COUNTS = pa.schema([("key", KEY), ("tokens", pa.int32()), ("truncated", pa.bool_())])
"""Columns of a part, next to its vectors and seconds."""


def text_keys(texts: Sequence[str], seen: Role) -> Keys:
    """Return the key of each text: 128 bits of SHA-256 over it and what the encoder sees of its role."""
    head = hashlib.sha256(canonical_json([seen.side, seen.kind, seen.language]).encode())
    keys = bytearray()
    for text in texts:
        hashed = head.copy()
        hashed.update(text.encode("utf-8", "surrogatepass"))
        keys += hashed.digest()[: KEY.byte_width]
    return pa.FixedSizeBinaryArray.from_buffers(KEY, len(texts), [None, pa.py_buffer(bytes(keys))])


@dataclass(frozen=True)
class Tally:
    """What the texts of a run came to, those of earlier runs included."""

    texts: int
    tokens: int
    """0 if the encoder does not count them."""
    truncated: int
    """Texts that were cut because they were too long."""
    seconds: float
    """That encoding them took, whenever it was."""


@dataclass
class _Part:
    """One file, and what of it is held in memory."""

    path: Path
    keys: Keys
    exits: frozenset[int]


@dataclass
class _Index:
    """Where the vectors of one exit are: ``keys[i]`` is in row ``rows[i]`` of part ``parts[i]``."""

    keys: Keys = field(default_factory=lambda: pa.array([], KEY))
    parts: I64 = field(default_factory=lambda: np.empty(0, np.int64))
    rows: I64 = field(default_factory=lambda: np.empty(0, np.int64))


class EmbeddingStore:
    """The vectors of one encoder.

    Parameters
    ----------
    folder
        Where stores lie; each encoder's is in a folder named after its identity. The caller holds its lock.
    encoder
        Its identity names the store.
    identity
        Names the store of a model that was changed without changing the encoder's identity.

    Attributes
    ----------
    dropped
        Files that were damaged when the store was opened. They are removed: their texts count as missing.
    """

    def __init__(self, folder: Path, encoder: Encoder, identity: str | None = None) -> None:
        self.folder = folder / (identity or encoder.identity)
        remove_temporary_files(self.folder)
        self.dropped: list[Path] = []
        self._parts: list[_Part] = []
        for path in sorted(self.folder.glob("part-*.parquet")):
            part = _read_part(path)
            if part is None:
                path.unlink()
                self.dropped.append(path)
            else:
                self._parts.append(part)
        self._next = 1 + max((_number(part.path) for part in self._parts), default=-1)

    @property
    def files(self) -> list[Path]:
        """The files of its vectors."""
        return [part.path for part in self._parts]

    def missing(self, keys: Keys, exits: Sequence[int]) -> I64:
        """Return the ascending positions of keys that lack a vector of some exit; only the first of equal keys."""
        encoded = keys.dictionary_encode()
        lacking = np.zeros(len(encoded.dictionary), dtype=np.bool_)
        for exit_ in exits:
            lacking |= np.asarray(pc.is_null(pc.index_in(encoded.dictionary, value_set=self._index(exit_).keys)))
        _, first = np.unique(np.asarray(encoded.indices), return_index=True)
        return np.sort(first[lacking])

    def add(self, keys: Keys, encoded: Encoded, seconds: float) -> None:
        """Store vectors; they are on the disk when this returns.

        Parameters
        ----------
        keys
            Of the texts that were encoded.
        encoded
            What came of them.
        seconds
            That it took.

        Raises
        ------
        InputError
            If a vector is not finite.
        """
        columns: dict[str, pa.Array] = {
            "key": keys,
            "tokens": pa.array(encoded.tokens, pa.int32()),
            "truncated": pa.array(encoded.truncated, pa.bool_()),
            "seconds": pa.array(np.full(len(keys), seconds / len(keys)), pa.float64()),
        }
        for exit_, vectors in sorted(encoded.vectors.items()):
            if not np.isfinite(vectors).all():
                who = "the encoder" if exit_ == ONLY_EXIT else f"exit {exit_}"
                raise InputError(
                    f"{who} gave a vector that is not finite",
                    "try --dtype float32; of a server, see what it computes in",
                )
            flat = pa.array(np.ascontiguousarray(vectors, dtype=np.float32).ravel())
            columns[f"exit_{exit_}"] = pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1])
        path = _write_part(self.folder, self._next, pa.table(columns))
        self._next += 1
        self._parts.append(_Part(path, keys, frozenset(encoded.vectors)))

    def vectors(self, keys: Keys, exit_: int) -> Vectors:
        """Return the vectors of keys that are stored, (keys, width), in one pass over the files that hold them.

        Raises
        ------
        InputError
            If a file is damaged, or holds vectors of another width than the others.
        """
        index = self._index(exit_)
        found = np.asarray(pc.index_in(keys, value_set=index.keys), dtype=np.int64)
        parts, rows = index.parts[found], index.rows[found]
        order = np.argsort(parts, kind="stable")
        borders = np.flatnonzero(np.diff(parts[order])) + 1
        out: Vectors | None = None
        for places in np.split(order, borders) if len(keys) else []:
            column = self._column(parts[places[0]], exit_)
            if out is None:
                out = np.empty((len(keys), column.shape[1]), dtype=np.float32)
            elif column.shape[1] != out.shape[1]:
                widths = f"{out.shape[1]} and of {column.shape[1]}"
                raise InputError(
                    f"{self.folder} holds vectors of {widths} numbers: the model was changed",
                    "remove the folder: its texts are encoded again",
                )
            out[places] = column[rows[places]]
        return out if out is not None else np.empty((0, 0), dtype=np.float32)

    def tally(self, keys: Keys) -> Tally:
        """Sum up what is stored of some keys, each once; a text that was encoded twice took the time of both."""
        distinct = pc.unique(keys)
        seconds, seen = 0.0, [_COUNTS.empty_table()]
        for part in self._parts:
            rows = read_file(part.path, [*_COUNTS.names, "seconds"], fix=ENCODE_AGAIN)
            rows = rows.filter(pc.is_in(rows["key"], value_set=distinct))
            seconds += pc.sum(rows["seconds"]).as_py() or 0.0
            seen.append(rows.select(_COUNTS.names))
        once = pa.concat_tables(seen).group_by("key").aggregate([("tokens", "max"), ("truncated", "max")])
        tokens, cut = (pc.sum(once[name]).as_py() or 0 for name in ("tokens_max", "truncated_max"))
        return Tally(once.num_rows, int(tokens), int(cut), seconds)

    def _index(self, exit_: int) -> _Index:
        numbers = [number for number, part in enumerate(self._parts) if exit_ in part.exits]
        if not numbers:
            return _Index()
        sizes = [len(self._parts[number].keys) for number in numbers]
        return _Index(
            keys=pa.concat_arrays([self._parts[number].keys for number in numbers]),
            parts=np.repeat(np.array(numbers, dtype=np.int64), sizes),
            rows=np.concatenate([np.arange(size, dtype=np.int64) for size in sizes]),
        )

    def _column(self, part: int, exit_: int) -> Vectors:
        name = f"exit_{exit_}"
        column = read_file(self._parts[part].path, [name], fix=ENCODE_AGAIN)[name].combine_chunks()
        return np.asarray(column.flatten(), dtype=np.float32).reshape(len(column), -1)


def _write_part(folder: Path, number: int, rows: pa.Table) -> Path:
    """Write a part whose name ends in the digest of its content."""
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, compression="zstd")
    content = memoryview(sink.getvalue())
    path = folder / f"part-{number:06d}-{hashlib.sha256(content).hexdigest()}.parquet"
    with writing(path) as stream:
        stream.write(content)
    vouch_for(path)
    return path


def _read_part(path: Path) -> _Part | None:
    """Return a part; None if it is damaged. Parts of earlier versions have no digest in their name."""
    _, _, *digests = path.stem.split("-")
    if digests and digests != [file_digest(path)]:
        return None
    if digests:
        vouch_for(path)
    try:
        names = table_schema(path, ENCODE_AGAIN).names
        exits = frozenset(int(name.removeprefix("exit_")) for name in names if name.startswith("exit_"))
        return _Part(path, read_file(path, ["key"], fix=ENCODE_AGAIN)["key"].combine_chunks(), exits)
    except InputError:
        return None


def _number(part: Path) -> int:
    return int(part.stem.split("-")[1])
