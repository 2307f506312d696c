"""Bases and saved models that cannot be trained or scored: each is a clear error."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from synthcode.errors import InputError
from synthcode.evaluation.encoder import Role
from synthcode.evaluation.encoders.intermediate_exits import IntermediateExits
from synthcode.evaluation.training.models.huggingface import open_huggingface
from synthcode.evaluation.training.models.opening import open_model
from tests.support.models.tiny_encoders import write_encoder

PYTHON = Role("query", "code", "python")


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("bert"))


def test_a_pooling_that_exits_do_not_have_is_a_clear_error(tmp_path: Path) -> None:
    folder = write_encoder(tmp_path / "base", pooling="max")
    with pytest.raises(InputError, match=r"pools by max, which exits cannot\nscore it as 'st:NAME'; exits pool by cls"):
        open_huggingface(str(folder), None)


def test_a_base_with_a_projection_of_its_own_is_refused_by_name(tmp_path: Path) -> None:
    folder = write_encoder(tmp_path / "base", pooling="mean")
    modules = json.loads((folder / "modules.json").read_text("utf-8"))
    dense = {"idx": 2, "name": "2", "path": "2_Dense", "type": "sentence_transformers.models.Dense"}
    (folder / "modules.json").write_text(json.dumps([*modules, dense]), "utf-8")
    with pytest.raises(InputError, match=r"base ends in Dense, whose weights exits leave out\ntrain a copy"):
        open_huggingface(str(folder), (1,))
    (folder / "modules.json").unlink()
    assert open_huggingface(str(folder), (1,)).exits == (1,)


def test_many_blocks_need_named_exits(tmp_path: Path) -> None:
    folder = write_encoder(tmp_path, num_hidden_layers=13)
    with pytest.raises(InputError, match=r"13 blocks, and no exits are named\nname some, as in --exits 4,8,16"):
        open_huggingface(str(folder), None)
    assert open_huggingface(str(folder), (13,)).exits == (13,)


@pytest.mark.parametrize(
    ("file", "content", "problem"),
    [
        ("exits.json", "{", "does not describe exits"),
        ("exits.json", "[1]", "does not describe exits"),
        ("exits.json", '{"exits": [2, 1], "pooling": "mean"}', "ascending"),
        ("exits.json", '{"exits": [], "pooling": "mean"}', "ascending"),
        ("exits.json", '{"exits": [1], "pooling": "max"}', "pooling"),
        ("exits.json", '{"exits": [1, 9], "pooling": "mean", "heads": "none"}', "3 blocks, and none numbered 9"),
        ("exits.json", '{"exits": [1, 2], "pooling": "mean", "heads": "linear"}', "no projections of 32 .* 2.weight"),
        ("exit_heads.safetensors", "junk", "cannot be read"),
        ("exit_heads.safetensors", None, "cannot be read"),
        ("model.safetensors", "junk", "does not load"),
        ("config.json", "junk", "does not load|cannot be read"),
    ],
)
def test_a_broken_model_is_a_clear_error(
    bert: Path, tmp_path: Path, file: str, content: str | None, problem: str
) -> None:
    open_huggingface(str(bert), (1, 3), "linear").save_model(tmp_path)
    (tmp_path / file).unlink()
    if content is not None:
        (tmp_path / file).write_text(content, "utf-8")
    with pytest.raises(InputError, match=problem) as caught:
        open_model(tmp_path)
    assert len(str(caught.value).splitlines()) == 2


def test_an_untrained_exit_is_a_baseline_unless_there_are_heads(bert: Path, tmp_path: Path) -> None:
    open_huggingface(str(bert), (1, 3)).save_model(tmp_path / "plain")
    open_huggingface(str(bert), (1, 3), "linear").save_model(tmp_path / "heads")
    assert tuple(IntermediateExits(f"{tmp_path / 'plain'}@2").encode(["f(x)"], PYTHON).vectors) == (2,)
    with pytest.raises(InputError, match=r"exit 2 was not trained\nchoose among 1, 3"):
        IntermediateExits(f"{tmp_path / 'heads'}@1,2")


def test_a_folder_without_trained_exits_is_not_a_trained_model(bert: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(bert, tmp_path / "bert"))
    with pytest.raises(InputError, match=r"has no exits.json"):
        open_model(folder)


def test_the_half_of_a_model_with_a_decoder_is_refused(tmp_path: Path) -> None:
    import transformers

    sizes = {"vocab_size": 300, "d_model": 32, "encoder_layers": 2, "decoder_layers": 1}
    heads = {"encoder_attention_heads": 2, "decoder_attention_heads": 2, "encoder_ffn_dim": 32, "decoder_ffn_dim": 32}
    write_encoder(tmp_path)
    transformers.BartModel(transformers.BartConfig(**sizes, **heads)).save_pretrained(tmp_path)
    with pytest.raises(InputError, match="has a decoder, which exits leave out"):
        open_huggingface(str(tmp_path), (1,))
