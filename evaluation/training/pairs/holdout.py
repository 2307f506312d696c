"""What must not be trained on: datasets of this project, and published benchmarks as the seed adapters read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.dataset.variants import make_variants
from synthcode.errors import InputError
from synthcode.evaluation.training.pairs.tables import batches_of
from synthcode.identity import digest
from synthcode.schemas.tables import BENCHMARK_ROWS, CODE_COLUMNS
from synthcode.seeds.adapters.benchmarks import Benchmark, benchmark_digests, parse_benchmarks, read_benchmark
from synthcode.seeds.batches import batched
from synthcode.seeds.cleaning import clean
from synthcode.storage.layout import RunFolder
from synthcode.storage.published import PublishedDataset, find_dataset
from synthcode.vocabulary import SPLITS

HeldCode = Literal["raw", "anonymous"]
"""Programs are compared as they came in pre-training, and anonymous in training on pairs."""
_NO_TEXT = "no text"
"""Stands for the description of rows without one: their code can be compared all the same."""


class Holdout(Protocol):
    """What is there to measure an encoder, and so must not be trained on."""

    @property
    def name(self) -> str:
        """As it was named in the settings."""

    def digest(self) -> str:
        """Hash the files that are read."""

    def programs(self, code: HeldCode) -> Iterator[pa.Table]:
        """Yield its programs in the schema ``BENCHMARK_ROWS``."""

    def texts(self) -> Iterator[pa.Table]:
        """Yield ``seed_id`` and ``text`` of its descriptions."""

    def seeds(self) -> Iterator[pa.ChunkedArray]:
        """Yield its ``seed_id``."""

    def split_groups(self) -> Iterator[pa.ChunkedArray]:
        """Yield its ``cluster_id``, where it has any."""

    def warnings(self) -> list[str]:
        """Return a line if some rows cannot be compared."""


@dataclass(frozen=True)
class HeldDataset:
    """A dataset that ``build`` made."""

    name: str
    published: PublishedDataset
    splits: tuple[str, ...]
    """All of it or, of the dataset that is trained on, all but the training data."""

    def digest(self) -> str:
        """Hash the files that are read."""
        there = [split for split in self.splits if split in self.published.splits("programs")]
        return self.published.digest(there, ["programs"])

    def programs(self, code: HeldCode) -> Iterator[pa.Table]:
        """Yield the programs of all splits."""
        for rows in self._batches("programs", ["program_id", "language", CODE_COLUMNS[code]]):
            yield benchmark_rows(self.name, *(rows[name] for name in rows.column_names))

    def texts(self) -> Iterator[pa.Table]:
        """Yield the texts of all splits."""
        yield from self._batches("texts", ["seed_id", "text"])

    def seeds(self) -> Iterator[pa.ChunkedArray]:
        """Yield the seeds of all splits."""
        yield from (rows["seed_id"] for rows in self._batches("programs", ["seed_id"]))

    def split_groups(self) -> Iterator[pa.ChunkedArray]:
        """Yield the groups that are kept in one split."""
        yield from (rows["cluster_id"] for rows in self._batches("triplets", ["cluster_id"]))

    def warnings(self) -> list[str]:
        """Return nothing: ``build`` has refused what cannot be read."""
        return []

    def _batches(self, config: str, columns: Sequence[str]) -> Iterator[pa.Table]:
        for split in self.splits:
            yield from batches_of(self.published, config, split, columns)


@dataclass(frozen=True)
class HeldBenchmark:
    """A published benchmark, in the files in which it is published."""

    name: str
    benchmark: Benchmark

    def digest(self) -> str:
        """Hash the files that are read."""
        return digest(*benchmark_digests(self.benchmark).values())

    def programs(self, code: HeldCode) -> Iterator[pa.Table]:
        """Yield the programs of its rows; the entry point is the one that the row names, or the program's own."""
        for rows in self._rows:
            shown = make_variants(rows)[CODE_COLUMNS[code]]
            yield benchmark_rows(self.name, rows["source_id"], rows["language"], shown)

    def texts(self) -> Iterator[pa.Table]:
        """Yield the descriptions of its rows."""
        for rows in self._rows:
            yield rows.filter(pc.not_equal(rows["text"], _NO_TEXT)).select(["seed_id", "text"])

    def seeds(self) -> Iterator[pa.ChunkedArray]:
        """Yield the names that seeds of the same content have."""
        yield from (rows["seed_id"] for rows in self._rows)

    def split_groups(self) -> Iterator[pa.ChunkedArray]:
        """Yield nothing."""
        yield from ()

    def warnings(self) -> list[str]:
        """Return a line if some rows cannot be compared."""
        if not self._unusable:
            return []
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in sorted(self._unusable.items()))
        return [f"{self.name}: rows that cannot be held out: {reasons}"]

    @property
    def _rows(self) -> list[pa.Table]:
        return self._cleaned[0]

    @property
    def _unusable(self) -> Counter[str]:
        return self._cleaned[1]

    @cached_property
    def _cleaned(self) -> tuple[list[pa.Table], Counter[str]]:
        """Tables of the schema ``SEEDS``, and why the other rows are not in them."""
        tables, unusable = [], Counter[str]()
        for raw in batched(read_benchmark(self.benchmark)):
            described = clean(raw, self.benchmark.config)
            without = set(_names(described.rejected.filter(pc.equal(described.rejected["reason"], "no_text"))))
            again = [replace(row, text=_NO_TEXT) for row in raw if (row.source, row.source_id) in without]
            bare = clean(again, self.benchmark.config)
            tables += [described.kept, bare.kept]
            unusable.update(described.rejected["reason"].to_pylist() + bare.rejected["reason"].to_pylist())
        del unusable["no_text"]
        return [table for table in tables if table.num_rows], unusable


