"""Measure deduplication: what it removes against all pairs compared, and its time and memory against other tools.

    taskset -c 0 python tests/benchmark/dedup.py                 # accuracy, speed on one core, giant buckets
    python tests/benchmark/dedup.py --only scale --rows 1000000  # a large corpus

Programs are MBXP's (a folder of its gzip JSON lines) and the Python functions of this interpreter's libraries; a
larger corpus is made of these by renaming identifiers. Times are seconds of wall clock, and of processor in brackets;
on a shared machine trust the latter, and ratios. datasketch and rensa are measured where they are installed.
"""

from __future__ import annotations

import argparse
import ast
import gzip
import hashlib
import importlib.util
import json
import keyword
import random
import re
import resource
import sysconfig
import textwrap
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from synthcode.schemas.tables import PROGRAMS
from synthcode.stages.dedup.components import DisjointSets
from synthcode.stages.dedup.config import DedupConfig
from synthcode.stages.dedup.duplicates import Clustering, cluster_programs
from synthcode.stages.dedup.exhaustive import all_similarities

MBXP = Path(__file__).resolve().parents[3] / "shared" / "data" / "mbxp"
WORD = re.compile(r"[A-Za-z_]\w{2,}")
KEPT_WORDS = frozenset(keyword.kwlist) | {"self", "cls", "None", "True", "False"}


class Clock:
    """Wall clock and processor time since it was made, and the peak of memory."""

    def __init__(self) -> None:
        self._wall, self._processor = time.perf_counter(), time.process_time()

    def __str__(self) -> str:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        return f"{self.wall:8.2f} s ({self.processor:.2f})  peak {peak:.2f} GB"

    @property
    def wall(self) -> float:
        return time.perf_counter() - self._wall

    @property
    def processor(self) -> float:
        return time.process_time() - self._processor


def as_programs(rows: list[tuple[str, str]]) -> pa.Table:
    """Make every (language, code) the program of a seed of its own."""
    ids = [hashlib.md5(str(place).encode()).hexdigest() for place in range(len(rows))]
    languages, codes = zip(*rows, strict=True)
    return pa.table([ids, ids, languages, ["seed"] * len(ids), codes], schema=PROGRAMS)


