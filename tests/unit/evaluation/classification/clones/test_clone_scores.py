from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from synthcode.evaluation.classification.clones.clone_scores import score_clones
from synthcode.evaluation.classification.clones.dataset_clones import ClonePairs, DatasetClones
from synthcode.evaluation.classification.measures.intervals import FEWEST_DRAWS, draws_for
from synthcode.evaluation.classification.measures.scored import ORACLE, Score
from tests.support.datasets.drawn_clones import Drawn, drawn_clones


class DrawnHarder(Drawn):
    """Lexical negatives are as similar as clones."""

    def __init__(self, pairs: ClonePairs) -> None:
        lexical = pairs.difficulty == "lexical"
        self._hard = set(zip(pairs.rows.a[lexical].tolist(), pairs.rows.b[lexical].tolist(), strict=True))

    def of_pairs(self, a, b):
        hard = [pair in self._hard for pair in zip(a.tolist(), b.tolist(), strict=True)]
        return super().of_pairs(a, b) + 0.5 * np.array(hard)


@pytest.fixture(scope="module")
def clones() -> DatasetClones:
    return drawn_clones()


@pytest.fixture(scope="module")
def scored(clones: DatasetClones) -> tuple[dict[tuple[str, str], Score], dict[str, float]]:
    found, chosen, _ = score_clones(clones, "test", Drawn(), 100)
    return {(score.metric, score.languages[0]): score for score in found}, chosen


def test_all_measures_are_those_of_scikit_learn(clones, scored) -> None:
    found, chosen = scored
    rows, _, languages = clones.parts["test"]
    scores, label = Drawn().of_pairs(rows.a, rows.b), rows.label
    for ending, threshold in (("", chosen["threshold"]), ("_oracle", chosen["threshold_oracle"])):
        predicted = scores >= threshold
        for name, measure in (
            ("precision", metrics.precision_score),
            ("recall", metrics.recall_score),
            ("F1", metrics.f1_score),
        ):
            assert found[f"{name}{ending}", "all"].estimate.value == pytest.approx(measure(label, predicted), abs=1e-6)
    assert found["AP", "all"].estimate.value == pytest.approx(metrics.average_precision_score(label, scores), abs=1e-6)
    assert found["ROC-AUC", "all"].estimate.value == pytest.approx(metrics.roc_auc_score(label, scores), abs=1e-6)
    go = languages[:, 0] == "go"
    expected = metrics.average_precision_score(label[go], scores[go])
    assert found["AP", "go"].estimate.value == pytest.approx(expected, abs=1e-6)
    assert found["AP", "go"].n == go.sum()


def test_kinds_of_negatives_are_weighted_as_much_as_the_positives(clones, scored) -> None:
    found, _ = scored
    rows, kinds, _ = clones.parts["test"]
    scores = Drawn().of_pairs(rows.a, rows.b)
    for kind in ("random", "lexical"):
        mine = (kinds == kind) | (rows.label == 1)
        weights = np.where(rows.label == 1, (kinds == kind).sum() / (rows.label == 1).sum(), 1)[mine]
        expected = metrics.average_precision_score(rows.label[mine], scores[mine], sample_weight=weights)
        assert found[f"AP_{kind}", "all"].estimate.value == pytest.approx(expected, abs=1e-6)
    sure = (kinds == "verified") & (rows.label == 1)
    recall = (scores[sure] >= scored[1]["threshold"]).mean()
    assert found["recall_verified", "all"].estimate.value == pytest.approx(recall, abs=1e-6)


def test_a_drop_is_the_difference_of_two_kinds_with_an_interval_of_its_own(clones, scored) -> None:
    found, _ = scored
    drop = found["AP_drop_lexical", "all"].estimate
    with_random, with_lexical = (found[f"AP_{kind}", "all"].estimate for kind in ("random", "lexical"))
    assert drop.value == pytest.approx(with_random.value - with_lexical.value, abs=1e-9)
    assert drop.lo < drop.value < drop.hi
    assert ("AP_drop_random", "all") not in found
    harder = DrawnHarder(clones.parts["test"])
    (drop,) = (one.estimate for one in score_clones(clones, "test", harder, 100).scores if "drop" in one.metric)
    assert 0 < drop.lo < drop.value < drop.hi <= 1


def test_validation_chooses_the_threshold(clones, scored) -> None:
    rows = clones.parts["validation"].rows
    scores = Drawn().of_pairs(rows.a, rows.b)
    best = max(metrics.f1_score(rows.label, scores >= cut) for cut in np.unique(scores))
    assert metrics.f1_score(rows.label, scores >= scored[1]["threshold"]) == pytest.approx(best)
    found, _ = scored
    assert found["F1", "all"].estimate.value <= found["F1_oracle", "all"].estimate.value


def test_intervals_hold_the_value_and_rest_on_problems(scored) -> None:
    for score in scored[0].values():
        if score.metric.endswith(ORACLE):
            assert np.isnan([score.estimate.lo, score.estimate.hi]).all()
            continue
        assert score.estimate.lo <= score.estimate.value <= score.estimate.hi
        assert score.groups <= 50
        assert score.estimate.hi - score.estimate.lo > 0


def test_many_pairs_are_drawn_less_often() -> None:
    assert draws_for(3_000, 10_000) == 1_000
    assert draws_for(3_000, 20) == 20
    assert draws_for(10**7, 10_000) == FEWEST_DRAWS
