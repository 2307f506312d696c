"""Programs to look for near-duplicates among: MBXP's, and the documented functions of this interpreter's libraries."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import json
import keyword
import random
import re
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from synthcode.schemas.tables import PROGRAMS
from synthcode.storage.shards import read_batches

WORD = re.compile(r"[A-Za-z_]\w{2,}")
KEPT_WORDS = frozenset(keyword.kwlist) | {"self", "cls"}
ROWS_AT_ONCE = 8_192


def as_programs(codes: list[str], languages: list[str], first: int = 0) -> pa.Table:
    """Make every code the program of a seed of its own."""
    ids = [hashlib.md5(str(first + place).encode()).hexdigest() for place in range(len(codes))]
    return pa.table([ids, ids, languages, ["seed"] * len(ids), codes], schema=PROGRAMS)


def mbxp(folder: Path) -> list[tuple[str, str]]:
    """Read the whole programs of MBXP: language, prompt and canonical solution."""
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


def mine(folder: Path) -> list[str]:
    """Return the distinct documented functions of the standard library and of what is installed, in a drawn order."""
    kept = folder / "mined.json"
    if not kept.is_file():
        from synthcode.pipelines.main import run_cli

        found: set[str] = set()
        for name in ("stdlib", "purelib"):
            run, path = folder / name, sysconfig.get_paths()[name]
            if run_cli(["seeds", str(run), "--from", "source-tree", "--path", path, "--language", "python"]):
                sys.exit(1)
            for table in read_batches(sorted((run / "seeds").glob("*.parquet")), ["code"]):
                found.update(table["code"].to_pylist())
        programs = sorted(found)
        random.Random(0).shuffle(programs)
        kept.write_text(json.dumps(programs))
    programs = json.loads(kept.read_text())
    return programs


def grown(programs: list[str]) -> Iterator[str]:
    """Yield programs without end: those that there are, then copies with other names in each."""
    for copy in itertools.count():
        names: dict[str, str] = {}

        def rename(match: re.Match[str], copy: int = copy, names: dict[str, str] = names) -> str:
            word = match.group()
            if word not in names:
                drawn = hashlib.md5(f"{word}{copy}".encode()).hexdigest() * (1 + len(word) // 32)
                names[word] = word if word in KEPT_WORDS else f"{word[0]}{drawn[: len(word) - 1]}"
            return names[word]

        for code in programs:
            yield WORD.sub(rename, code) if copy else code


def corpus(folder: Path, rows: int, same: int = 0) -> Path:
    """Write so many programs as Parquet, the first ``same`` of them identical, and return the file."""
    path = folder / f"{rows}-{same}.parquet"
    if not path.is_file():
        programs = grown(mine(folder))
        codes = itertools.islice(itertools.chain(itertools.repeat(next(programs), same), programs), rows)
        with pq.ParquetWriter(folder / "writing", PROGRAMS, compression="zstd") as writer:
            for first in range(0, rows, ROWS_AT_ONCE):
                batch = list(itertools.islice(codes, ROWS_AT_ONCE))
                writer.write_table(as_programs(batch, ["python"] * len(batch), first))
        (folder / "writing").rename(path)
    return path
