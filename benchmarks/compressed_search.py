"""Search among int8 and binary vectors against float32: time on one core, memory, and ranks.

    python benchmarks/compressed_search.py [--count 20000] [--width 384]

Random unit vectors; each query is a document with noise. The precisions are searched one after another in each round,
on one thread, with all that a search does: truncation, codes of the queries, scores, ranks of the right documents.
Printed are processor seconds, the medians of the rounds' ratios to float32, and how many of the ranks differ from those
of an independent implementation: numpy's 64-bit products and ``np.bitwise_count``, and faiss (``IndexBinaryFlat``) and
usearch where they are installed. The script fails if int8 takes more than 0.6 of float32's time, binary more than 0.25,
or a rank differs.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from synthcode.evaluation.retrieval.benchmark import Judgements
from synthcode.evaluation.retrieval.compressed.binary import packed
from synthcode.evaluation.retrieval.compressed.compression import Compression
from synthcode.evaluation.retrieval.compressed.index import CompressedIndex
from synthcode.evaluation.retrieval.compressed.int8 import Int8Index
from synthcode.evaluation.retrieval.compressed.int8_panels import panels_are_faster
from synthcode.evaluation.retrieval.compressed.int8_products import torch_is_better
from synthcode.execution.threads import ThreadExecutor
from synthcode.vocabulary import PRECISIONS

MOST = {"float32": 1.0, "int8": 0.6, "binary": 0.25}
ROUNDS = 7
CHECKED = 500
"""Queries whose ranks are computed in another way, too."""


def unit_vectors(count: int, width: int, random_seed: int) -> np.ndarray:
    vectors = np.random.default_rng(random_seed).standard_normal((count, width), dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def one_answer_each(queries: int) -> Judgements:
    places = np.arange(queries)
    return Judgements(places, np.arange(queries + 1), places)


def ranks_of(scores: np.ndarray) -> np.ndarray:
    """Count who comes before the document with the query's own number; of equal scores the first stands before."""
    places = np.arange(len(scores))
    own = scores[places, places][:, None]
    before = (scores > own) | ((scores == own) & (np.arange(scores.shape[1]) < places[:, None]))
    return before.sum(axis=1) + 1


def numpy_scores(queries: np.ndarray, documents: np.ndarray, precision: str) -> np.ndarray:
    if precision == "int8":
        index = Int8Index(documents)
        return index.encode_queries(queries).astype(np.int64) @ index.codes.astype(np.int64).T
    bits, query_bits = (np.packbits(vectors > 0, axis=1) for vectors in (documents, queries))
    return -np.stack([np.bitwise_count(row ^ bits).sum(axis=1, dtype=np.int64) for row in query_bits])


def faiss_scores(queries: np.ndarray, documents: np.ndarray) -> np.ndarray:
    import faiss

    index = faiss.IndexBinaryFlat(-(-documents.shape[1] // 64) * 64)
    index.add(packed(documents).view(np.uint8))
    distances, places = index.search(packed(queries).view(np.uint8), len(documents))
    scores = np.empty((len(queries), len(documents)), dtype=np.int64)
    np.put_along_axis(scores, places, -distances.astype(np.int64), axis=1)
    return scores


def usearch_scores(queries: np.ndarray, documents: np.ndarray) -> np.ndarray:
    from usearch.index import MetricKind, search

    bits, query_bits = (packed(vectors).view(np.uint8) for vectors in (documents, queries))
    found = search(bits, query_bits, len(documents), MetricKind.Hamming, exact=True)
    scores = np.empty((len(queries), len(documents)), dtype=np.int64)
    np.put_along_axis(scores, found.keys.astype(np.int64), -found.distances.astype(np.int64), axis=1)
    return scores


OTHERS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {"faiss": faiss_scores, "usearch": usearch_scores}


def differing(queries: np.ndarray, documents: np.ndarray, precision: str, found: np.ndarray) -> dict[str, int]:
    """Return how many of the first ranks differ, by who computed them."""
    some = queries[:CHECKED]
    scores = {"numpy": numpy_scores(some, documents, precision)}
    if precision == "binary":
        there = {name: way for name, way in OTHERS.items() if importlib.util.find_spec(name) is not None}
        scores |= {name: way(some, documents) for name, way in there.items()}
    return {name: int((ranks_of(one) != found[: len(some)]).sum()) for name, one in scores.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--width", type=int, default=384)
    arguments = parser.parse_args()
    count, width = arguments.count, arguments.width
    documents = unit_vectors(count, width, 1)
    queries = documents + 5 * unit_vectors(count, width, 2)
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    judged, thread = one_answer_each(count), ThreadExecutor(1)
    indexes = {name: CompressedIndex(documents, Compression(width, name)) for name in PRECISIONS}
    found: dict[str, np.ndarray] = {}
    seconds: dict[str, list[float]] = {name: [] for name in PRECISIONS}
    for index in indexes.values():  # compiles the loops, and loads torch
        index.ranks(queries[:64], one_answer_each(64), thread)
    for _ in range(ROUNDS):
        for name, index in indexes.items():
            started = time.process_time()
            found[name] = index.ranks(queries, judged, thread)
            seconds[name].append(time.process_time() - started)
    thread.close()
    print(f"{count:,} x {count:,} x {width}, one thread; bytes are multiplied by", end=" ")
    print("pairs of dimensions" if panels_are_faster() else "oneDNN" if torch_is_better() else "float32")
    good = True
    for name in PRECISIONS:
        ratio = statistics.median(a / b for a, b in zip(seconds[name], seconds["float32"], strict=True))
        size = Compression(width, name).bytes_per_vector
        line = f"  {name}: {statistics.median(seconds[name]):.2f} s, {ratio:.2f} of float32, {size:,} bytes a vector"
        good &= ratio <= MOST[name]
        if name != "float32":
            wrong = differing(queries, documents, name, found[name])
            good &= not any(wrong.values())
            line += "; ranks that differ: " + ", ".join(f"{number} ({who})" for who, number in wrong.items())
        print(f"{line}; MRR {np.mean(1 / found[name]):.3f}")
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
