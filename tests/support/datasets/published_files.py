"""Benchmarks of clones and classification in the forms in which CodeXGLUE and the Hub publish them, small."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Pair = tuple[str, str, int]

TOPICS = ("sort list order swap", "read file lines stream", "open socket port bind", "parse json tree node")
FILES = {"train": "train", "validation": "valid", "test": "test"}


def function(topic: int, number: int) -> str:
    """Return a function whose words say its topic, and a few others."""
    words = TOPICS[topic].split()
    body = " ".join(f"{words[(number + at) % 4]}{at}({words[at]});" for at in range(4))
    return f"void {words[number % 4]}_{number}() {{ {body} int unique{number * 7 + topic} = {number}; }}"


def write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def clone_pairs(first: int, count: int = 6) -> list[Pair]:
    """Return pairs of functions ``topic * 100 + number``: clones have one topic."""
    pairs: list[Pair] = []
    for number in range(first, first + count):
        for topic in range(4):
            pairs.append((str(topic * 100 + number), str(topic * 100 + number + 1), 1))
            pairs.append((str(topic * 100 + number), str((topic + 1) % 4 * 100 + number), 0))
    return pairs


def write_bigclonebench(folder: Path, **pairs: Sequence[Pair]) -> Path:
    """Write ``data.jsonl`` and three lists of pairs; name a split to give it other pairs."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [{"idx": str(topic * 100 + n), "func": function(topic, n)} for topic in range(4) for n in range(30)]
    write_lines(folder / "data.jsonl", rows)
    usual = {"train": clone_pairs(0), "validation": clone_pairs(10), "test": clone_pairs(20)} | pairs
    for split, name in FILES.items():
        (folder / f"{name}.txt").write_text("".join(f"{a}\t{b}\t{label}\n" for a, b, label in usual[split]))
    return folder


def write_bigclonebench_tables(folder: Path) -> Path:
    """Write the same benchmark as the Hub has it."""
    (folder / "data").mkdir(parents=True)
    for split, first in (("train", 0), ("validation", 10), ("test", 20)):
        rows = [
            {
                "id": number,
                "id1": int(a),
                "id2": int(b),
                "func1": function(int(a) // 100, int(a) % 100),
                "func2": function(int(b) // 100, int(b) % 100),
                "label": bool(label),
            }
            for number, (a, b, label) in enumerate(clone_pairs(first))
        ]
        pq.write_table(pa.Table.from_pylist(rows), folder / "data" / f"{split}-00000-of-00001.parquet")
    return folder


def write_poj104(folder: Path, programs: int = 5) -> Path:
    """Write two problems for each split."""
    number = 0
    for split, problems in (("train", (0, 1)), ("validation", (2, 3)), ("test", (4, 5))):
        rows = []
        for problem in problems:
            for one in range(programs):
                code = function(problem % 4, 10 * problem + one)
                rows.append({"label": str(problem + 1), "index": str(number), "code": code})
                number += 1
        write_lines(folder / f"{FILES[split]}.jsonl", rows)
    return folder


def devign_functions() -> list[dict[str, Any]]:
    """Return 120 functions, of which those of even topics are vulnerable, in commits of two."""
    return [
        {"func": function(n % 4, n), "target": int(n % 2 == 0), "project": "qemu", "commit_id": f"c{n // 2}"}
        for n in range(120)
    ]


DEVIGN_SPLITS = {"train": range(80), "validation": range(80, 100), "test": range(100, 120)}


def write_devign(folder: Path) -> Path:
    """Write ``function.json`` and a list of positions for each split."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "function.json").write_text(json.dumps(devign_functions()))
    for split, positions in DEVIGN_SPLITS.items():
        (folder / f"{FILES[split]}.txt").write_text("".join(f"{position}\n" for position in positions))
    return folder


def write_devign_lines(folder: Path) -> Path:
    """Write the same benchmark as CodeXGLUE's script leaves it."""
    functions = devign_functions()
    for split, positions in DEVIGN_SPLITS.items():
        write_lines(folder / f"{FILES[split]}.jsonl", [{**functions[at], "idx": at} for at in positions])
    return folder


def write_devign_tables(folder: Path) -> Path:
    """Write the same benchmark as the Hub has it."""
    (folder / "data").mkdir(parents=True)
    functions = devign_functions()
    for split, positions in DEVIGN_SPLITS.items():
        rows = [{**functions[at], "id": at, "target": bool(functions[at]["target"])} for at in positions]
        pq.write_table(pa.Table.from_pylist(rows), folder / "data" / f"{split}-00000-of-00001.parquet")
    return folder
