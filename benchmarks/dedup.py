"""Measure deduplication: what it removes against all pairs compared, and its time and memory against other tools.

    python benchmarks/dedup.py accuracy             # against exact all-pairs, for both ways to treat chains
    taskset -c 0 python benchmarks/dedup.py speed   # one core, compared with datasketch and rensa
    python benchmarks/dedup.py giants               # 100,000 copies of one program
    python benchmarks/dedup.py scale                # 125,000 and 1,000,000 programs, and these in little memory
    python benchmarks/dedup.py all

Programs are MBXP's (a folder of its gzip JSON lines) and the documented functions of this interpreter's libraries,
mined and cleaned as ``synthcode seeds --from source-tree`` does. More are made of these by giving every identifier
another name in each copy. Every measurement is a process of its own; datasketch and rensa are measured where they are
installed. Peak memory is that of the process, threads included.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from program_corpus import ROWS_AT_ONCE, as_programs, corpus, grown, mbxp, mine

from synthcode.dedup.clustering.components import DisjointSets
from synthcode.dedup.clustering.exhaustive import similarities_by_text
from synthcode.dedup.config import DedupConfig
from synthcode.dedup.duplicates import Clustering, cluster_programs
from synthcode.execution.threads import ThreadExecutor
from synthcode.storage.large_tables.spill import SpillStore
from synthcode.storage.shards import read_batches
from synthcode.vocabulary import TransitiveMode

MBXP = Path(__file__).resolve().parents[1] / "tests" / "data" / "mbxp"


class Clock:
    """Wall clock and processor time since it was made, and the peak of memory."""

    def __init__(self) -> None:
        self._wall, self._processor = time.perf_counter(), time.process_time()

    def __str__(self) -> str:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        return f"{self.wall:8.2f} s ({self.processor:.2f} of processor)  peak {peak:.2f} GB"

    @property
    def wall(self) -> float:
        return time.perf_counter() - self._wall

    @property
    def processor(self) -> float:
        return time.process_time() - self._processor


def deduplicate(table: pa.Table, transitive: TransitiveMode = "keep") -> Clustering:
    return cluster_programs([table], DedupConfig(transitive=transitive))


def measure_accuracy(folder: Path, mbxp_folder: Path) -> None:
    rows = mbxp(mbxp_folder)
    compare("MBXP", [code for _, code in rows], [language for language, _ in rows])
    functions = list(itertools.islice(grown(mine(folder)), 20_000))
    compare("functions", functions, ["python"] * len(functions))
    near = [functions[place % 5_000] for place in range(20_000)]
    near = [edited(code, place) for place, code in enumerate(near)]
    compare("functions, and edited copies of them", near, ["python"] * len(near))


def edited(code: str, place: int) -> str:
    """Change some lines of a program: of a copy so many that its similarity is spread around the threshold."""
    draw = random.Random(place)
    share = draw.uniform(0, 0.4) if place >= 5_000 else 0.0
    lines = [
        f"{line[: len(line) // 2]}{draw.randrange(10**6)}" if draw.random() < share else line
        for line in code.split("\n")
    ]
    return "\n".join(lines)


def compare(what: str, codes: list[str], languages: list[str]) -> None:
    """Print what is found of the pairs that exact all-pairs find.

    Where chains are dropped, all but one of each connected component is to go. Where they are kept, every removed
    program is to be like one that stays, and no two that stay are to be alike.
    """
    table = as_programs(codes, languages)
    ids = np.array(table["program_id"].to_pylist())
    pairs = alike_pairs(codes, languages, ids)
    print(f"{what}: {len(codes):,} programs, {len(pairs):,} pairs are alike")
    sets = DisjointSets(len(codes))
    sets.unite(*pairs.T)
    truth = set(np.sort(ids)[np.flatnonzero(sets.labels() != np.arange(len(codes)))])
    clock = Clock()
    removed = set(deduplicate(table, "drop").dropped)
    both = len(truth & removed)
    print(f"  chains dropped: removed {len(removed):,} of {len(truth):,} that are to go", end="")
    print(f": recall {both / len(truth):.5f}, precision {both / len(removed):.5f} {clock}")
    clock = Clock()
    gone = np.isin(np.sort(ids), list(deduplicate(table).dropped))
    staying = ~gone[pairs]
    like_one_that_stays = np.unique(np.concatenate([pairs[staying[:, 1], 0], pairs[staying[:, 0], 1]]))
    unlike = int(gone.sum() - gone[like_one_that_stays].sum())
    print(f"  chains kept: removed {gone.sum():,}, {unlike} of them like none that stays", end="")
    print(f", {int(staying.all(axis=1).sum())} pairs alike among those that stay {clock}")


def alike_pairs(codes: list[str], languages: list[str], ids: np.ndarray) -> np.ndarray:
    """Compare all programs of a language; return the pairs that are alike, shape (n, 2), as ranks of their ids.

    The smaller id, which is the smaller rank, stands first: it is the representative.
    """
    order = np.argsort(ids)
    found = [np.empty((0, 2), np.int64)]
    for language in sorted(set(languages)):
        places = np.array([rank for rank, row in enumerate(order) if languages[row] == language])
        texts = pa.array([codes[order[rank]] for rank in places], pa.large_string())
        for rank, similarities in zip(places, similarities_by_text(texts, 5), strict=True):
            alike = places[similarities >= 0.7]
            alike = alike[alike > rank]
            found.append(np.column_stack([np.full(alike.size, rank), alike]))
    return np.concatenate(found)


def measure_speed(folder: Path) -> None:
    table = pq.read_table(corpus(folder, 20_000))
    codes = table["code"].to_pylist()
    print(f"{len(codes):,} functions, {sum(map(len, codes)) / len(codes):.0f} characters each")
    runs: list[tuple[str, Callable[[], int]]] = [
        ("synthcode, first call", lambda: len(deduplicate(table).dropped)),
        ("synthcode", lambda: len(deduplicate(table).dropped)),
        ("datasketch, 256 permutations", lambda: with_datasketch(codes)),
        ("rensa, as its README shows", lambda: with_rensa(codes)),
        ("synthcode", lambda: len(deduplicate(table).dropped)),
    ]
    ours = 0.0
    for name, run in runs:
        if importlib.util.find_spec(name.split(",")[0]) is None:
            print(f"  {name:30} not installed")
            continue
        clock = Clock()
        removed, spent, shown = run(), clock.processor, str(clock)
        ours = spent if name == "synthcode" else ours
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


def measure_file(path: Path, folder: Path, memory: int | None) -> None:
    """Deduplicate a file of programs, streamed, as the command does."""
    threads = len(os.sched_getaffinity(0))
    clock = Clock()
    with closing(ThreadExecutor(threads)) as pool, SpillStore(folder, memory and memory // 2) as scratch:
        found = cluster_programs(read_batches([path], rows=ROWS_AT_ONCE), DedupConfig(), scratch, pool.map_shared)
    rows = pq.ParquetFile(path).metadata.num_rows
    size = sum(
        pq.ParquetFile(path).metadata.row_group(i).column(4).total_uncompressed_size
        for i in range(pq.ParquetFile(path).num_row_groups)
    )
    given = f"{memory / 1e9:g} GB of memory" if memory else "all the memory it likes"
    print(f"  {rows:,} programs, {size / 1e6:,.0f} MB, {threads} threads, {given}")
    print(f"    {clock}  removed {len(found.dropped):,}, compared {found.compared:,}")
    print(json.dumps(clock.wall))


def in_a_process(path: Path, folder: Path, memory: int = 0) -> float:
    """Measure a file in a new process, and return its seconds."""
    command = [sys.executable, __file__, "file", "--folder", str(folder), "--path", str(path), "--memory", str(memory)]
    done = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE)
    *printed, seconds = done.stdout.splitlines()
    print("\n".join(printed), flush=True)
    return float(json.loads(seconds))


def measure_giants(folder: Path) -> None:
    print("200,000 programs, all different; then half of them identical")
    different, same = (in_a_process(corpus(folder, 200_000, same), folder) for same in (0, 100_000))
    print(f"  {same / different:.2f} times the time of different ones")


def measure_scale(folder: Path, rows: int) -> None:
    small, large = (in_a_process(corpus(folder, count), folder) for count in (rows // 8, rows))
    print(f"  8 times the programs take {large / small:.1f} times the time")
    in_a_process(corpus(folder, rows), folder, memory=10**9)


def main() -> None:
    """Run the benchmarks that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["accuracy", "speed", "giants", "scale", "all", "file"])
    parser.add_argument("--folder", type=Path, help="where corpora are kept for the next time; default: nowhere")
    parser.add_argument("--mbxp", type=Path, default=MBXP, help="a folder with releases of MBXP")
    parser.add_argument("--rows", type=int, default=1_000_000, metavar="N", help="programs of the large corpus")
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--memory", type=int, default=0, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        if asked.what == "file":
            measure_file(asked.path, folder, asked.memory or None)
        if asked.what in ("accuracy", "all"):
            measure_accuracy(folder, asked.mbxp)
        if asked.what in ("speed", "all"):
            measure_speed(folder)
        if asked.what in ("giants", "all"):
            measure_giants(folder)
        if asked.what in ("scale", "all"):
            measure_scale(folder, asked.rows)


if __name__ == "__main__":
    main()
