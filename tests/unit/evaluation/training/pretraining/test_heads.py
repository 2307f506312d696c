"""The shared heads: those of BERT, at every exit, told apart by an embedding."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy, cross_entropy
from transformers import BertConfig
from transformers.models.bert.modeling_bert import BertOnlyMLMHead

from synthcode.evaluation.training.pretraining.heads import PretrainingHeads
from synthcode.evaluation.training.pretraining.masking import NOT_CHOSEN

WORDS, WIDTH = 11, 6
LABELS = torch.tensor([[NOT_CHOSEN, 4, NOT_CHOSEN, 9], [2, NOT_CHOSEN, NOT_CHOSEN, NOT_CHOSEN]])
MASK = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0]])


@pytest.fixture
def heads() -> PretrainingHeads:
    torch.manual_seed(0)
    made = PretrainingHeads((2, 5), WIDTH, (WORDS, WIDTH), "mean")
    torch.nn.init.normal_(made.bias)
    return made


def states() -> dict[int, Tensor]:
    torch.manual_seed(1)
    return {exit_: torch.randn(2, 4, WIDTH) for exit_ in (2, 5)}


def test_masked_tokens_are_predicted_as_bert_does(heads: PretrainingHeads) -> None:
    table = torch.randn(WORDS, WIDTH)
    bert = BertOnlyMLMHead(BertConfig(vocab_size=WORDS, hidden_size=WIDTH, layer_norm_eps=1e-5))
    linear, _, norm = heads.transform
    bert.predictions.transform.dense.load_state_dict(linear.state_dict())
    bert.predictions.transform.LayerNorm.load_state_dict(norm.state_dict())
    bert.predictions.decoder.weight.data, bert.predictions.decoder.bias.data = table, heads.bias.data
    found = heads(states(), table, MASK, LABELS, None)
    for place, exit_ in enumerate((2, 5)):
        logits = bert(states()[exit_] + heads.exit_embedding.weight[place])
        expected = cross_entropy(logits.reshape(-1, WORDS), LABELS.reshape(-1), ignore_index=NOT_CHOSEN)
        assert torch.allclose(found[exit_].masked, expected)
        assert found[exit_].context is None


def test_the_question_is_answered_from_pooled_states_without_padding(heads: PretrainingHeads) -> None:
    belongs = torch.tensor([1.0, 0.0])
    found = heads(states(), torch.randn(WORDS, WIDTH), MASK, LABELS, belongs)[5]
    given = states()[5] + heads.exit_embedding.weight[1]
    pooled = torch.stack([given[0].mean(0), given[1, :2].mean(0)])
    first, _, last = heads.answer
    answers = torch.sigmoid(last(torch.tanh(first(pooled)))).squeeze(1)
    assert torch.allclose(found.context, binary_cross_entropy(answers, belongs))
    assert found.correct == ((answers > 0.5) == (belongs > 0.5)).float().mean()


def test_equal_states_of_two_exits_differ_by_their_embedding(heads: PretrainingHeads) -> None:
    same = dict.fromkeys((2, 5), states()[2])
    table = torch.randn(WORDS, WIDTH)
    found = heads(same, table, MASK, LABELS, None)
    assert found[2].masked != found[5].masked
    with torch.no_grad():
        heads.exit_embedding.weight.zero_()
    found = heads(same, table, MASK, LABELS, None)
    assert found[2].masked == found[5].masked


def test_the_output_layer_is_the_given_table_even_if_it_is_narrower() -> None:
    heads = PretrainingHeads((1,), WIDTH, (WORDS, 3), "first_token")
    table = torch.randn(WORDS, 3, requires_grad=True)
    heads({1: states()[2]}, table, MASK, LABELS, None)[1].masked.backward()
    assert table.grad is not None
    assert (table.grad != 0).any(1).all()
