"""Ranks of the right documents: time and memory against the bare matrix product, and against mteb's own search.

    python benchmarks/scoring.py [--width 384 --width 1024] [--large]

20,000 queries and documents of random unit vectors, and the same with mteb's search where mteb is installed. In each
round the ways run one after another; printed are the medians of the rounds' ratios. ``--large`` ranks 100,000 queries
among 100,000 documents once. Each way runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from synthcode.evaluation.retrieval.benchmark import Judgements
from synthcode.evaluation.retrieval.search.ranking import vector_ranks
from synthcode.evaluation.score_blocks import rows_in_block

MOST_TIMES, MOST_BYTES = 1.25, 600e6
ROUNDS = 7


def unit_vectors(count: int, width: int, random_seed: int) -> np.ndarray:
    vectors = np.random.default_rng(random_seed).standard_normal((count, width), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def ranks(queries: np.ndarray, documents: np.ndarray) -> None:
    places = np.arange(len(queries))
    vector_ranks(queries, documents, Judgements(places, np.arange(len(queries) + 1), places))


def bare_product(queries: np.ndarray, documents: np.ndarray) -> None:
    """Multiply block by block, as ranking does, and look at nothing."""
    rows = rows_in_block(len(documents))
    scores = np.empty((rows, len(documents)), dtype=np.float32)
    for start in range(0, len(queries), rows):
        block = queries[start : start + rows]
        np.matmul(block, documents.T, out=scores[: len(block)])


def whole_product(queries: np.ndarray, documents: np.ndarray) -> None:
    """Multiply in one call: the product of that size, 1.6 GB of it."""
    queries @ documents.T


WAYS: dict[str, Callable[[np.ndarray, np.ndarray], None]] = {
    "ranks": ranks,
    "bare product, in blocks": bare_product,
    "bare product, whole": whole_product,
}


def measure(count: int, width: int, rounds: int) -> None:
    """In a process of its own: the seconds of each way in each round, and the memory with nothing but the ranks."""
    queries, documents = unit_vectors(count, width, 1), unit_vectors(count, width, 2)
    ranks(queries[:64], documents)  # compiles the counting loop
    started = time.perf_counter()
    ranks(queries, documents)
    first = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    seconds: dict[str, list[float]] = {name: [] for name in WAYS}
    for _ in range(rounds):
        for name, way in WAYS.items():
            started = time.perf_counter()
            way(queries, documents)
            seconds[name].append(time.perf_counter() - started)
    print(json.dumps({"memory": memory, "first": first, "seconds": seconds}))


def measure_mteb(count: int, width: int) -> None:
    """In a process of its own: mteb's search, with an encoder that hands over the same vectors."""
    import torch
    from datasets import Dataset
    from mteb.models import ModelMeta, SearchEncoderWrapper

    from synthcode.evaluation.interop.mteb_tasks import task_metadata

    class Stored:
        mteb_model_meta = ModelMeta.create_empty()

        def encode(self, inputs: Iterable[dict[str, list[str]]], **task: object) -> np.ndarray:
            vectors = queries if task["prompt_type"].value == "query" else documents
            return vectors[[int(name) for batch in inputs for name in batch["text"]]]

        def similarity(self, first: np.ndarray, second: np.ndarray) -> torch.Tensor:
            return torch.as_tensor(first) @ torch.as_tensor(second).T

    queries, documents = unit_vectors(count, width, 1), unit_vectors(count, width, 2)
    rows = Dataset.from_dict({"id": [str(number) for number in range(count)], "text": [str(n) for n in range(count)]})
    task = {"task_metadata": task_metadata("code2code", "stripped"), "hf_split": "test", "hf_subset": "default"}
    search = SearchEncoderWrapper(Stored())
    started = time.perf_counter()
    search.index(rows, **task, encode_kwargs={})
    search.search(rows, **task, top_k=1000, encode_kwargs={})
    seconds = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"memory": memory, "seconds": seconds}))


def apart(*arguments: object) -> Any:
    command = [sys.executable, __file__, "--apart", *map(str, arguments)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def compare(width: int, count: int = 20_000) -> bool:
    print(f"{count:,} x {count:,} x {width}")
    found = apart("ours", count, width, ROUNDS)
    seconds, memory = found["seconds"], found["memory"]
    own = statistics.median(seconds["ranks"])
    print(f"  ranks: median {own:.2f} s, peak memory {memory / 1e6:.0f} MB")
    ratios = {}
    for name in list(WAYS)[1:]:
        ratios[name] = statistics.median(a / b for a, b in zip(seconds["ranks"], seconds[name], strict=True))
        print(f"  against the {name}: {ratios[name]:.2f} times (median {statistics.median(seconds[name]):.2f} s)")
    if importlib.util.find_spec("mteb") is not None:
        theirs = apart("mteb", count, width)
        size = f"{theirs['memory'] / 1e9:.1f} GB"
        print(f"  mteb's search: {theirs['seconds']:.1f} s, {theirs['seconds'] / own:.0f} times as long, {size}")
    return memory < MOST_BYTES and ratios["bare product, in blocks"] <= MOST_TIMES


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--width", type=int, action="append")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--apart", nargs="+")
    arguments = parser.parse_args()
    if arguments.apart:
        kind, *numbers = arguments.apart
        {"ours": measure, "mteb": measure_mteb}[kind](*map(int, numbers))
        return 0
    good = [compare(width) for width in arguments.width or (384, 1024)]
    if arguments.large:
        found = apart("ours", 100_000, 384, 0)
        print(f"100,000 x 100,000 x 384: {found['first']:.1f} s, {found['memory'] / 1e6:.0f} MB")
    return int(not all(good))


if __name__ == "__main__":
    sys.exit(main())
