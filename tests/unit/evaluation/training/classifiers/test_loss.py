"""The loss over exits against numbers computed by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import nn

from synthcode.evaluation.training.classifiers.loss import ClassifierLoss


class Fixed(nn.Module):
    """Two exits whose logits are given."""

    exits = (1, 2)

    def logits(self, features: Any) -> dict[int, torch.Tensor]:
        return {1: torch.tensor([[0.0, 0.0]]), 2: torch.tensor([[0.0, math.log(3.0)]])}


def test_exits_are_weighted_by_depth() -> None:
    loss = ClassifierLoss(Fixed(), (0.5, 1.0))  # type: ignore[arg-type]
    ids = torch.ones(1, 1)
    found = loss(ids, ids, ids, torch.tensor([1]))["loss"].item()
    shallow, deep = math.log(2), math.log(4 / 3)  # -log(1/2), -log(3/4)
    assert found == pytest.approx((0.5 * shallow + deep) / 1.5)
    assert loss.mean_by_exit() == {1: pytest.approx(shallow), 2: pytest.approx(deep)}
    assert loss.mean_by_exit() == {}


def test_validation_leaves_no_trace_in_the_means() -> None:
    loss = ClassifierLoss(Fixed(), (1.0, 1.0)).eval()  # type: ignore[arg-type]
    loss(torch.ones(1, 1), torch.ones(1, 1), torch.ones(1, 1), torch.tensor([0]))
    assert loss.mean_by_exit() == {}
