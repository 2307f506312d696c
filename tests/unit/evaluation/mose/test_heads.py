from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch.nn.functional import leaky_relu

from synthcode.evaluation.mose.configuration import MoseConfig
from synthcode.evaluation.mose.heads import ExitHead
from synthcode.evaluation.mose.pooling import POOLINGS

SMALL = MoseConfig(exits=(1,), num_hidden_layers=1, hidden_size=8, num_attention_heads=2, num_key_value_heads=1)
STATES = torch.arange(2 * 4 * 8, dtype=torch.float32).reshape(2, 4, 8)
LEFT = torch.tensor([[0, 0, 1, 1], [1, 1, 1, 1]])
RIGHT = torch.tensor([[1, 1, 0, 0], [1, 1, 1, 1]])


@pytest.mark.parametrize(
    ("pooling", "mask", "places"),
    [
        ("last_token", LEFT, ([3], [3])),
        ("last_token", RIGHT, ([1], [3])),
        ("first_token", LEFT, ([2], [0])),
        ("first_token", RIGHT, ([0], [0])),
        ("mean", LEFT, ([2, 3], [0, 1, 2, 3])),
        ("mean", RIGHT, ([0, 1], [0, 1, 2, 3])),
    ],
)
def test_a_pooling_takes_real_tokens_on_either_side_of_padding(
    pooling: str, mask: torch.Tensor, places: tuple[list[int], list[int]]
) -> None:
    expected = torch.stack([STATES[row, chosen].mean(0) for row, chosen in enumerate(places)])
    torch.testing.assert_close(POOLINGS[pooling](STATES, mask), expected)


@pytest.mark.parametrize("pooling", ["last_token", "first_token", "mean"])
def test_a_head_gives_what_projecting_every_token_and_then_pooling_gives(pooling: str) -> None:
    head = ExitHead(replace(SMALL, pooling=pooling, initializer_range=1.0))
    with torch.no_grad():
        first, second = head.linears
        every = second(leaky_relu(first(STATES), 0.01))
        expected = torch.nn.functional.normalize(POOLINGS[pooling](every, LEFT), dim=-1)
        torch.testing.assert_close(head(STATES, LEFT), expected)


def test_a_norm_below_one_stays_where_the_configuration_says_so() -> None:
    with torch.no_grad():
        for scale, length in ((0.5, 0.5), (3.0, 1.0)):
            head = ExitHead(replace(SMALL, head_linears=1, unit_norm="above_one"))
            head.linears[0].weight.copy_(torch.eye(8))
            states = torch.zeros(1, 4, 8)
            states[..., 0] = scale
            assert head(states, LEFT[1:]).norm().item() == pytest.approx(length)
