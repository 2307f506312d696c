"""Published benchmarks, read by the adapters for seeds, to be held against the programs of a run."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath
from typing import NamedTuple

import pyarrow as pa

from synthcode.errors import InputError, did_you_mean
from synthcode.execution.executor import Executor
from synthcode.languages import find_language, get_language
from synthcode.plugins import SEED_ADAPTERS
from synthcode.schemas.records import StageResult
from synthcode.schemas.tables import BENCHMARK_ROWS
from synthcode.seeds.adapters.registry import benchmark_languages, input_digests, read_seeds
from synthcode.seeds.cleaning import clean
from synthcode.seeds.config import SeedsConfig
from synthcode.seeds.raw import RawSeed
from synthcode.seeds.rows.files import data_files

_SPEC = re.compile(r"(?P<head>(?:[^=/:]+=)?(?:[a-z][a-z0-9-]*:)?)(?P<path>.+)", re.DOTALL)
_FORM = "[NAME=][ADAPTER:]PATH[@LANGUAGE]"
_NO_TEXT = "no text"
"""Stands for the text of rows that have none: it is the code that is compared."""


class Benchmark(NamedTuple):
    """A published benchmark."""

    name: str
    config: SeedsConfig


def parse_benchmarks(specs: Sequence[str]) -> list[Benchmark]:
    """Read ``[NAME=][ADAPTER:]PATH[@LANGUAGE]``, as given on the command line.

    Without a name, the last part of the path is used. Without an adapter, the files' names decide. The language applies
    to rows that do not name theirs.

    Raises
    ------
    InputError
        If there is nothing at a path, no such adapter, or two benchmarks of one name.
    """
    found = [_parse(spec) for spec in specs]
    names = [benchmark.name for benchmark in found]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"two benchmarks are called {name!r}", f"give one of them a name: --against {name}2=PATH")
    return found


def split_benchmark(spec: str) -> tuple[str, str, str]:
    """Split ``[NAME=][ADAPTER:]PATH[@LANGUAGE]`` into the part before the path, the path, and the part after it."""
    parts = _SPEC.fullmatch(spec)
    if parts is None:
        raise InputError("a benchmark without a path", f"give it as {_FORM}")
    path, at, language = parts["path"].rpartition("@")
    if at and find_language(language) is not None:
        return parts["head"], path, at + language
    return parts["head"], parts["path"], ""


def resolved_benchmark(spec: str, folder: Path) -> str:
    """Return a benchmark's ``[NAME=][ADAPTER:]PATH[@LANGUAGE]`` with its path absolute, where that is a file's."""
    head, path, tail = split_benchmark(spec)
    try:
        return f"{head}{(folder / path).resolve()}{tail}" if (folder / path).exists() else spec
    except (OSError, ValueError):  # too long to be a file's name, with a null byte, or in a folder that is not readable
        return spec


def _parse(spec: str) -> Benchmark:
    head, path, tail = split_benchmark(spec)
    name, _, adapter = head.rstrip(":").rpartition("=")
    adapter = adapter or _adapter_of(path)
    if adapter not in (adapters := SEED_ADAPTERS.names()):
        raise InputError(
            f"no adapter {adapter!r} in {spec!r}{did_you_mean(adapter, adapters)}", f"use one of: {', '.join(adapters)}"
        )
    language = get_language(tail[1:]).name if tail else None
    columns = {"text": ""} if adapter in ("table", "hub") else {}
    name = name or (path if adapter == "hub" else PurePath(path).name)
    return Benchmark(name, SeedsConfig(adapter, path, None, columns, language, source=name))


def _adapter_of(path: str) -> str:
    """Tell the adapter from the names of a benchmark's files."""
    names = [PurePath(path).name.lower(), *(file.name.lower() for file in data_files(path))]
    if Path(path).is_dir() and any(re.search(r"(?<=\w)_release_v[\d.]+\.jsonl", name) for name in names):
        return "mbxp"
    if any("humaneval" in re.sub(r"[-_]", "", name) for name in names):
        return "humaneval"
    return "table"


def benchmark_digests(benchmark: Benchmark) -> dict[str, str]:
    """Return the digests of what a benchmark is read from."""
    return {f"{benchmark.name}/{name}": digest for name, digest in input_digests(benchmark.config).items()}


def read_benchmark(benchmark: Benchmark, executor: Executor | None = None) -> Iterator[RawSeed]:
    """Yield the rows of a benchmark, in all its languages; see ``read_seeds``.

    Raises
    ------
    InputError
        If it is not in the layout of its adapter.
    """
    config = benchmark.config
    try:
        for language in [config.language] if config.language else benchmark_languages(config):
            yield from read_seeds(dataclasses.replace(config, language=language), executor)
    except InputError as problem:
        raise InputError(
            f"benchmark {benchmark.name}: {problem.problem}",
            f"name adapter and language, {_FORM}; a table needs a column 'code' and, without @LANGUAGE, 'language'",
        ) from problem


def benchmark_rows(raw: Sequence[RawSeed], benchmark: Benchmark) -> StageResult:
    """Bring rows into the form that seeds have: code without its documentation.

    Returns
    -------
    StageResult
        Schemas ``BENCHMARK_ROWS`` and ``REJECTED_SEEDS``; reasons are those of ``clean``.
    """
    split = clean([dataclasses.replace(row, text=row.text or _NO_TEXT) for row in raw], benchmark.config)
    name = pa.array([benchmark.name] * split.kept.num_rows, pa.string())
    columns = [name, split.kept["source_id"], split.kept["language"], split.kept["code"]]
    return StageResult(pa.table(columns, schema=BENCHMARK_ROWS), split.rejected)
