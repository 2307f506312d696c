from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from synthcode.errors import InputError
from synthcode.evaluation.mose.checkpoint import from_pretrained, save_pretrained
from tests.support.models.mose_checkpoint import config_json, tensors, write_checkpoint, write_weights

IDS = torch.tensor([[5, 17, 200, 3, 90]])


def embeddings(folder: Path, **options: object) -> dict[int, torch.Tensor]:
    with torch.no_grad():
        return from_pretrained(str(folder), **options)(IDS).embeddings


def test_a_checkpoint_comes_back_as_it_was(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "in")
    save_pretrained(from_pretrained(str(folder)), tmp_path / "out")
    before, after = (load_file(place / "model.safetensors") for place in (folder, tmp_path / "out"))
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
    again = embeddings(tmp_path / "out")
    assert all(torch.equal(vectors, again[exit_]) for exit_, vectors in embeddings(folder).items())


def test_a_checkpoint_is_saved_over_itself(tmp_path: Path) -> None:
    model = from_pretrained(str(write_checkpoint(tmp_path)))
    with torch.no_grad():
        model.backbone.embed_tokens.weight.add_(1)
    save_pretrained(model, tmp_path)
    again = from_pretrained(str(tmp_path))
    assert torch.equal(again.backbone.embed_tokens.weight, model.backbone.embed_tokens.weight)
    assert sorted(path.name for path in tmp_path.iterdir() if "safetensors" in path.name) == ["model.safetensors"]


def test_open_choices_are_saved_with_a_checkpoint(tmp_path: Path) -> None:
    model = from_pretrained(str(write_checkpoint(tmp_path / "in")), choices={"pooling": "mean", "normed_exits": [2]})
    save_pretrained(model, tmp_path / "out")
    assert from_pretrained(str(tmp_path / "out")).config == model.config


def test_every_tensor_lands_where_its_name_says(tmp_path: Path) -> None:
    model = from_pretrained(str(write_checkpoint(tmp_path)))
    weights = tensors(4, 3)
    for ours, published in {
        "backbone.embed_tokens.weight": "starEncoder2.embed_tokens.weight",
        "backbone.layers.3.self_attn.k_proj.bias": "starEncoder2.layers.3.self_attn.k_proj.bias",
        "backbone.norm.weight": "starEncoder2.norm.weight",
        "heads.1.linears.0.weight": "starEncoder2.projection_heads.0.0.weight",
        "heads.2.linears.1.bias": "starEncoder2.projection_heads.1.2.bias",
        "heads.4.linears.1.weight": "starEncoder2.projection_heads.2.2.weight",
    }.items():
        np.testing.assert_array_equal(model.state_dict()[ours].numpy(), weights[published])


def test_shards_and_names_wrapped_in_training_load_alike(tmp_path: Path) -> None:
    expected = embeddings(write_checkpoint(tmp_path / "one"))
    sharded = write_checkpoint(tmp_path / "sharded", shards=3)
    wrapped = write_checkpoint(tmp_path / "wrapped")
    renamed = {name.replace("Encoder2.", "Encoder2.module."): value for name, value in tensors(4, 3).items()}
    write_weights(wrapped, renamed)
    for folder in (sharded, wrapped):
        assert all(torch.equal(vectors, expected[exit_]) for exit_, vectors in embeddings(folder).items())


@pytest.mark.parametrize("said", [{"till_layer": 2}, {"num_hidden_layers": 2, "matryoshka_layers": [2]}, {}])
@pytest.mark.parametrize("position", [0, 1])
def test_a_cut_checkpoint_equals_the_full_one_at_its_exit(tmp_path: Path, said: dict[str, int], position: int) -> None:
    full = write_checkpoint(tmp_path / "full")
    weights = {
        name.replace("heads.1", f"heads.{position}"): value
        for name, value in tensors(4, 3).items()
        if "heads.0" not in name and "heads.2" not in name and "layers.2" not in name and "layers.3" not in name
    }
    cut = write_checkpoint(tmp_path / "cut", **said)
    write_weights(cut, weights)
    (vectors,) = embeddings(cut).values()
    assert torch.equal(vectors, embeddings(full)[2])


def test_loading_fewer_exits_reads_no_block_behind_them(tmp_path: Path) -> None:
    model = from_pretrained(str(write_checkpoint(tmp_path)), exits=(1, 2))
    assert (len(model.backbone.layers), list(model.heads)) == (2, ["1", "2"])


def test_missing_unexpected_and_misshapen_tensors_are_listed(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path)
    weights = tensors(4, 3)
    del weights["starEncoder2.layers.1.mlp.c_fc.bias"]
    weights["starEncoder2.lm_head.weight"] = np.zeros(3, np.float32)
    weights["starEncoder2.norm.bias"] = np.zeros(5, np.float32)
    write_weights(folder, weights)
    with pytest.raises(InputError) as raised:
        from_pretrained(str(folder))
    assert "missing: starEncoder2.layers.1.mlp.c_fc.bias;" in raised.value.problem
    assert "unexpected: starEncoder2.lm_head.weight;" in raised.value.problem
    assert "of another shape: starEncoder2.norm.bias (5,) for (32,)" in raised.value.problem


