"""The loss over all exits: against sentence-transformers' own, in chunks, with distillation, at fewer dimensions."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
from torch.nn.functional import normalize

from synthcode.evaluation.training.batches import PairCollator
from synthcode.evaluation.training.losses.multi_exit import MultiExitLoss
from synthcode.evaluation.training.losses.similarities import BatchPairs, contrastive, divergence, similarities
from synthcode.evaluation.training.settings import LossSettings
from tests.support.models.toy_exits import ToyExits, ToyPairs

PLAIN = LossSettings(exit_weights="uniform")


def batch(model: ToyExits, pairs: int) -> tuple[list[dict[str, torch.Tensor]], torch.Tensor]:
    given = ToyPairs(pairs, groups=pairs + 1)
    inputs = PairCollator(model, 64)([given[place] for place in range(pairs)])
    columns = [
        {key: inputs[f"{column}_{key}"] for key in ("input_ids", "attention_mask")} for column in ("anchor", "positive")
    ]
    return columns, inputs["label"]


def random_vectors(texts: int, exits: int, width: int) -> torch.Tensor:
    vectors = normalize(torch.randn(texts, exits, width, generator=torch.Generator().manual_seed(texts)), dim=-1)
    return vectors.flatten(1)


def labels(pairs: int) -> torch.Tensor:
    return torch.stack([torch.arange(pairs), torch.full((pairs,), -1)], dim=1)


def test_one_exit_is_the_symmetric_loss_of_sentence_transformers() -> None:
    anchors, positives = random_vectors(6, 1, 8), random_vectors(6, 1, 8).flip(0)
    theirs = MultipleNegativesRankingLoss(
        None, directions=("query_to_doc", "doc_to_query"), partition_mode="per_direction"
    )
    expected = theirs.compute_loss_from_embeddings([anchors, positives], None)
    ours = MultiExitLoss(None, (1,), PLAIN, None).loss_of([anchors, positives], labels(6))
    assert ours.item() == pytest.approx(expected.item(), rel=1e-6)


def test_exits_are_weighted_by_depth() -> None:
    anchors, positives = random_vectors(5, 2, 4), random_vectors(5, 2, 4).flip(0)
    each = [
        MultiExitLoss(None, (1,), PLAIN, None).loss_of([anchors[:, part], positives[:, part]], labels(5)).item()
        for part in (slice(0, 4), slice(4, 8))
    ]
    both = MultiExitLoss(None, (3, 12), LossSettings(), None).loss_of([anchors, positives], labels(5))
    assert both.item() == pytest.approx((0.25 * each[0] + each[1]) / 1.25, rel=1e-6)


@pytest.mark.parametrize(("teacher", "taught_by"), [("deepest", 2), ("next", 1)])
def test_distillation_adds_the_divergence_from_the_teacher(teacher: str, taught_by: int) -> None:
    settings = replace(PLAIN, distillation=0.5, teacher=teacher, distillation_temperature=2.0)  # type: ignore[arg-type]
    anchors, positives = random_vectors(5, 3, 4), random_vectors(5, 3, 4).flip(0)
    plain = MultiExitLoss(None, (1, 2, 3), PLAIN, None).loss_of([anchors, positives], labels(5))
    taught = MultiExitLoss(None, (1, 2, 3), settings, None).loss_of([anchors, positives], labels(5))
    pairs = BatchPairs(torch.arange(5), None, 0, 5)
    rows = [similarities(a, p, pairs) for a, p in zip(anchors.split(4, 1), positives.split(4, 1), strict=True)]
    scale = torch.tensor(10.0)
    expected = sum(
        0.5 * 4 * divergence(rows[place], rows[above], scale).item() for place, above in ((0, taught_by), (1, 2))
    )
    assert (taught - plain).item() * 3 == pytest.approx(expected, rel=1e-4)


def test_fewer_dimensions_are_trained_too() -> None:
    anchors, positives = random_vectors(5, 1, 8), random_vectors(5, 1, 8).flip(0)
    narrow = [normalize(side[:, :4], dim=-1) for side in (anchors, positives)]
    pairs, answers, scale = BatchPairs(torch.arange(5), None, 0, 5), torch.arange(5), torch.tensor(20.0)
    expected = [
        contrastive(similarities(one, other, pairs), answers, scale).item()
        for one, other in ((anchors, positives), (narrow[0], narrow[1]))
    ]
    loss = MultiExitLoss(None, (1,), replace(PLAIN, dims=(4,)), None).loss_of([anchors, positives], labels(5))
    assert loss.item() == pytest.approx(sum(expected) / 2, rel=1e-6)


def test_a_dimension_beyond_the_vectors_is_refused() -> None:
    with pytest.raises(ValueError, match="no first 9"):
        MultiExitLoss(None, (1,), replace(PLAIN, dims=(9,)), None).loss_of([random_vectors(2, 1, 8)] * 2, labels(2))


def test_gradients_in_chunks_equal_those_of_the_whole_batch() -> None:
    found = {}
    for chunk in (None, 16):
        model = ToyExits(dropout=0.0).double()
        loss = MultiExitLoss(SentenceTransformer(modules=[model]), model.exits, LossSettings(distillation=1.0), chunk)
        value = loss(*batch(model, 64))
        value.backward()
        found[chunk] = (value.item(), [parameter.grad for parameter in model.parameters()])
    assert found[None][0] == pytest.approx(found[16][0], rel=1e-12)
    for whole, chunked in zip(found[None][1], found[16][1], strict=True):
        assert torch.allclose(whole, chunked, rtol=0, atol=1e-10)


def test_a_learned_temperature_moves_and_a_fixed_one_does_not() -> None:
    for learned in (True, False):
        loss = MultiExitLoss(None, (1,), replace(PLAIN, learned_temperature=learned), None)
        vectors = random_vectors(4, 1, 8).requires_grad_()
        loss.loss_of([vectors, vectors.flip(0)], labels(4)).backward()
        assert (loss.log_scale.grad is not None) == learned


def test_means_by_exit_are_of_the_batches_since_the_last_call() -> None:
    loss = MultiExitLoss(None, (1, 2), PLAIN, None)
    vectors = random_vectors(4, 2, 4)
    value = loss.loss_of([vectors, vectors.flip(0)], labels(4))
    means = loss.mean_by_exit()
    assert sum(means.values()) / 2 == pytest.approx(value.item())
    assert loss.mean_by_exit() == {}
