"""How long a million pairs of programs take to score, and how much memory, once the programs have vectors.

python benchmarks/clones.py [--programs 50000] [--pairs 1000000] [--width 384]
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np

from synthcode.evaluation.classification.clones.clone_scores import score_clones
from synthcode.evaluation.classification.clones.dataset_clones import ClonePairs, DatasetClones
from synthcode.evaluation.classification.published.benchmark import PairRows
from synthcode.evaluation.classification.similarity import VectorSimilarities

LANGUAGES = np.array(["cpp", "go", "java", "javascript", "kotlin", "php", "python", "ruby"])


def drawn_pairs(random: np.random.Generator, programs: int, problems: int, count: int) -> ClonePairs:
    """Draw as many pairs of one problem as of two."""
    label = np.arange(count) % 2
    a = random.integers(0, programs, count)
    other = (a + problems * random.integers(1, programs // problems, count)) % programs
    b = np.where(label == 1, other, random.integers(0, programs, count))
    kinds = np.where(label == 1, "unverified", np.array(["random", "lexical"])[random.integers(0, 2, count)])
    number = len(LANGUAGES)
    languages = np.sort(LANGUAGES[np.stack([a // problems % number, b // problems % number], axis=1)], axis=1)
    return ClonePairs(PairRows(a, b, label.astype(np.int8)), kinds, languages)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=50_000)
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument("--width", type=int, default=384)
    parser.add_argument("--resamples", type=int, default=10_000)
    chosen = parser.parse_args()
    random = np.random.default_rng(0)
    problems = chosen.programs // len(LANGUAGES)
    center = random.standard_normal((problems, chosen.width), dtype=np.float32)
    groups = np.arange(chosen.programs) % problems
    vectors = center[groups] + 2 * random.standard_normal((chosen.programs, chosen.width), dtype=np.float32)
    parts = {
        "validation": drawn_pairs(random, chosen.programs, problems, chosen.pairs // 10),
        "test": drawn_pairs(random, chosen.programs, problems, chosen.pairs),
    }
    names = [""] * chosen.programs
    clones = DatasetClones(names, names, {}, groups, parts)
    start, used = time.perf_counter(), time.process_time()
    scores, _, _ = score_clones(clones, "test", VectorSimilarities(vectors), chosen.resamples)
    took, used = time.perf_counter() - start, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    ap = next(score for score in scores if score.metric == "AP")
    spent = f"{took:.1f} s ({used:.1f} s of the processor), {peak:.2f} GiB at most"
    print(f"{chosen.pairs:,} pairs of {chosen.programs:,} programs: {spent}")
    print(f"{len(scores)} measures; AP {ap.estimate.value:.3f} ({ap.estimate.lo:.3f} to {ap.estimate.hi:.3f})")


if __name__ == "__main__":
    main()