def test_a_long_list_of_missing_tensors_is_cut(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path)
    write_weights(folder, {name: value for name, value in tensors(4, 3).items() if "layers.2" not in name})
    with pytest.raises(InputError, match=r"missing: .*input_layernorm.bias, .* and 8 more\n"):
        from_pretrained(str(folder))


class Trap:
    """What runs where a pickle is opened."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (Path.touch, (Path(__file__).with_name("opened"),))


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "model.ckpt"])
def test_a_pickled_checkpoint_is_refused_unopened(tmp_path: Path, name: str) -> None:
    folder = write_checkpoint(tmp_path)
    (folder / "model.safetensors").unlink()
    (folder / name).write_bytes(pickle.dumps(Trap()))
    with pytest.raises(InputError, match=rf"only {name}, and pickles can run code"):
        from_pretrained(str(folder))
    assert not Path(__file__).with_name("opened").exists()


def test_code_that_lies_in_a_checkpoint_is_not_run(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path)
    (folder / "modularStarEncoder.py").write_text("raise SystemExit('ran')")
    assert set(embeddings(folder)) == {1, 2, 4}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"model_type": "bert"}, "is of a 'bert' model, not of a ModularStarEncoder\nscore it as 'st:NAME'"),
        ({"sliding_window": 128}, "sets sliding_window to 128"),
        ({"mlp_type": "gated"}, "sets mlp_type to 'gated'"),
        ({"matryoshka_layers": [4, 2]}, r"exits \(4, 2\) are not ascending"),
        ({"num_hidden_layers": 0, "matryoshka_layers": [1]}, "no exit within its 0 blocks"),
        ({"mose": {"poling": "mean"}}, r"no choice 'poling' \(did you mean 'pooling'\?\)"),
    ],
)
def test_a_configuration_that_cannot_be_meant_is_refused(
    tmp_path: Path, changes: dict[str, object], problem: str
) -> None:
    folder = write_checkpoint(tmp_path)
    (folder / "config.json").write_text(json.dumps(config_json() | changes))
    with pytest.raises(InputError, match=problem):
        from_pretrained(str(folder))


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda folder: (folder / "config.json").unlink(), "config.json is not there"),
        (lambda folder: (folder / "config.json").write_text("{"), "config.json cannot be read"),
        (lambda folder: (folder / "config.json").write_text("[]"), "config.json is not a JSON object"),
        (lambda folder: (folder / "model.safetensors").unlink(), r"has no \*.safetensors"),
        (lambda folder: (folder / "model.safetensors").write_bytes(b"x" * 99), "is not a complete safetensors file"),
        (
            lambda folder: (folder / "model.safetensors.index.json").write_text(
                '{"weight_map": {"a": "b.safetensors"}}'
            ),
            "lacks b.safetensors, which model.safetensors.index.json names",
        ),
    ],
)
def test_a_damaged_checkpoint_is_a_clear_error(tmp_path: Path, spoil: object, problem: str) -> None:
    folder = write_checkpoint(tmp_path)
    spoil(folder)  # type: ignore[operator]
    with pytest.raises(InputError, match=problem):
        from_pretrained(str(folder))


def test_a_name_that_is_neither_folder_nor_repository_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(
        InputError, match=r"'no/where' is not a folder, and the Hub does not provide it: .*\nname a folder"
    ):
        from_pretrained("no/where")


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"dtype": "int3"}, "no number format 'int3'"),
        ({"device": "abacus"}, "no device 'abacus'"),
        ({"attention": "flash_attention_2"}, "FlashAttention does not run in float32 on cpu"),
        ({"attention": "linear"}, "no attention 'linear'"),
        ({"exits": (3,)}, "no exit 3\nchoose among 1, 2, 4"),
    ],
)
def test_an_option_that_cannot_be_had_is_a_clear_error(tmp_path: Path, options: dict, problem: str) -> None:
    folder = write_checkpoint(tmp_path)
    with pytest.raises(InputError, match=problem):
        from_pretrained(str(folder), **{"device": "cpu"} | options)


def test_half_precision_gives_nearly_the_same_unit_vectors(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path)
    exact = embeddings(folder, dtype="float32")
    for exit_, vectors in embeddings(folder, dtype="bfloat16").items():
        assert vectors.dtype == torch.bfloat16
        assert vectors.float().norm(dim=1).item() == pytest.approx(1, abs=0.01)
        assert (vectors.float() * exact[exit_]).sum().item() > 0.99
