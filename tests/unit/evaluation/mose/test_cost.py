from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from synthcode.evaluation import cost
from synthcode.evaluation.mose.configuration import PUBLISHED, MoseConfig
from synthcode.evaluation.mose.cost import exit_costs, exit_parameters, forward_flops
from synthcode.evaluation.mose.model import MoseModel

SMALL = MoseConfig(
    exits=(1, 3),
    num_hidden_layers=3,
    hidden_size=32,
    intermediate_size=80,
    num_attention_heads=4,
    num_key_value_heads=2,
    vocab_size=50,
)


@pytest.mark.parametrize("exit_", PUBLISHED.exits)
def test_parameters_by_formula_are_those_of_the_cut_model(exit_: int) -> None:
    with torch.device("meta"):
        model = MoseModel(PUBLISHED.cut((exit_,)))
    assert exit_parameters(PUBLISHED, exit_) == sum(parameter.numel() for parameter in model.parameters())


@pytest.mark.parametrize("pooling", ["last_token", "mean"])
@pytest.mark.parametrize("exit_", SMALL.exits)
@pytest.mark.parametrize("tokens", [7, 40])
def test_flops_by_formula_are_those_that_a_profiler_counts(pooling: str, exit_: int, tokens: int) -> None:
    config = replace(SMALL, pooling=pooling)
    model = MoseModel(config, "eager").eval()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.randint(50, (3, tokens)), exits=(exit_,))
    assert counter.get_total_flops() == 3 * forward_flops(config, exit_, tokens)


def test_the_shallowest_exit_of_the_published_model_costs_a_ninth() -> None:
    shallow, deep = (forward_flops(PUBLISHED, exit_, 512) / 512 for exit_ in (4, 36))
    assert shallow / deep == pytest.approx(4 / 36, rel=0.01)
    assert deep == pytest.approx(2 * 36 * 27.8e6, rel=0.05)  # two a weight, and some attention


def test_cost_is_measured_for_every_exit_on_passes_that_end_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cost, "LATENCY_S", 0)  # short passes are not repeated: they are counted
    model = MoseModel(SMALL).eval()
    ran: list[int] = []
    for number, block in enumerate(model.backbone.layers, start=1):
        block.register_forward_hook(lambda *_, number=number: ran.append(number))
    costs = exit_costs(model, tokens=8, batches=(1,), repeats=2)
    assert [cost.exit for cost in costs] == [1, 3]
    assert all(cost.speed.latency_s > 0 and cost.speed.batch_texts == 1 for cost in costs)
    assert [cost.parameters for cost in costs] == [exit_parameters(SMALL, exit_) for exit_ in (1, 3)]
    assert {number: ran.count(number) for number in (1, 2, 3)} == {1: 6, 2: 3, 3: 3}