def _names(rows: pa.Table) -> Iterable[tuple[str, str]]:
    return zip(rows["source"].to_pylist(), rows["source_id"].to_pylist(), strict=True)


def open_holdout(name: str, trained_on: PublishedDataset) -> Holdout:
    """Find a dataset, or a published benchmark.

    Parameters
    ----------
    name
        The folder of a dataset or of its run, or ``[NAME=][ADAPTER:]PATH[@LANGUAGE]``.

    Raises
    ------
    InputError
        If there is none, or it has no programs to hold out.
    """
    if not _is_dataset(Path(name)) and _is_benchmark(name):
        return _open_benchmark(name)
    published = find_dataset(Path(name))
    same = published.folder.resolve() == trained_on.folder.resolve()
    splits = tuple(split for split in SPLITS if not (same and split == "train"))
    if not set(splits) & set(published.splits("programs")):
        raise InputError(f"{name} has no split but the one that is trained on", "hold out another dataset")
    return HeldDataset(name, published, splits)


def _is_dataset(path: Path) -> bool:
    return RunFolder(path).is_run or any((folder / "data").is_dir() for folder in (path, path / "dataset"))


def _is_benchmark(name: str) -> bool:
    """Tell the form of a benchmark from the path of a dataset that does not exist."""
    return Path(name).exists() or ":" in name or "=" in name


def _open_benchmark(spec: str) -> HeldBenchmark:
    (benchmark,) = parse_benchmarks([spec])
    opened = HeldBenchmark(spec, benchmark)
    if not any(True for _ in opened.seeds()):
        why = "; ".join(opened.warnings()) or f"{spec}: it has no rows"
        raise InputError(why, "name the adapter that fits it: --holdout ADAPTER:PATH")
    return opened


def benchmark_rows(
    name: str,
    row_ids: pa.ChunkedArray | pa.Array,
    languages: pa.ChunkedArray | pa.Array,
    codes: pa.ChunkedArray | pa.Array,
) -> pa.Table:
    """Return rows of the schema ``BENCHMARK_ROWS``."""
    names = pa.repeat(pa.scalar(name), len(row_ids))
    return pa.table([names, row_ids, languages, codes], names=BENCHMARK_ROWS.names).cast(BENCHMARK_ROWS)
