"""How long ``synthcode leaderboard`` takes: 50 results of 81 pairs of languages each, stripped and anonymous.

    OMP_NUM_THREADS=1 python benchmarks/leaderboard.py [--results 50] [--problems 100] [--variants 2]

Results are drawn: encoders of different strength on problems of different difficulty, one query a problem and pair.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from synthcode.evaluation.results_json import Facts, write_facts
from synthcode.evaluation.retrieval.ranks import write_ranks
from synthcode.schemas.results import RANKS
from synthcode.vocabulary import TEXT

LANGUAGES = ("c", "cpp", "go", "java", "javascript", "kotlin", "php", "python", "ruby")
PAIRS = [(TEXT, corpus) for corpus in LANGUAGES]
PAIRS += [(query, corpus) for query in LANGUAGES for corpus in LANGUAGES if query != corpus]
VARIANTS = ("stripped", "anonymous", "raw")


def ranks_of(
    encoder: str, strength: float, difficulty: np.ndarray, variants: int, random: np.random.Generator
) -> pa.Table:
    """Draw the rank of the right document of every query."""
    problems, cells = len(difficulty), variants * len(PAIRS)
    noise = random.normal(0, 1, (cells, problems))
    ranks = np.clip(np.rint(np.exp(1.5 * (difficulty + noise - strength))), 1, problems).astype(np.int32).ravel()
    pairs = [(variant, *pair) for variant in VARIANTS[:variants] for pair in PAIRS]
    columns = [
        np.full(cells * problems, encoder),
        np.zeros(cells * problems, np.int32),
        np.repeat(["text2code" if query == TEXT else "code2code" for _, query, _ in pairs], problems),
        *(np.repeat([pair[side] for pair in pairs], problems) for side in range(3)),
        np.array([f"{query}-{number}" for _, query, _ in pairs for number in range(problems)]),
        np.tile([f"problem-{number}" for number in range(problems)], cells),
    ]
    lists = pa.ListArray.from_arrays(pa.array(np.arange(len(ranks) + 1), pa.int32()), pa.array(ranks))
    arrays = [pa.array(column, field.type) for column, field in zip(columns, RANKS, strict=False)]
    return pa.table([*arrays, lists, pa.array(np.full(len(ranks), problems, np.int32))], schema=RANKS)


def make_results(folder: Path, results: int, problems: int, variants: int) -> None:
    random = np.random.default_rng(0)
    difficulty = random.normal(0, 1, problems)
    for number in range(results):
        name = f"st:model-{number:02}"
        place = folder / f"{number:02}"
        write_ranks(place, [ranks_of(name, 0.04 * number, difficulty, variants, random)])
        scored = {"dataset": "drawn", "dataset_digest": "1", "split": "test", "variants": VARIANTS[:variants]}
        known = {"fingerprint": name, "encoder": name, "model": "local/x", "identity": name, "exits": (0,)}
        write_facts(place, Facts(**known, **scored, settings={}, versions={}, speed={}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=int, default=50)
    parser.add_argument("--problems", type=int, default=100)
    parser.add_argument("--variants", type=int, default=2, choices=(1, 2, 3))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_results(folder / "results", options.results, options.problems, options.variants)
        files = [
            argument for ending in ("md", "csv", "json", "html") for argument in ("--out", str(folder / f"b.{ending}"))
        ]
        command = [sys.executable, "-m", "synthcode", "leaderboard", str(folder / "results"), *files]
        start = time.perf_counter()
        subprocess.run(command, check=True)
        wall = time.perf_counter() - start
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(
            f"{options.results} results, {len(PAIRS)} pairs, {options.variants} variants, {options.problems} problems:"
            f" {wall:.1f} s, {used.ru_utime + used.ru_stime:.1f} s of processor time, {used.ru_maxrss / 1000:.0f} MB"
            f" ({os.cpu_count()} cores)"
        )


if __name__ == "__main__":
    main()
