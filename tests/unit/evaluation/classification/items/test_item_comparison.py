"""Two encoders on the same pairs or programs: values are those of their results, and noise does not count."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from synthcode.errors import InputError
from synthcode.evaluation.classification.clones.clone_scores import ALL
from synthcode.evaluation.classification.clones.harder_negatives import DROP
from synthcode.evaluation.classification.items.item_comparison import CommonItems, compare_item_exits, compare_items
from synthcode.evaluation.classification.items.item_measures import measures_of
from synthcode.evaluation.classification.items.item_scores import (
    of_exit,
    pair_items,
    program_items,
    read_item_scores,
    write_item_scores,
)
from synthcode.evaluation.classification.measures.scored import ORACLE
from synthcode.evaluation.classification.published.benchmark import PairRows
from synthcode.evaluation.classification.published.registry import read_published
from synthcode.evaluation.classification.published.scoring import programs_of, score
from synthcode.evaluation.classification.similarity import VectorSimilarities
from synthcode.evaluation.results.statistics import sign_flip_p_values
from tests.support.datasets.drawn_clones import drawn_clone_scores
from tests.support.datasets.published_files import write_bigclonebench, write_devign, write_poj104

PROBLEMS, EACH = 40, 4


def pairs(random_seed: int, signal: float, encoder: str = "one", exit_: int = 0) -> pa.Table:
    """Return scored pairs of 40 problems with 4 programs: as many clones as others, scored with noise."""
    places = np.random.default_rng(0)
    a = np.repeat(np.arange(PROBLEMS * EACH), 3)
    clone = np.arange(len(a)) % 2 == 0
    b = np.where(clone, a // EACH * EACH + (a + 1) % EACH, (a + EACH * places.integers(1, 9, len(a))) % (a.max() + 1))
    noise = np.random.default_rng(random_seed).normal(size=len(a))
    ids = [f"{place:03}" for place in range(PROBLEMS * EACH)]
    problems = [str(place // EACH) for place in range(len(ids))]
    rows = PairRows(a, b, clone.astype(np.int8))
    items = pair_items(rows, (ids, ["go"] * len(ids), problems), noise + signal * clone, signal / 2)
    return of_exit(items, encoder, exit_, "clones", "stripped")


@pytest.mark.parametrize("write", [write_bigclonebench, write_poj104, write_devign])
def test_stored_programs_give_the_scores_of_published_benchmarks(tmp_path: Path, write) -> None:
    name = write.__name__.removeprefix("write_")
    benchmark = read_published(name, str(write(tmp_path)))
    texts = programs_of(benchmark)
    vectors = np.random.default_rng(1).normal(size=(len(texts), 8)).astype(np.float32)
    vectors[:, 0] += [text.count("sort") + text.count("open") for text in texts]
    found, _, items = score(benchmark, VectorSimilarities(vectors), 100)
    measures = measures_of(of_exit(items, "e", 0, "clones", "raw"))
    for one in found:
        if one.metric.endswith(ORACLE):
            continue  # not compared
        measure = measures.measure(one.metric)
        assert measure.value(np.ones(measures.problems)) == pytest.approx(one.estimate.value, abs=1e-9)
        assert (measure.items, measure.problems) == (one.n, one.groups)


def test_stored_pairs_give_the_scores_of_clones() -> None:
    found, _, items = drawn_clone_scores()
    measures = measures_of(of_exit(items, "e", 0, "clones", "stripped"))
    overall = [one for one in found if one.languages == (ALL, ALL)]
    assert {"F1", "AP_lexical", "ROC-AUC_random", "recall_verified"} <= {one.metric for one in overall}
    for one in overall:
        if one.metric.startswith(DROP) or one.metric.endswith(ORACLE):
            continue  # the difference of two others; not compared
        measure = measures.measure(one.metric)
        assert measure.value(np.ones(measures.problems)) == pytest.approx(one.estimate.value, abs=1e-9)
        assert (measure.items, measure.problems) == (one.n, one.groups)


def test_a_mean_over_equal_problems_is_tested_as_retrieval_is() -> None:
    """What a problem adds to a mean is the sum of its values over their number: here 6 problems of 2 programs."""
    values = np.random.default_rng(2).random((2, 12))
    ids, problems = [f"{place:02}" for place in range(12)], [str(place // 2) for place in range(12)]
    tables = [
        of_exit(
            program_items("1nn", (ids, problems, problems), problems, average_precision=mine), name, 0, "clones", "raw"
        )
        for name, mine in zip("ab", values, strict=True)
    ]
    [found] = compare_items(*tables, "MAP@R", 1_000)
    difference = values[0] - values[1]
    assert found.difference.value == pytest.approx(difference.mean())
    shares = difference.reshape(6, 2).sum(1) / 12
    assert found.p == sign_flip_p_values(shares[:, None], 1_000)[0]
    assert (found.items, found.problems) == (12, 6)


@pytest.mark.parametrize("metric", ["AP", "F1", "ROC-AUC"])
def test_a_better_encoder_is_told_from_noise(metric: str) -> None:
    [better] = compare_items(pairs(1, 2.0), pairs(2, 1.0, "two"), metric, 1_000)
    assert better.difference.lo > 0
    assert better.p < 0.01
    [alike] = compare_items(pairs(1, 1.0), pairs(2, 1.0, "two"), metric, 1_000)
    assert alike.difference.lo < 0 < alike.difference.hi
    assert alike.p > 0.05


def test_an_encoder_does_not_differ_from_itself() -> None:
    [same] = compare_items(pairs(1, 1.0), pairs(1, 1.0, "two"), "AP", 1_000)
    assert (same.difference.value, same.p, same.p_holm) == (0, 1, 1)


def test_exits_are_compared_with_the_deepest_and_p_values_adjusted() -> None:
    exits = pa.concat_tables([pairs(1, 0.6, exit_=2), pairs(2, 1.0, exit_=4), pairs(3, 1.2, exit_=6)])
    found = compare_item_exits(exits.unify_dictionaries(), "AP", 1_000)
    assert [(one.first.exit, one.second.exit) for one in found] == [(2, 6), (4, 6)]
    assert min(one.p_holm for one in found) == 2 * min(one.p for one in found)


def test_only_common_pairs_are_compared() -> None:
    whole, part = pairs(1, 1.0), pairs(2, 1.0, "two").slice(0, 200)
    common = CommonItems(whole, part)
    assert common.left_out == [whole.num_rows - 200, 0]
    [found] = compare_items(whole, part, "AP", 100)
    assert found.items == 200
    with pytest.raises(InputError, match="no pair or program in common"):
        compare_items(whole.slice(0, 100), part.slice(150), "AP", 100)
    clones = whole.filter(pa.compute.equal(whole["label"], 1))
    with pytest.raises(InputError, match="all 240 pairs have one label"):
        compare_items(clones, whole, "AP", 100)


def test_tables_are_read_as_they_were_written(tmp_path: Path) -> None:
    parts = [pairs(1, 1.0, exit_=2), pairs(2, 1.0, exit_=4)]
    write_item_scores(tmp_path, parts)
    with pytest.raises(InputError, match="is not complete"):
        read_item_scores(tmp_path)
