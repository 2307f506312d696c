from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer

from synthcode.evaluation.encoder import Role
from synthcode.evaluation.encoders.intermediate_exits import IntermediateExits
from synthcode.evaluation.training.contracts import TrainingText
from synthcode.evaluation.training.models.huggingface import HuggingFaceExits, open_huggingface
from synthcode.evaluation.training.models.opening import open_model
from tests.support.models.tiny_encoders import KINDS, WIDTH, write_encoder

PYTHON = Role("query", "code", "python")
TEXTS = ["f(x)", "def f(a, b):\n    return a\n", "  é → 1 ", "y" * 300]
LONGEST = 10_000


QUICK, *OTHERS = KINDS
FAMILIES = [QUICK, *(pytest.param(kind, marks=pytest.mark.slow) for kind in OTHERS)]


@pytest.fixture(scope="module", params=FAMILIES)
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp(request.param), request.param)


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("bert"))


def encode(model: HuggingFaceExits, texts: Sequence[str] = TEXTS, exits: Sequence[int] | None = None) -> torch.Tensor:
    features = model.tokenize([TrainingText(text, PYTHON) for text in texts], LONGEST)
    if exits is not None:
        return torch.cat(list(model.vectors(features, exits).values()), dim=1)
    return model(features)["sentence_embedding"]


def by_exit(model: HuggingFaceExits, texts: list[str] = TEXTS) -> dict[int, np.ndarray]:
    with torch.no_grad():
        parts = encode(model, texts).split(model.width, dim=1)
    return dict(zip(model.exits, (part.numpy() for part in parts), strict=True))


def train(model: HuggingFaceExits) -> None:
    """Move every weight, heads included."""
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.02 * torch.randn_like(parameter))


def test_an_untrained_model_with_new_heads_equals_its_base(base: Path) -> None:
    expected = IntermediateExits(f"{base}@1,3").encode(TEXTS, PYTHON).vectors
    for heads in ("none", "linear"):
        found = by_exit(open_huggingface(str(base), (1, 3), heads))
        for exit_ in (1, 3):
            np.testing.assert_allclose(found[exit_], expected[exit_], atol=1e-6)


def moved(parameter: torch.nn.Parameter) -> bool:
    return parameter.grad is not None and bool(parameter.grad.any())


@pytest.mark.parametrize("checkpointing", [False, True])
def test_gradients_reach_the_blocks_up_to_each_exit_and_none_deeper(base: Path, checkpointing: bool) -> None:
    model = open_huggingface(str(base), (1, 2, 3), "linear").train()
    if checkpointing:
        model.gradient_checkpointing_enable({"use_reentrant": True})
    for place, exit_ in enumerate(model.exits):
        model.zero_grad(set_to_none=True)
        vectors = encode(model)[:, place * WIDTH : (place + 1) * WIDTH]
        vectors.backward(torch.randn(vectors.shape))
        touched = [any(moved(one) for one in block.parameters()) for block in model.stream.blocks]
        assert touched == [number <= exit_ for number in (1, 2, 3)]
        assert [name for name, head in model.heads.items() if moved(head.weight)] == [str(exit_)]
        for block in model.stream.blocks[:exit_]:
            assert all(moved(one) for one in block.parameters() if one.dim() > 1)


def test_checkpointed_blocks_give_the_same_gradients(base: Path) -> None:
    gradients = []
    for checkpointing in (False, True):
        model = open_huggingface(str(base), (1, 3))
        model.train()
        for module in model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        if checkpointing:
            model.gradient_checkpointing_enable()
        torch.manual_seed(0)
        encode(model)[:, : 2 * WIDTH : 3].sum().backward()
        gradients.append({name: one.grad for name, one in model.named_parameters() if one.grad is not None})
    plain, checkpointed = gradients
    assert plain.keys() == checkpointed.keys()
    for name, gradient in plain.items():
        torch.testing.assert_close(checkpointed[name], gradient)


