"""A run directory with a small dataset, valid in every way, made without running the stages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from synthcode.identity import digest
from synthcode.storage.manifest import Manifest, StageEntry, describe_outputs
from synthcode.storage.published import CONFIGS
from synthcode.storage.shards import write_table

SPLITS = {"train": range(6), "validation": range(6, 8), "test": range(8, 10)}
Tables = dict[tuple[str, str], pa.Table]


def make_tables(version: str = "1") -> Tables:
    """Ten seeds in Python, each with its translation into Java; another version has other code."""
    return {
        (config, split): pa.Table.from_pylist(
            [row for number in seeds for row in _ROWS[config](number, version)], schema=CONFIGS[config]
        )
        for split, seeds in SPLITS.items()
        for config in CONFIGS
    }


def _program(number: int, language: str) -> str:
    return digest("program", number, language)


def _seed(number: int) -> str:
    return digest("seed", number)


def _triplets(number: int, version: str) -> list[dict[str, Any]]:
    names = [name for name in CONFIGS["triplets"].names if not CONFIGS["triplets"].field(name).nullable]
    row = {name: f"{name} {number}" for name in names}
    return [row | {"seed_id": _seed(number), "cluster_id": f"c{number}", "func2": f"int f() {{ return {version}; }}"}]


def _programs(number: int, version: str) -> list[dict[str, Any]]:
    return [
        dict.fromkeys(("code", "code_stripped", "code_anonymous"), f"{language} {number} {version}")
        | {"program_id": _program(number, language), "document_id": _program(number, language)}
        | {"seed_id": _seed(number), "language": language, "origin": "seed" if language == "python" else "translation"}
        for language in ("python", "java")
    ]


def _qrels(number: int, _version: str) -> list[dict[str, Any]]:
    judged = [("text2code", "text", _seed(number), language) for language in ("java", "python")]
    judged.append(("code2code", "python", _program(number, "python"), "java"))
    return [
        {"task": task, "query_language": asked, "corpus_language": corpus, "query_id": query}
        | {"corpus_id": _program(number, corpus), "score": 1}
        for task, asked, query, corpus in judged
    ]


_ROWS: Mapping[str, Callable[[int, str], list[dict[str, Any]]]] = {
    "triplets": _triplets,
    "programs": _programs,
    "texts": lambda number, version: [{"seed_id": _seed(number), "text": f"Return {number}."}],
    "qrels": _qrels,
}


def make_card(text: str = "Made by nobody.", splits: Iterable[str] = tuple(SPLITS)) -> str:
    """A card as ``build`` writes it: it names the splits that have rows."""
    configs = [
        {
            "config_name": config,
            **({"default": True} if config == "triplets" else {}),
            "data_files": [{"split": split, "path": f"data/{config}/{split}-*.parquet"} for split in splits],
        }
        for config in CONFIGS
    ]
    front = {"pretty_name": "Small", "license": "mit", "tags": ["code", "synthetic"], "configs": configs}
    return f"---\n{yaml.safe_dump(front, sort_keys=False)}---\n\n# Small\n\n{text}\n"


def write_run(
    folder: Path, tables: Tables | None = None, *, shards: int = 1, card: str | None = None, **extras: str
) -> Path:
    """Write a run directory whose dataset has these tables, each cut into shards, and return it."""
    dataset = folder / "dataset"
    for old in dataset.rglob("*.parquet"):
        old.unlink()
    tables = make_tables() if tables is None else tables
    for (config, split), table in tables.items():
        size = -(-table.num_rows // shards)
        for shard in range(shards):
            name = f"{split}-{shard:05d}-of-{shards:05d}.parquet"
            write_table(dataset / "data" / config / name, table.slice(shard * size, size))
    (dataset / "README.md").write_text(card or make_card(), "utf-8")
    for name, text in extras.items():
        (dataset / name.replace("_", ".")).write_text(text, "utf-8")
    if not (folder / "recipe.yaml").exists():
        (folder / "recipe.yaml").write_text("{}\n")
    rows = {config: {split: tables[config, split].num_rows for split in SPLITS} for config in CONFIGS}
    record(folder, rows)
    return folder


def record(folder: Path, rows: Mapping[str, Mapping[str, int]]) -> None:
    """Write into the manifest that ``build`` wrote the dataset as it is."""
    files = [path for path in (folder / "dataset").rglob("*") if path.is_file()]
    counts = {"rows": rows, "splits": rows["triplets"], "by_language": {}, "contaminated": {}}
    Manifest(folder).record("build", StageEntry("made by hand", {}, describe_outputs(folder, files), counts))
