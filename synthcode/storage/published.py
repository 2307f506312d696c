"""A dataset that ``build`` made, or a downloaded copy of one, read a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from synthcode.errors import InputError, first_line
from synthcode.identity import digest, file_digest
from synthcode.schemas.tables import DATASET_PROGRAMS, QRELS, TEXTS, TRIPLETS
from synthcode.storage.layout import RunFolder
from synthcode.storage.shards import read_batches, shards_of

CONFIGS = {"triplets": TRIPLETS, "programs": DATASET_PROGRAMS, "texts": TEXTS, "qrels": QRELS}
"""The dataset's configurations; the first is the default."""

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class PublishedDataset:
    """The folder that holds ``README.md`` and ``data/CONFIG/SPLIT-*.parquet``."""

    folder: Path

    def splits(self, config: str) -> list[str]:
        """Return the splits that a configuration has.

        Raises
        ------
        InputError
            Where there is none.
        """
        found = [split for split in SPLITS if shards_of(self.folder / "data" / config, split)]
        if not found:
            raise InputError(
                f"{self.folder} has no configuration {config!r}",
                "'synthcode build' makes a whole dataset, 'hf download --repo-type dataset' fetches one",
            )
        return found

    def shards(self, config: str, split: str) -> list[Path]:
        """Return the Parquet files of a split, in order.

        Raises
        ------
        InputError
            Where there is none.
        """
        shards = shards_of(self.folder / "data" / config, split)
        if not shards:
            there = ", ".join(self.splits(config))
            raise InputError(f"{self.folder} has no split {split!r} of {config!r}", f"use one of: {there}")
        return shards

    def batches(self, config: str, split: str, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Read columns of a split, in the types that the configuration declares.

        Raises
        ------
        InputError
            Where a file is damaged, lacks a column, or has one of another type or with nulls where none may be.
        """
        schema = pa.schema([CONFIGS[config].field(name) for name in columns])
        for shard in self.shards(config, split):
            for table in read_batches([shard], columns):
                if missing := sorted(set(columns) - set(table.column_names)):
                    raise InputError(
                        f"{shard} has no column {missing[0]!r}",
                        "use a dataset that this version's 'synthcode build' made, or build it again",
                    )
                yield _cast(table.select(columns), schema, shard)

    def digest(self, splits: Sequence[str], configs: Sequence[str]) -> str:
        """Hash the content of some splits of some configurations."""
        shards = {f"{config}/{split}": self.shards(config, split) for config in configs for split in splits}
        return digest("dataset", {name: [file_digest(file) for file in files] for name, files in shards.items()})


def _cast(table: pa.Table, schema: pa.Schema, shard: Path) -> pa.Table:
    try:
        return table.cast(schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as problem:
        raise InputError(
            f"{shard} is not in the form of a dataset: {first_line(problem)}",
            "use a dataset that 'synthcode build' made, or build it again",
        ) from problem


def find_dataset(path: Path) -> PublishedDataset:
    """Return the dataset of a run directory, or that a folder is.

    Raises
    ------
    InputError
        Where it is neither, or the run has not been built.
    """
    for folder in (path, path / "dataset"):
        if (folder / "data").is_dir():
            return PublishedDataset(folder)
    if RunFolder(path).is_run:
        raise InputError(f"{path} has no dataset yet", f"make it with 'synthcode build {path}'")
    what = "is neither a run directory nor a dataset" if path.exists() else "does not exist"
    raise InputError(f"{path} {what}", "name a run directory, its folder 'dataset', or a downloaded copy of one")
