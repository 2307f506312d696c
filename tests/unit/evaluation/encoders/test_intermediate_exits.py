from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from torch.utils.flop_counter import FlopCounterMode

from synthcode.errors import InputError
from synthcode.evaluation.encoder import Role
from synthcode.evaluation.encoders.exits.stream_cost import stream_costs
from synthcode.evaluation.encoders.intermediate_exits import IntermediateExits, parse_exits
from tests.support.models.mose_checkpoint import SPECIAL, VOCABULARY, write_tokenizer

PYTHON = Role("query", "code", "python")
TEXTS = ["f(x)", "def f(a, b): return a", "", "é → 1", "y" * 300]
SIZES: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "max_position_embeddings": 70,
    "pad_token_id": SPECIAL["<pad>"],
    "bos_token_id": 0,
    "eos_token_id": 0,
}
WITH_KEYS = SIZES | {"num_key_value_heads": 2}
QUICK = ("Bert", "Starcoder2")
MODELS = {
    "Bert": SIZES,
    "Roberta": SIZES | {"pad_token_id": 1},
    "ModernBert": SIZES | {"cls_token_id": 0, "sep_token_id": 0},
    "Starcoder2": WITH_KEYS,
    "Qwen2": WITH_KEYS,
    "GPT2": SIZES | {"n_inner": 48},
    "T5": {"vocab_size": VOCABULARY, "d_model": 32, "d_kv": 8, "d_ff": 48, "num_layers": 3, "num_heads": 4}
    | {"pad_token_id": SPECIAL["<pad>"], "decoder_start_token_id": 0},
}


def build(name: str, blocks: int | None = None) -> Any:
    sizes = dict(MODELS[name])
    if blocks:
        sizes["num_layers" if name == "T5" else "num_hidden_layers"] = blocks
    torch.manual_seed(0)
    model = getattr(transformers, f"{name}Model")(getattr(transformers, f"{name}Config")(**sizes)).eval()
    for parameter in model.parameters():  # norms that do something
        parameter.data.add_(0.05 * torch.randn_like(parameter))
    return model


FAMILIES = [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in MODELS]


@pytest.fixture(scope="module", params=FAMILIES)
def saved(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp(request.param)
    build(request.param).save_pretrained(folder)
    write_tokenizer(folder)
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_file=str(folder / "tokenizer.json"), pad_token="<pad>", model_max_length=64
    )
    tokenizer.save_pretrained(folder)
    return request.param, folder


def cut(name: str, folder: Path, blocks: int) -> Any:
    """The same model, built with fewer blocks: an independent account of what an exit is."""
    config = transformers.AutoConfig.from_pretrained(folder)
    whole = transformers.AutoModel.from_pretrained(folder)
    setattr(config, "num_layers" if name == "T5" else "num_hidden_layers", blocks)
    if getattr(config, "layer_types", None):
        config.layer_types = config.layer_types[:blocks]
    model = type(whole)(config)
    model.load_state_dict(whole.state_dict(), strict=False)
    return (model.get_encoder() if name == "T5" else model).eval()


def test_an_exit_is_the_output_of_the_model_that_ends_there(saved: tuple[str, Path]) -> None:
    name, folder = saved
    encoder = IntermediateExits(f"{folder}@1,2", pooling="mean")
    vectors = encoder.encode(TEXTS[:2], PYTHON).vectors
    assert tuple(vectors) == encoder.exits == (1, 2)
    for exit_ in (1, 2):
        model = cut(name, folder, exit_)
        for row, text in enumerate(TEXTS[:2]):
            ids = torch.tensor([encoder.tokenizer(text)["input_ids"]])
            with torch.no_grad():
                states = model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
            expected = torch.nn.functional.normalize(states.mean(1), dim=-1)[0]
            np.testing.assert_allclose(vectors[exit_][row], expected.numpy(), atol=2e-6)


def test_neither_company_nor_another_exit_moves_a_vector(saved: tuple[str, Path]) -> None:
    _, folder = saved
    together = IntermediateExits(f"{folder}@1,3").encode(TEXTS, PYTHON).vectors
    alone = IntermediateExits(f"{folder}@1")
    for row, text in enumerate(TEXTS):
        (vector,) = alone.encode([text], PYTHON).vectors[1]
        np.testing.assert_allclose(together[1][row], vector, atol=1e-5)
    assert all(np.isfinite(vectors).all() for vectors in together.values())


def test_blocks_behind_the_deepest_exit_are_gone(saved: tuple[str, Path]) -> None:
    encoder = IntermediateExits(f"{saved[1]}@2,1")
    assert (encoder.exits, len(encoder.stream.blocks)) == ((1, 2), 2)


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bert")
    build("Bert").save_pretrained(folder)
    write_tokenizer(folder)
    transformers.PreTrainedTokenizerFast(
        tokenizer_file=str(folder / "tokenizer.json"), pad_token="<pad>"
    ).save_pretrained(folder)
    return folder


