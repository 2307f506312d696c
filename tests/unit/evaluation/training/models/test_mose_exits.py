from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from synthcode.errors import InputError
from synthcode.evaluation.encoder import Role
from synthcode.evaluation.encoders.mose import MoseEncoder
from synthcode.evaluation.mose.cost import exit_parameters
from synthcode.evaluation.training.contracts import TrainingText
from synthcode.evaluation.training.models.mose_exits import MoseExits, open_mose
from synthcode.evaluation.training.models.opening import open_model
from tests.support.models.mose_checkpoint import WIDTH, write_checkpoint

PYTHON, WORDS = Role("document", "code", "python"), Role("query", "text", "text")
TEXTS = ["f(x)", "def f(a, b):\n    return a\n", "é → 1", "y" * 300]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_checkpoint(tmp_path_factory.mktemp("mose"), max_position_embeddings=256)


def by_exit(model: MoseExits, role: Role = PYTHON) -> dict[int, np.ndarray]:
    features = model.tokenize([TrainingText(text, role) for text in TEXTS], 10_000)
    with torch.no_grad():
        parts = model(features)["sentence_embedding"].split(model.width, dim=1)
    return dict(zip(model.exits, (part.numpy() for part in parts), strict=True))


def assert_equal(found: dict[int, np.ndarray], folder: Path, exits: Sequence[int] | None = None) -> None:
    encoder = MoseEncoder(str(folder), exits=exits, dtype="float32", device="cpu")
    assert tuple(found) == encoder.exits
    for exit_, vectors in encoder.encode(TEXTS, PYTHON).vectors.items():
        np.testing.assert_allclose(found[exit_], vectors, atol=1e-6)


def train(model: MoseExits) -> None:
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.02 * torch.randn_like(parameter))


@pytest.mark.parametrize("exits", [None, (1, 2)])
def test_an_untrained_model_equals_its_checkpoint(checkpoint: Path, exits: Sequence[int] | None) -> None:
    assert_equal(by_exit(open_mose(str(checkpoint), exits)), checkpoint, exits)


def test_the_instruction_follows_the_role(checkpoint: Path) -> None:
    model = open_mose(str(checkpoint))
    code, words = by_exit(model), by_exit(model, WORDS)
    expected = MoseEncoder(str(checkpoint), dtype="float32", device="cpu").encode(TEXTS, WORDS).vectors
    np.testing.assert_allclose(words[4], expected[4], atol=1e-6)
    assert np.abs(words[4] - code[4]).max() > 0.01


def test_a_saved_model_and_each_cut_are_checkpoints(checkpoint: Path, tmp_path: Path) -> None:
    model = open_mose(str(checkpoint))
    train(model)
    expected = by_exit(model)
    random = torch.get_rng_state()
    model.save_model(tmp_path / "whole")
    assert torch.equal(torch.get_rng_state(), random)
    assert_equal(expected, tmp_path / "whole")
    again = open_model(tmp_path / "whole")
    assert isinstance(again, MoseExits)
    for exit_, vectors in by_exit(again).items():
        np.testing.assert_array_equal(vectors, expected[exit_])
    for exit_ in model.exits:
        model.save_exit(tmp_path / str(exit_), exit_)
        assert_equal({exit_: expected[exit_]}, tmp_path / str(exit_))


@pytest.mark.parametrize("checkpointing", [False, True])
def test_gradients_reach_the_blocks_up_to_each_exit_and_none_deeper(checkpoint: Path, checkpointing: bool) -> None:
    model = open_mose(str(checkpoint)).train()
    if checkpointing:
        model.gradient_checkpointing_enable()
    features = model.tokenize([TrainingText(text, PYTHON) for text in TEXTS], 64)
    for place, exit_ in enumerate(model.exits):
        model.zero_grad(set_to_none=True)
        vectors = model(features)["sentence_embedding"][:, place * WIDTH : (place + 1) * WIDTH]
        vectors.backward(torch.randn(vectors.shape))
        blocks = [block.mlp.c_fc.weight.grad for block in model.model.backbone.layers]
        assert [bool(grad is not None and grad.any()) for grad in blocks] == [number <= exit_ for number in range(1, 5)]


def test_weights_that_no_exit_depends_on_are_not_trained(checkpoint: Path) -> None:
    model = open_mose(str(checkpoint))  # none of its exits is normed
    assert {name for name, one in model.named_parameters() if not one.requires_grad} == {
        "model.backbone.norm.weight",
        "model.backbone.norm.bias",
    }


def test_sizes_are_those_of_the_cut_checkpoints(checkpoint: Path) -> None:
    model = open_mose(str(checkpoint))
    sizes = model.exit_sizes(32)
    assert [(size.exit, size.tokens) for size in sizes] == [(1, 32), (2, 32), (4, 32)]
    assert [size.parameters for size in sizes] == [exit_parameters(model.model.config, exit_) for exit_ in (1, 2, 4)]


def test_a_text_that_is_cut_keeps_the_token_that_is_pooled(checkpoint: Path) -> None:
    model = open_mose(str(checkpoint))
    features = model.tokenize([TrainingText("y" * 300, PYTHON), TrainingText("", WORDS)], 100)
    assert features["input_ids"].shape == (2, 100)
    assert features["input_ids"][:, -1].tolist() == [model.tokenizer.cls_id] * 2


def test_an_exit_that_is_not_there_is_a_clear_error(checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no exit 3\nchoose among 1, 2, 4"):
        open_mose(str(checkpoint), (3,))
    with pytest.raises(InputError, match=r"no exit 3\nchoose among 1, 2, 4"):
        open_mose(str(checkpoint)).save_exit(tmp_path, 3)
    assert not list(tmp_path.iterdir())
