"""Which anchors and documents are compared, and the two losses over them, worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch

from synthcode.evaluation.training.losses.similarities import (
    EXCLUDED,
    BatchPairs,
    contrastive,
    divergence,
    similarities,
)


def of(groups: list[int], negatives: list[int] | None = None, start: int = 0, own: int | None = None) -> BatchPairs:
    further = None if negatives is None else torch.tensor(negatives)
    return BatchPairs(torch.tensor(groups), further, start, len(groups) if own is None else own)


def test_documents_of_the_same_group_are_not_negatives() -> None:
    left_out = of([7, 8, 7]).excluded(with_negatives=False)
    assert left_out.tolist() == [[False, False, True], [False, False, False], [True, False, False]]


def test_a_hard_negative_of_an_anchors_own_group_is_left_out() -> None:
    left_out = of([7, 8], negatives=[8, -1]).excluded(with_negatives=True)
    assert left_out.tolist() == [[False, False, False, False], [False, False, True, False]]


def test_a_device_compares_its_own_pairs_with_all() -> None:
    anchors = torch.eye(4)
    found, asked = similarities(anchors, anchors, of([1, 2, 3, 1], start=2, own=2))
    assert found.tolist() == [[0, 0, 1, 0], [EXCLUDED, 0, 0, 1]]
    assert asked.tolist() == [[0, 0, 1, 0], [EXCLUDED, 0, 0, 1]]


def test_contrastive_is_the_mean_of_both_directions() -> None:
    found, asked = torch.tensor([[1.0, 0.0], [0.0, 1.0]]), torch.tensor([[1.0, 1.0], [1.0, 1.0]])
    loss = contrastive((found, asked), torch.tensor([0, 1]), torch.tensor(1.0))
    one_way = math.log(1 + math.exp(-1.0))
    assert loss.item() == pytest.approx((one_way + math.log(2)) / 2)


def test_an_excluded_document_changes_nothing() -> None:
    anchors = torch.nn.functional.normalize(torch.randn(3, 4, generator=torch.Generator().manual_seed(1)), dim=1)
    documents = anchors.flip(1)
    both = similarities(anchors, documents, of([1, 2, 1]))
    alone = similarities(anchors[:2], documents[:2], of([1, 2]))
    first = torch.tensor([0])
    scale = torch.tensor(5.0)
    assert contrastive((both[0][:1], both[1][:1]), first, scale) == pytest.approx(
        contrastive((alone[0][:1], alone[1][:1]), first, scale).item()
    )


def test_divergence_is_zero_from_itself_and_kl_otherwise() -> None:
    rows = torch.tensor([[1.0, 0.0]])
    scale = torch.tensor(1.0)
    assert divergence((rows, rows), (rows, rows), scale).item() == pytest.approx(0, abs=1e-7)
    teacher = torch.tensor([[0.0, 0.0]])
    p = 1 / (1 + math.exp(-1.0))
    expected = 0.5 * math.log(0.5 / p) + 0.5 * math.log(0.5 / (1 - p))
    assert divergence((rows, rows), (teacher, teacher), scale).item() == pytest.approx(expected)


def test_a_teacher_gets_no_gradient() -> None:
    student, teacher = (torch.rand(2, 2, requires_grad=True) for _ in range(2))
    divergence((student, student), (teacher, teacher), torch.tensor(2.0)).backward()
    assert student.grad is not None
    assert teacher.grad is None
