"""A dataset that ``build`` made, or a downloaded copy of one, read a batch at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from synthcode.bounded.trees import NotYamlError, read_yaml
from synthcode.errors import InputError, first_line, shell_word
from synthcode.identity import digest, file_digest
from synthcode.schemas.tables import (
    CLONES,
    DATASET_PROGRAMS,
    DATASET_QUERIES,
    MINED_NEGATIVES,
    NEGATIVES,
    QRELS,
    TEXTS,
    TRIPLETS,
)
from synthcode.storage.layout import RunFolder
from synthcode.storage.manifest import Manifest
from synthcode.storage.shards import read_batches, shards_of
from synthcode.vocabulary import SPLITS

CROISSANT_NAME = "croissant.json"

CONFIGS = {"triplets": TRIPLETS, "programs": DATASET_PROGRAMS, "texts": TEXTS, "qrels": QRELS}
"""The configurations that every dataset has; the first is the default."""
NEGATIVES_NAME = "negatives"
QUERIES_NAME = "queries"
MINED_NEGATIVES_NAME = "mined_negatives"
CLONES_NAME = "clones"
ALL_CONFIGS = {
    **CONFIGS,
    NEGATIVES_NAME: NEGATIVES,
    MINED_NEGATIVES_NAME: MINED_NEGATIVES,
    QUERIES_NAME: DATASET_QUERIES,
    CLONES_NAME: CLONES,
}
"""With those that a dataset has if there are rows for them, or if they were requested."""

_NUMBERED = re.compile(r"-of-([0-9]{1,9})\.parquet$")
_LATER_COLUMNS = frozenset({"verification"})


@dataclass(frozen=True)
class PublishedDataset:
    """The folder that holds ``README.md`` and ``data/CONFIG/SPLIT-*.parquet``."""

    folder: Path
    recorded: Mapping[str, str] = field(default_factory=dict, repr=False)
    """SHA-256 of files, by path relative to the folder; empty if none was recorded."""
    _verified: set[Path] = field(default_factory=set, init=False, repr=False, compare=False)

    @property
    def restore(self) -> str:
        """What to do about a file that is damaged or missing: only the dataset of a run can be built again."""
        run = _run_of(self.folder)
        if run is not None:
            return f"make it again with 'synthcode build {shell_word(run)}'"
        return "download the dataset again, whole: 'hf download --repo-type dataset' fetches one"

    def splits(self, config: str) -> list[str]:
        """Return the splits that a configuration has.

        Raises
        ------
        InputError
            If it has none.
        """
        found: list[str] = [split for split in SPLITS if shards_of(self.folder / "data" / config, split)]
        if not found:
            self._refuse_missing(f"data/{config}/")
            if config == CLONES_NAME:
                raise InputError(f"{self.folder} has no pairs of clones", self._how_clones_are_made())
            if config == QUERIES_NAME:
                raise InputError(f"{self.folder} has no queries of other styles", self._how_queries_are_made())
            raise InputError(f"{self.folder} has no configuration {config!r}", self.restore)
        return found

    def _how_clones_are_made(self) -> str:
        run = _run_of(self.folder)
        if run is not None:
            return f"make them with 'synthcode build {shell_word(run)} --clones'"
        return "use a dataset that has them: in a run, 'synthcode build RUN --clones' makes them"

    def _how_queries_are_made(self) -> str:
        run = _run_of(self.folder)
        if run is not None:
            word = shell_word(run)
            return f"have them written with 'synthcode queries {word}', then run 'synthcode build {word}'"
        return "use a dataset that has them: in a run, 'synthcode queries RUN' and 'synthcode build RUN' make them"

    def shards(self, config: str, split: str) -> list[Path]:
        """Return the Parquet files of a split, in order.

        Raises
        ------
        InputError
            If it has none, or some are missing.
        """
        shards = shards_of(self.folder / "data" / config, split)
        self._refuse_missing(f"data/{config}/{split}-")
        if not shards:
            there = ", ".join(self.splits(config))
            raise InputError(f"{self.folder} has no split {split!r} of {config!r}", f"use one of: {there}")
        whole = {int(match[1]) for shard in shards if (match := _NUMBERED.search(shard.name))}
        if len(whole) == 1 and (missing := max(whole) - len(shards)) > 0:
            of = f"of the {max(whole):,} files of split {split!r} of {config!r}"
            raise InputError(f"{self.folder}: {missing:,} {of} are missing", self.restore)
        return shards

    def _refuse_missing(self, prefix: str) -> None:
        """Refuse to read what lacks a file that was recorded when the dataset was built."""
        for name in sorted(self.recorded):
            if name.startswith(prefix) and not (self.folder / name).exists():
                raise InputError(f"{self.folder / name} is missing", self.restore)

    def batches(self, config: str, split: str, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Read columns of a split, in the types that the configuration declares.

        Raises
        ------
        InputError
            If a file is damaged, lacks a column, or has one of another type or with nulls where none may be.
        """
        schema = pa.schema([ALL_CONFIGS[config].field(name) for name in columns])
        for shard in self.shards(config, split):
            if shard not in self._verified:
                self.verify(shard)
            for table in read_batches([shard], columns, fix=self.restore):
                table = _with_later_columns(table, schema)
                if missing := sorted(set(columns) - set(table.column_names)):
                    raise InputError(
                        f"{shard} has no column {missing[0]!r}",
                        "use a dataset that this version's 'synthcode build' made, or build it again",
                    )
                yield _cast(table.select(columns), schema, shard)

    def digest(self, splits: Sequence[str], configs: Sequence[str]) -> str:
        """Hash the content of some splits of some configurations, and verify it."""
        shards = {f"{config}/{split}": self.shards(config, split) for config in configs for split in splits}
        return digest("dataset", {name: [self.verify(file) for file in files] for name, files in shards.items()})

    def verify(self, file: Path) -> str:
        """Return the digest of a file of the dataset.

        Raises
        ------
        InputError
            If it is not the one that was recorded when the dataset was built.
        """
        found = file_digest(file)
        recorded = self.recorded.get(file.relative_to(self.folder).as_posix())
        if recorded not in (None, found):
            raise InputError(
                f"{file} is damaged or was changed: its SHA-256 is not the one that was recorded when it was written",
                self.restore,
            )
        self._verified.add(file)
        return found


