"""What a dataset folder holds: its shards with their digests, and of each split what ``datasets`` says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from synthcode.identity import digest, file_digest
from synthcode.storage.shards import read_batches

_DTYPES = {pa.string(): "string", pa.int8(): "int8", pa.int32(): "int32", pa.int64(): "int64", pa.float64(): "float64"}
"""Arrow's type -> how ``datasets`` calls it."""
_VERSION_DIGITS = 12


@dataclass(frozen=True)
class Shard:
    """One Parquet file."""

    path: str
    """Relative to the dataset folder, with forward slashes."""
    size: int
    """Bytes."""
    sha256: str


@dataclass(frozen=True)
class SplitContents:
    """One split of a configuration."""

    name: str
    rows: int
    arrow_bytes: int
    """What the rows take as Arrow, a row group at a time: the ``num_bytes`` of ``datasets``."""
    shards: Sequence[Shard]


@dataclass(frozen=True)
class ConfigContents:
    """One configuration."""

    name: str
    columns: Mapping[str, str]
    """Column -> its type as ``datasets`` calls it."""
    splits: Sequence[SplitContents]

    @property
    def rows(self) -> int:
        """Rows of all splits."""
        return sum(split.rows for split in self.splits)

    @property
    def loadable(self) -> Sequence[SplitContents]:
        """Splits with rows: ``datasets`` 5 loads nothing of a configuration that names an empty one."""
        return [split for split in self.splits if split.rows] or self.splits

    @property
    def file_bytes(self) -> int:
        """Size of the shards that are loaded."""
        return sum(shard.size for split in self.loadable for shard in split.shards)

    @property
    def arrow_bytes(self) -> int:
        """What the rows of all splits take as Arrow."""
        return sum(split.arrow_bytes for split in self.splits)


def take_inventory(folder: Path, schemas: Mapping[str, pa.Schema], splits: Sequence[str]) -> tuple[ConfigContents, ...]:
    """Look at every shard of a dataset folder.

    Parameters
    ----------
    folder
        Holds ``data/CONFIG/SPLIT-*.parquet``.
    schemas
        Configuration -> its schema; the first is the default.
    splits
        Names of the splits, in the order in which they are listed.
    """
    return tuple(
        ConfigContents(
            name,
            {field.name: _DTYPES[field.type] for field in schema},
            tuple(_split(folder, name, split) for split in splits),
        )
        for name, schema in schemas.items()
    )


def dataset_version(configs: Sequence[ConfigContents], tool_version: str) -> str:
    """Return the version of a dataset: that of synthcode, and a digest of all shards, in the form of SemVer 2."""
    shards = {shard.path: shard.sha256 for config in configs for split in config.splits for shard in split.shards}
    return f"{tool_version}+{digest('dataset', shards)[:_VERSION_DIGITS]}"


def _split(folder: Path, config: str, split: str) -> SplitContents:
    files = sorted((folder / "data" / config).glob(f"{split}-*.parquet"))
    rows = arrow_bytes = 0
    for file in files:
        for table in read_batches([file]):
            rows, arrow_bytes = rows + table.num_rows, arrow_bytes + sum(map(_arrow_bytes, table.columns))
    shards = (Shard(file.relative_to(folder).as_posix(), file.stat().st_size, file_digest(file)) for file in files)
    return SplitContents(split, rows, arrow_bytes, tuple(shards))


def _arrow_bytes(column: pa.ChunkedArray) -> int:
    """Return the size of a column without bitmaps that mark no null: a decoder may leave them out, or not."""
    unused = (len(part) for part in column.chunks if part.null_count == 0 and part.buffers()[0] is not None)
    return int(column.nbytes) - sum((length + 7) // 8 for length in unused)
