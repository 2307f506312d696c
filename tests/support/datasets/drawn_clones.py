"""Pairs of 400 programs of 50 problems, with similarities that are drawn: a dataset of clones without files."""

from __future__ import annotations

import numpy as np

from synthcode.evaluation.classification.clones.clone_scores import score_clones
from synthcode.evaluation.classification.clones.dataset_clones import ClonePairs, DatasetClones
from synthcode.evaluation.classification.measures.scored import Scored
from synthcode.evaluation.classification.published.benchmark import PairRows

KINDS = np.array(["random", "lexical", "unverified", "verified"])
LANGUAGES = np.array([["go", "java"], ["java", "python"]])


class Drawn:
    """Similarities that are drawn for each pair of programs, higher for pairs of one problem."""

    def of_pairs(self, a, b):
        noise = np.sin(a * 12.9898 + b * 78.233) * 43758.5453
        return np.round(noise - np.floor(noise) + 0.5 * (a % 50 == b % 50), 2)


def part(count: int, random_seed: int) -> ClonePairs:
    random = np.random.default_rng(random_seed)
    label = random.integers(0, 2, count)
    a = random.integers(0, 400, count)
    b = np.where(label == 1, (a + 50 * random.integers(1, 7, count)) % 400, (a + random.integers(1, 50, count)) % 400)
    kinds = KINDS[np.where(label == 1, 2, 0) + random.integers(0, 2, count)]
    return ClonePairs(PairRows(a, b, label.astype(np.int8)), kinds, LANGUAGES[random.integers(0, 2, count)])


def drawn_clones() -> DatasetClones:
    """Return programs and pairs of validation and test."""
    names = [f"{place:03}" for place in range(400)]
    parts = {"validation": part(900, 0), "test": part(800, 1)}
    return DatasetClones(names, ["go"] * 400, {"stripped": names}, np.arange(400) % 50, parts)


def drawn_clone_scores() -> Scored:
    """Return the scores of the test pairs."""
    return score_clones(drawn_clones(), "test", Drawn(), 100)