def _with_later_columns(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Add, as null, the columns that datasets of earlier versions do not have."""
    for column in schema:
        if column.name in _LATER_COLUMNS and column.nullable and column.name not in table.column_names:
            table = table.append_column(column, pa.nulls(table.num_rows, column.type))
    return table


def _cast(table: pa.Table, schema: pa.Schema, shard: Path) -> pa.Table:
    try:
        return table.cast(schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as problem:
        raise InputError(
            f"{shard} is not in the form of a dataset: {first_line(problem)}",
            "use a dataset that 'synthcode build' made, or build it again",
        ) from problem


def _run_of(folder: Path) -> Path | None:
    """Return the run directory whose dataset a folder is; None if it is a copy."""
    run = folder.parent if folder.name == "dataset" else folder.resolve().parent
    return run if folder.resolve().name == "dataset" and RunFolder(run).is_run else None


def _recorded_digests(folder: Path) -> Mapping[str, str]:
    """Return the digests that the manifest of the dataset's run has or, of a downloaded one, its Croissant metadata."""
    run = _run_of(folder)
    if run is not None:
        stages = Manifest(run).stages
        if stages and "build" not in stages:
            raise InputError(f"{folder} is not complete", f"complete it with 'synthcode build {shell_word(run)}'")
        if stages:
            return {path.removeprefix("dataset/"): output.sha256 for path, output in stages["build"].outputs.items()}
    return croissant_digests(folder / CROISSANT_NAME)


def croissant_digests(file: Path) -> dict[str, str]:
    """Return the SHA-256 of each file that Croissant metadata lists; empty if it lists none.

    Raises
    ------
    InputError
        If the file is not JSON.
    """
    if not file.is_file():
        return {}
    try:
        entries = json.loads(file.read_text("utf-8"))["distribution"]
        return {one["contentUrl"]: one["sha256"].lower() for one in entries if "sha256" in one}
    except (KeyError, TypeError, AttributeError):
        return {}
    except (ValueError, RecursionError) as problem:
        raise InputError(
            f"{file} is damaged: it is not JSON ({first_line(problem)})",
            "download the dataset again, or remove the file: the tables are then not verified",
        ) from problem


def no_dataset_yet(run: Path) -> InputError:
    """Return what to say about a run that has not been built; a shard never is."""
    with suppress(InputError, NotYamlError, OSError):
        recipe = read_yaml(RunFolder(run).recipe)
        if isinstance(recipe, Mapping) and isinstance(shard := recipe.get("shard"), str):
            return InputError(
                f"{run} is the run of shard {shard}: a dataset is made of all shards",
                "join them first, which builds the dataset: synthcode merge OUT SHARD...",
            )
    return InputError(f"{run} has no dataset yet", f"make it with 'synthcode build {shell_word(run)}'")


def find_dataset(path: Path) -> PublishedDataset:
    """Return the dataset of a run directory, or that a folder is.

    Raises
    ------
    InputError
        If it is neither, or the run has not been built.
    """
    for folder in (path, path / "dataset"):
        if (folder / "data").is_dir():
            return PublishedDataset(folder, _recorded_digests(folder))
    for run in (path, path.parent):
        if RunFolder(run).is_run and (run == path or RunFolder(run).dataset == path):
            raise no_dataset_yet(run)
    what = "is neither a run directory nor a dataset" if path.exists() else "does not exist"
    raise InputError(f"{path} {what}", "name a run directory, its folder 'dataset', or a downloaded copy of one")