def test_weights_that_no_exit_depends_on_are_not_trained(bert: Path) -> None:
    model = open_huggingface(str(bert), (1, 2))
    frozen = {name.split(".")[1] for name, one in model.named_parameters() if not one.requires_grad}
    assert frozen == {"pooler"}
    encode(model.train()).sum().backward()
    assert all(one.grad is not None for one in model.parameters() if one.requires_grad)


def test_a_shallow_pass_does_not_run_deeper_blocks(base: Path) -> None:
    model = open_huggingface(str(base), (1, 2, 3))
    whole = by_exit(model)
    with torch.no_grad():
        for parameter in model.stream.blocks[2].parameters():
            parameter.fill_(torch.nan)
        shallow = encode(model, exits=(2,))
    np.testing.assert_allclose(shallow.numpy(), whole[2], atol=1e-6)


def test_a_saved_model_is_read_by_everything_that_encodes(base: Path, tmp_path: Path) -> None:
    model = open_huggingface(str(base), (1, 3))
    train(model)
    expected = by_exit(model)
    random = torch.get_rng_state()
    model.save_model(tmp_path / "model")
    assert torch.equal(torch.get_rng_state(), random)

    again = open_model(tmp_path / "model")
    encoder = IntermediateExits(str(tmp_path / "model"))
    assert again.exits == encoder.exits == (1, 3)
    scored = encoder.encode(TEXTS, PYTHON).vectors
    assert isinstance(again, HuggingFaceExits)
    for exit_, vectors in by_exit(again).items():
        np.testing.assert_allclose(vectors, expected[exit_], atol=1e-6)
        np.testing.assert_allclose(scored[exit_], expected[exit_], atol=1e-6)
    theirs = SentenceTransformer(str(tmp_path / "model"), device="cpu").encode(TEXTS)
    np.testing.assert_allclose(theirs, expected[3], atol=1e-6)


@pytest.mark.slow
def test_a_model_cut_at_an_exit_gives_the_same_vectors(base: Path, tmp_path: Path) -> None:
    model = open_huggingface(str(base), (1, 2, 3), "linear")
    train(model)
    for exit_, expected in by_exit(model).items():
        folder = tmp_path / str(exit_)
        model.save_exit(folder, exit_)
        theirs = SentenceTransformer(str(folder), device="cpu")
        np.testing.assert_allclose(theirs.encode(TEXTS), expected, atol=1e-6)
        assert theirs.max_seq_length == model.max_tokens
        assert len(open_model(folder).stream.blocks) == exit_  # type: ignore[attr-defined]
        scored = IntermediateExits(str(folder)).encode(TEXTS, PYTHON).vectors
        assert tuple(scored) == (exit_,)
        np.testing.assert_allclose(scored[exit_], expected, atol=1e-6)


@pytest.mark.parametrize(("mode", "ours"), [("cls", "first_token"), ("mean", "mean"), ("lasttoken", "last_token")])
def test_a_model_pools_as_its_base_pools(tmp_path: Path, mode: str, ours: str) -> None:
    folder = write_encoder(tmp_path / "base", "Roberta", pooling=mode)
    model = open_huggingface(str(folder), None)
    assert (model.exits, model.pooling) == ((1, 2, 3), ours)
    found = by_exit(model)
    base = SentenceTransformer(str(folder), device="cpu").encode(TEXTS, normalize_embeddings=True)
    np.testing.assert_allclose(found[3], base, atol=1e-6)
    model.save_exit(tmp_path / "cut", 2)
    cut = SentenceTransformer(str(tmp_path / "cut"), device="cpu").encode(TEXTS)
    np.testing.assert_allclose(cut, found[2], atol=1e-6)


