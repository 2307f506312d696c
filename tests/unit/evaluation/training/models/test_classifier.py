"""Heads of classification are saved, cut and read with the model that they belong to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from synthcode.errors import InputError
from synthcode.evaluation.encoders.exits.trained_exits import ClassifierForm
from synthcode.evaluation.training.models.classifier import ExitClassifiers
from synthcode.evaluation.training.models.huggingface import open_huggingface
from synthcode.evaluation.training.models.mose_exits import open_mose
from synthcode.evaluation.training.models.multi_exit import MultiExitEncoder
from synthcode.evaluation.training.models.opening import open_model
from tests.support.models.mose_checkpoint import write_checkpoint
from tests.support.models.tiny_encoders import write_encoder

FORM = ClassifierForm("classification", ("bug", "none", "style"), "last_token", 40)
INPUT = {"input_ids": torch.tensor([[5, 6, 7], [8, 9, 2]]), "attention_mask": torch.tensor([[1, 1, 1], [1, 1, 0]])}


def classified(model: MultiExitEncoder) -> dict[int, torch.Tensor]:
    with torch.no_grad():
        return model.eval().logits(INPUT)


@pytest.mark.parametrize("kind", ["bert", "mose"])
def test_a_saved_model_says_what_it_said_and_so_does_one_exit(kind: str, tmp_path: Path) -> None:
    if kind == "bert":
        model: MultiExitEncoder = open_huggingface(str(write_encoder(tmp_path / kind)), (1, 3), "linear")
    else:
        model = open_mose(str(write_checkpoint(tmp_path / kind)), (1, 4))
    deepest = model.exits[-1]
    model.classifier = ExitClassifiers(FORM, model.exits, model.width)
    before = classified(model)
    model.save_model(tmp_path / "whole")
    model.save_exit(tmp_path / "cut", 1)
    whole, cut = open_model(tmp_path / "whole"), open_model(tmp_path / "cut")
    assert whole.classifier is not None
    assert whole.classifier.form == FORM
    assert torch.equal(classified(whole)[deepest], before[deepest])
    assert classified(cut).keys() == {1}
    assert torch.allclose(classified(cut)[1], before[1], atol=1e-6)


def test_a_head_reads_the_token_of_its_form() -> None:
    heads = ExitClassifiers(ClassifierForm("clones", ("other", "clone"), "first_token", 8), (1,), 4)
    states = torch.randn(2, 3, 4)
    changed = states.clone()
    changed[:, 1:] = 0
    mask = torch.ones(2, 3)
    assert torch.equal(heads({1: states}, mask)[1], heads({1: changed}, mask)[1])


def test_a_head_that_compares_is_given_both_programs() -> None:
    form = ClassifierForm("clones", ("other", "clone"), "first_token", 8, compares=True)
    heads = ExitClassifiers(form, (1,), 2)
    given: list[torch.Tensor] = []
    heads.heads["1"].register_forward_pre_hook(lambda module, inputs: given.append(inputs[0]))
    states = torch.tensor([[[5.0, 6.0], [3.0, 0.0], [9.0, 9.0], [0.0, 1.0], [0.0, 3.0], [7.0, 7.0]]])
    programs = torch.tensor([[0, 1, 0, 2, 2, 0]])
    heads({1: states}, torch.ones(1, 6), programs)
    # The first program points along one axis and the second along the other; each direction has a mean square of 1.
    root = 2**0.5
    assert given[0].tolist() == [pytest.approx([5, 6, root, root, 0, 0])]
    turned = torch.tensor([[0, 2, 0, 1, 1, 0]])
    assert torch.equal(
        heads({1: states}, torch.ones(1, 6), turned)[1], heads({1: states}, torch.ones(1, 6), programs)[1]
    )


def test_a_program_that_was_cut_to_nothing_is_compared_as_zeros() -> None:
    form = ClassifierForm("clones", ("other", "clone"), "first_token", 8, compares=True)
    states, programs = torch.randn(1, 4, 2), torch.tensor([[0, 1, 1, 0]])
    assert ExitClassifiers(form, (1,), 2)({1: states}, torch.ones(1, 4), programs)[1].isfinite().all()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"labels": ["one"]}, "two different labels or more"),
        ({"labels": ["a", "a"]}, "two different labels or more"),
        ({"labels": ["a", "b"]}, "heads of 32 dimensions and 2 labels"),
        ({"reads": "all"}, "classifier.reads"),
        ({"max_tokens": 0}, "a token or more"),
    ],
)
def test_what_does_not_fit_the_heads_is_refused(change: dict[str, object], problem: str, tmp_path: Path) -> None:
    model = open_huggingface(str(write_encoder(tmp_path / "bert")), (1,))
    model.classifier = ExitClassifiers(FORM, model.exits, model.width)
    model.save_model(tmp_path / "model")
    described = json.loads((tmp_path / "model" / "exits.json").read_text())
    described["classifier"] |= change
    (tmp_path / "model" / "exits.json").write_text(json.dumps(described))
    with pytest.raises(InputError) as caught:
        open_model(tmp_path / "model")
    assert problem in caught.value.problem
