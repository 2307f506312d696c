"""Seeds from a dataset on the Hugging Face Hub, or one that lies in a folder."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from synthcode.bounded import limits
from synthcode.errors import InputError, first_line
from synthcode.execution.isolation import MEMORY, isolated
from synthcode.execution.worker import WorkerLostError
from synthcode.network.proxies import refuse_unusable_proxies
from synthcode.seeds.adapters.adapter import Adapter
from synthcode.seeds.config import SeedsConfig
from synthcode.seeds.raw import RawSeed
from synthcode.seeds.rows.columns import is_wanted, match_columns, seed_from
from synthcode.seeds.rows.files import data_files, file_digests
from synthcode.seeds.rows.row import Row, too_large
from synthcode.streams_without_torch import without_torch

_CHUNK_ROWS = 256
_OTHER_SIZE = 16
_COMMIT = re.compile(r"[0-9a-f]{40}")


def inputs(config: SeedsConfig) -> dict[str, str]:
    """Return the commit of the dataset, or the SHA-256 of every file of a folder.

    The Hub is asked unless ``config.revision`` is a commit.
    """
    if Path(config.path).exists():
        return file_digests(data_files(config.path))
    if config.revision and _COMMIT.fullmatch(config.revision):
        return {config.path: config.revision}
    from huggingface_hub import HfApi

    refuse_unusable_proxies()
    try:
        return {config.path: str(HfApi().dataset_info(config.path, revision=config.revision).sha)}
    except Exception as problem:
        raise _refused(config, problem) from problem


def read(config: SeedsConfig) -> Iterator[RawSeed]:
    """Yield the rows of one split, or of all splits, as they are downloaded.

    ``datasets`` reads them in a process of its own: its readers hold a line, a field or a row group whole, however
    large, and damaged Parquet ends the process that decodes it.

    Raises
    ------
    InputError
        If the dataset, its configuration, split or columns are not there, it cannot be reached, or it cannot be read
        in bounded memory.
    """
    try:
        for seeds in isolated(partial(_read_chunks, config)):
            yield from seeds
    except WorkerLostError as loss:
        raise InputError(
            f"dataset {config.path!r} cannot be read: the process that read it ended ({loss})",
            f"look for a damaged file, and for a line, a field or a row group near {MEMORY:,} bytes",
        ) from loss


def _read_chunks(config: SeedsConfig) -> Iterator[list[RawSeed]]:
    """Yield seeds, some at a time: each chunk goes through a pipe."""
    most = min(config.limit or _CHUNK_ROWS, _CHUNK_ROWS)
    chunk: list[RawSeed] = []
    chunk_size = 0
    for seed, size in _read_seeds(config):
        chunk.append(seed)
        chunk_size += size
        if len(chunk) >= most or chunk_size >= limits.ROW:
            yield chunk
            chunk, chunk_size = [], 0
    yield chunk


def _read_seeds(config: SeedsConfig) -> Iterator[tuple[RawSeed, int]]:
    """Yield the wanted seeds, each with the size of its row."""
    source = config.source or (Path(config.path).name if Path(config.path).exists() else config.path)
    for split, dataset in sorted(_load(config).items()):
        present = _columns_of(dataset, config)
        columns = match_columns([*present, "split"], config, f"{config.path} ({split})") if present else {}
        needed = [name for name in present if name in {*columns.values(), *config.keep_columns}]
        labels = _class_labels(dataset, needed)
        with without_torch():
            rows = dataset.select_columns(needed)
        for number, cells in enumerate(_guarded(rows, config), 1):
            place, size = f"{split}:{number}", _size(cells)
            cells |= {name: label(cells[name]) for name, label in labels.items() if isinstance(cells.get(name), int)}
            row = too_large(place) if size > limits.ROW else Row(place, cells | {"split": split})
            seed = seed_from(row, columns, config, source)
            if is_wanted(seed, config):
                yield seed, min(size, limits.ROW)


def _class_labels(dataset: Any, columns: Collection[str]) -> dict[str, Callable[[int], str]]:
    """Return, for the columns of classes, what gives a number its name."""
    features = dataset.features or {}
    return {name: features[name].int2str for name in columns if hasattr(features.get(name), "int2str")}


def _size(cell: Any) -> int:
    """Return how much a cell holds: characters of text, bytes, and something for everything else."""
    if isinstance(cell, str | bytes):
        return len(cell)
    if isinstance(cell, dict):
        return sum(_size(key) + _size(value) for key, value in cell.items())
    return sum(map(_size, cell)) if isinstance(cell, list | tuple) else _OTHER_SIZE


def _load(config: SeedsConfig) -> dict[str, Any]:
    import datasets
    from tqdm import tqdm

    tqdm.set_lock(threading.RLock())  # its own is a semaphore, and is reported as leaked if this process is killed
    try:
        with without_torch():
            loaded = datasets.load_dataset(config.path, config.name, revision=config.revision, streaming=True)
    except Exception as problem:
        raise _refused(config, problem) from problem
    if config.split is None:
        return dict(loaded)
    if config.split not in loaded:
        raise InputError(
            f"dataset {config.path!r} has no split {config.split!r}", f"use one of: {', '.join(sorted(loaded))}"
        )
    return {config.split: loaded[config.split]}


def _columns_of(dataset: Any, config: SeedsConfig) -> list[str]:
    """Return the names of the columns; from the first row where nothing else says them."""
    return list(dataset.column_names or next(_guarded(dataset, config), {}))


def _guarded(rows: Any, config: SeedsConfig) -> Iterator[dict[str, Any]]:
    try:
        yield from rows
    except Exception as problem:
        raise _refused(config, problem) from problem


def _refused(config: SeedsConfig, problem: Exception) -> InputError:
    """Say in two lines what the client says in many, of many kinds; without memory, have the process end."""
    what = first_line(problem)
    if isinstance(problem, MemoryError) or "out of memory" in what:  # the latter from pandas
        raise MemoryError from problem
    return InputError(
        f"dataset {config.path!r} cannot be read: {what}",
        "check its name, configuration and revision, that the Hub can be reached, and for a gated or private "
        "dataset that you are logged in (hf auth login)",
    )


ADAPTER = Adapter(read, inputs, is_remote=True)