def test_a_base_that_reads_lower_case_is_trained_on_lower_case(tmp_path: Path) -> None:
    folder = write_encoder(tmp_path / "base", pooling="mean")
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 64, "do_lower_case": true}', "utf-8")
    model = open_huggingface(str(folder), None)
    shouted = [text.upper() for text in TEXTS]
    found = by_exit(model, shouted)[3]
    base = SentenceTransformer(str(folder), device="cpu").encode(shouted, normalize_embeddings=True)
    np.testing.assert_allclose(found, base, atol=1e-6)
    np.testing.assert_array_equal(found, by_exit(model, [text.lower() for text in TEXTS])[3])
    model.save_model(tmp_path / "saved")
    saved = SentenceTransformer(str(tmp_path / "saved"), device="cpu").encode(shouted)
    np.testing.assert_allclose(saved, found, atol=1e-6)


def test_weights_in_the_folder_of_a_module_are_found(tmp_path: Path) -> None:
    folder = write_encoder(tmp_path / "base", pooling="cls")
    expected = by_exit(open_huggingface(str(folder), (2,)))[2]
    inner = folder / "0_Transformer"
    inner.mkdir()
    for path in list(folder.iterdir()):
        if path.is_file() and path.name != "modules.json":
            path.rename(inner / path.name)
    modules = json.loads((folder / "modules.json").read_text("utf-8"))
    modules[0]["path"] = inner.name
    (folder / "modules.json").write_text(json.dumps(modules), "utf-8")
    np.testing.assert_array_equal(by_exit(open_huggingface(str(folder), (2,)))[2], expected)


def test_trained_heads_are_trained_on_and_new_exits_get_new_ones(bert: Path, tmp_path: Path) -> None:
    model = open_huggingface(str(bert), (1, 3), "linear")
    train(model)
    model.save_model(tmp_path / "model")
    again = open_huggingface(str(tmp_path / "model"), (1, 2))
    torch.testing.assert_close(again.heads["1"].weight, model.heads["1"].weight)
    torch.testing.assert_close(again.heads["2"].weight, torch.eye(WIDTH))


def test_what_a_saved_model_says_of_itself(bert: Path, tmp_path: Path) -> None:
    model = open_huggingface(str(bert), (1, 2), "linear")
    model.save_model(tmp_path)
    assert json.loads((tmp_path / "exits.json").read_text("utf-8")) == {
        "exits": [1, 2],
        "pooling": "mean",
        "heads": "linear",
    }
    config = json.loads((tmp_path / "config.json").read_text("utf-8"))
    assert config["num_hidden_layers"] == 2
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*.json"))
    assert str(bert).encode() not in written
    assert not list(tmp_path.rglob("*.bin"))


def test_the_size_of_an_exit_counts_its_head(bert: Path) -> None:
    without, with_heads = (open_huggingface(str(bert), (1, 3), heads).exit_sizes(8) for heads in ("none", "linear"))
    for one, other in zip(without, with_heads, strict=True):
        assert other.parameters - one.parameters == WIDTH * (WIDTH + 1)
        assert other.flops_per_token - one.flops_per_token == 2 * WIDTH**2 / 8


def test_counting_draws_no_random_numbers(bert: Path) -> None:
    model = open_huggingface(str(bert), (1,)).train()
    random = torch.get_rng_state()
    model.exit_sizes(8)
    assert torch.equal(torch.get_rng_state(), random)
    assert model.encoder.training


def test_texts_are_cut_where_training_says(bert: Path) -> None:
    model = open_huggingface(str(bert), (1,))
    features = model.tokenize([TrainingText("y" * 9, PYTHON), TrainingText("y", PYTHON)], 5)
    assert {name: tuple(tensor.shape) for name, tensor in features.items()} == {
        "input_ids": (2, 5),
        "attention_mask": (2, 5),
    }
    assert features["attention_mask"].sum(1).tolist() == [5, 1]


@pytest.mark.slow
def test_several_processes_can_share_the_training() -> None:
    """In a process of its own: torch may wait for ever where gloo and the model end in a process that lives on."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.training.shared_training"], timeout=500, capture_output=True
    )
    assert done.returncode == 0, done.stderr.decode()