def test_a_tokenizer_without_a_bound_keeps_to_the_positions_of_the_model(bert: Path) -> None:
    encoder = IntermediateExits(f"{bert}@1")
    assert encoder.max_tokens == 70
    long, longer = encoder.encode(["y" * 70, "y" * 700], PYTHON).vectors[1]
    np.testing.assert_array_equal(long, longer)


def test_texts_can_be_cut_shorter(bert: Path) -> None:
    whole, shorter, longer = (IntermediateExits(f"{bert}@1", max_tokens=most) for most in (None, 9, 900))
    assert (shorter.max_tokens, longer.max_tokens) == (9, 70)
    assert longer.identity == whole.identity != shorter.identity
    encoded = shorter.encode(["y" * 9, "y" * 10], PYTHON)
    np.testing.assert_array_equal(*encoded.vectors[1])
    assert (encoded.tokens.tolist(), encoded.truncated.tolist()) == ([9, 9], [False, True])


def test_pooling_is_what_the_model_was_trained_with(bert: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(bert, tmp_path / "bert"))
    assert IntermediateExits(f"{folder}@1").pooling == "mean"
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}')
    assert IntermediateExits(f"{folder}@1").pooling == "first_token"


def test_the_identity_is_of_weights_exits_and_pooling(bert: Path, tmp_path: Path) -> None:
    plain = IntermediateExits(f"{bert}@1").identity
    assert IntermediateExits(f"{bert}@1").identity == plain
    others = [IntermediateExits(f"{bert}@2"), IntermediateExits(f"{bert}@1", pooling="last_token")]
    assert len({plain, *(encoder.identity for encoder in others)}) == 3


@pytest.mark.parametrize("spec", ["model@", "@3", "model@0", "model@3,x", "model@-1"])
def test_a_spec_without_exits_is_a_clear_error(spec: str) -> None:
    with pytest.raises(InputError, match=r"no exits in .*\nwrite NAME@3,6,12"):
        parse_exits(spec)


def test_a_model_whose_exits_were_not_trained_needs_them_named(bert: Path) -> None:
    with pytest.raises(InputError, match=r"no exits in .*\nwrite NAME@3,6,12"):
        IntermediateExits(str(bert))


def test_a_name_may_hold_the_sign_itself() -> None:
    assert parse_exits("a@b/c@6,3,3") == ("a@b/c", (3, 6))
    assert parse_exits("a@b/c") == ("a@b/c", ())


def test_an_exit_behind_the_last_block_is_a_clear_error(bert: Path) -> None:
    with pytest.raises(InputError, match="has 3 blocks, and none numbered 4"):
        IntermediateExits(f"{bert}@4")


def test_remote_code_and_pickled_weights_are_refused(bert: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(bert, tmp_path / "bert"))
    (folder / "model.safetensors").unlink()
    torch.save(build("Bert").state_dict(), folder / "pytorch_model.bin")
    with pytest.raises(InputError, match=r"does not load"):
        IntermediateExits(f"{folder}@1")
    (folder / "evil.py").write_text("raise SystemExit('ran')")
    (folder / "config.json").write_text(
        '{"model_type": "evil", "auto_map": {"AutoConfig": "evil.C", "AutoModel": "evil.M"}}'
    )
    with pytest.raises(InputError, match=r"does not load"):
        IntermediateExits(f"{folder}@1")


def test_a_model_that_repeats_one_block_is_a_clear_error(tmp_path: Path) -> None:
    config = transformers.AlbertConfig(**SIZES | {"embedding_size": 16})
    transformers.AlbertModel(config).save_pretrained(tmp_path)
    with pytest.raises(InputError, match="has no list of 3 blocks"):
        IntermediateExits(f"{tmp_path}@1")


def test_the_cost_of_an_exit_is_that_of_the_model_that_ends_there(saved: tuple[str, Path]) -> None:
    name, folder = saved
    stream = IntermediateExits(f"{folder}@1,2").stream
    costs = stream_costs(stream, 12, batches=(1,), repeats=1)
    blocks = [sum(parameter.numel() for parameter in block.parameters()) for block in stream.blocks]
    assert [cost.exit for cost in costs] == [1, 2]
    assert costs[1].parameters - costs[0].parameters == blocks[1]
    for cost in costs:
        model = cut(name, folder, cost.exit)
        model.set_attn_implementation("eager")
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            model(input_ids=torch.ones((1, 12), dtype=torch.long), attention_mask=torch.ones((1, 12)))
        pooler = 2 * 32 * 32 if getattr(model, "pooler", None) else 0
        assert cost.flops_per_token == (counter.get_total_flops() - pooler) / 12


def test_counting_leaves_the_attention_as_it_was(bert: Path) -> None:
    stream = IntermediateExits(f"{bert}@1").stream
    stream_costs(stream, 8, batches=(1,), repeats=1)
    assert stream.model.config._attn_implementation == "sdpa"