def mbxp(folder: Path) -> list[tuple[str, str]]:
    """Read the whole programs of MBXP: prompt and canonical solution."""
    rows = []
    for path in sorted(folder.glob("*_release_*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            problems = [json.loads(line) for line in lines]
        rows += [
            (row["language"], row["prompt"] + row["canonical_solution"])
            for row in problems
            if row["canonical_solution"]
        ]
    return rows


def mined(limit: int) -> list[str]:
    """Return distinct Python functions of the standard library and of what is installed, in a drawn order."""
    found: set[str] = set()
    for folder in (sysconfig.get_paths()["stdlib"], sysconfig.get_paths()["purelib"]):
        for path in sorted(Path(folder).rglob("*.py")):
            found.update(functions_of(path))
    programs = sorted(found)
    random.Random(0).shuffle(programs)
    return programs[:limit]


def functions_of(path: Path) -> Iterator[str]:
    try:
        text = path.read_text("utf-8")
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    lines = text.splitlines(keepends=True)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield textwrap.dedent("".join(lines[node.lineno - 1 : node.end_lineno]))


def renamed(code: str, copy: int) -> str:
    """Give about half of the identifiers another name, another half in each copy."""

    def rename(match: re.Match[str]) -> str:
        word = match.group()
        keep = word in KEPT_WORDS or zlib.crc32(f"{word}{copy}".encode()) & 1
        return word if keep else f"{word[:-1]}{copy}"

    return WORD.sub(rename, code) if copy else code


def deduplicate(table: pa.Table) -> Clustering:
    return cluster_programs([table], DedupConfig())


def measure_accuracy(rows: list[tuple[str, str]], what: str) -> None:
    table = as_programs(rows)
    ids = np.array(table["program_id"].to_pylist())
    sets = DisjointSets(len(rows))
    order = np.argsort(ids)  # the representative is the smallest id
    for language in sorted({language for language, _ in rows}):
        places = order[np.array([rows[place][0] == language for place in order])]
        similarities = all_similarities(pa.array([rows[place][1] for place in places], pa.large_string()), 5)
        left, right = np.nonzero(np.triu(similarities >= 0.7, 1))
        rank = np.argsort(order)
        sets.unite(rank[places[left]], rank[places[right]])
    truth = set(ids[order][np.flatnonzero(sets.labels() != np.arange(len(rows)))])
    clock = Clock()
    removed = set(deduplicate(table).dropped)
    both = len(truth & removed)
    print(f"\n{what}: {len(rows):,} programs, {len(truth):,} to remove by exact comparison of all pairs")
    print(f"  removed {len(removed):,}: recall {both / len(truth):.4f}, precision {both / len(removed):.4f}  {clock}")


def measure_speed(programs: list[str]) -> None:
    table = as_programs([("python", code) for code in programs])
    print(f"\n{len(programs):,} functions, {sum(map(len, programs)) / len(programs):.0f} characters each")
    runs: list[tuple[str, Callable[[], int]]] = [
        ("synthcode, first call", lambda: len(deduplicate(table).dropped)),
        ("synthcode, second call", lambda: len(deduplicate(table).dropped)),
        ("datasketch, 256 permutations", lambda: with_datasketch(programs)),
        ("rensa, as its README shows", lambda: with_rensa(programs)),
        ("synthcode, third call", lambda: len(deduplicate(table).dropped)),
    ]
    ours = 0.0
    for name, run in runs:
        if importlib.util.find_spec(name.split(",")[0]) is None:
            print(f"  {name:30} not installed")
            continue
        clock = Clock()
        removed, spent, shown = run(), clock.processor, str(clock)
        ours = spent if name == "synthcode, second call" else ours
        print(f"  {name:30} {shown}  removed {removed:6,}" + (f"  {spent / ours:5.1f} times ours" if ours else ""))


def with_datasketch(programs: list[str]) -> int:
    from datasketch import MinHash, MinHashLSH

    index, removed = MinHashLSH(threshold=0.7, num_perm=256), 0
    shingled = ({code[i : i + 5].encode() for i in range(max(1, len(code) - 4))} for code in programs)
    for place, signature in enumerate(MinHash.bulk(shingled, num_perm=256)):
        removed += bool(index.query(signature))
        index.insert(place, signature)
    return removed


def with_rensa(programs: list[str]) -> int:
    from rensa import RMinHashDeduplicator

    index = RMinHashDeduplicator(threshold=0.7, num_perm=256, use_lsh=True)
    shingled = ([code[i : i + 5] for i in range(max(1, len(code) - 4))] for code in programs)
    return index.add_pairs((str(place), tokens) for place, tokens in enumerate(shingled)).count(False)


def measure_scale(programs: list[str], rows: int) -> None:
    copies = -(-rows // len(programs))
    codes = [renamed(code, copy) for copy in range(copies) for code in programs][:rows]
    table = as_programs([("python", code) for code in codes])
    size = sum(map(len, codes)) / 1e6
    del codes
    clock = Clock()
    found = deduplicate(table)
    print(f"\n{rows:,} programs, {size:.0f} MB ({copies} times {len(programs):,}, renamed)")
    print(f"  {clock}  removed {len(found.dropped):,}, compared {found.compared:,}")


def measure_giants(programs: list[str]) -> None:
    same = len(programs) // 2
    corpora = {
        "all different": programs,
        "half of them identical": [programs[0]] * same + programs[same:],
        "half of them near-identical": [f"{programs[0]}# {place}" for place in range(same)] + programs[same:],
    }
    print(f"\n{len(programs):,} programs")
    for name, codes in corpora.items():
        table = as_programs([("python", code) for code in codes])
        clock = Clock()
        found = deduplicate(table)
        print(f"  {name:30} {clock}  removed {len(found.dropped):,}, compared {found.compared:,}")


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=["accuracy", "speed", "giants", "scale"], help="measure one thing")
    parser.add_argument("--mbxp", type=Path, default=MBXP, help="folder of MBXP's gzip JSON lines")
    parser.add_argument("--speed-rows", type=int, default=20_000, metavar="N", help="functions to compare tools on")
    parser.add_argument("--giant-rows", type=int, default=200_000, metavar="N", help="programs around a giant bucket")
    parser.add_argument("--rows", type=int, default=125_000, metavar="N", help="programs of the large corpus")
    asked = parser.parse_args()
    wanted = [asked.only] if asked.only else ["accuracy", "speed", "giants", "scale"]
    if "accuracy" in wanted and not asked.mbxp.is_dir():
        parser.error(f"no folder {asked.mbxp}: give --mbxp, or --only another measurement")
    if "accuracy" in wanted:
        programs = mbxp(asked.mbxp)
        measure_accuracy(programs, "MBXP")
        copies = [(language, renamed(code, copy)) for copy in range(3) for language, code in programs]
        measure_accuracy(copies, "MBXP with two copies of each program, renamed")
    if {"speed", "giants", "scale"} & set(wanted):
        functions = mined(max(125_000, asked.giant_rows))
        if "speed" in wanted:
            measure_speed(functions[: asked.speed_rows])
        if "giants" in wanted:
            measure_giants(functions[: asked.giant_rows])
        if "scale" in wanted:
            measure_scale(functions[:125_000], asked.rows)


if __name__ == "__main__":
    main()
