from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch.nn.functional import leaky_relu, linear
from transformers import Starcoder2Config, Starcoder2Model

from synthcode.errors import InputError
from synthcode.evaluation.mose.checkpoint import from_pretrained
from synthcode.evaluation.mose.configuration import PUBLISHED
from synthcode.evaluation.mose.model import MoseModel
from tests.support.models.mose_checkpoint import config_json, tensors, write_checkpoint

EXITS = (1, 2, 4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_checkpoint(tmp_path_factory.mktemp("mose"), EXITS)


@pytest.fixture(scope="module", params=["sdpa", "eager"])
def model(folder: Path, request: pytest.FixtureRequest) -> MoseModel:
    loaded = from_pretrained(str(folder), attention=request.param)
    assert loaded.backbone.config._attn_implementation == request.param
    return loaded


def rows(*lengths: int, random_seed: int = 0) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(random_seed)
    return [torch.randint(1, 290, (length,), generator=generator) for length in lengths]


def padded(texts: list[torch.Tensor], side: str) -> tuple[torch.Tensor, torch.Tensor]:
    longest = max(map(len, texts))
    ids = torch.full((len(texts), longest), 7)
    mask = torch.zeros_like(ids)
    for number, text in enumerate(texts):
        place = slice(longest - len(text), None) if side == "left" else slice(0, len(text))
        ids[number, place], mask[number, place] = text, 1
    return ids, mask


@pytest.mark.parametrize(("exits", "megabytes"), [((4,), 327), ((9,), 605), ((18,), 1110), (PUBLISHED.exits, 2120)])
def test_the_published_sizes_are_those_of_the_published_files(exits: tuple[int, ...], megabytes: int) -> None:
    with torch.device("meta"):
        model = MoseModel(PUBLISHED.cut(exits))
    in_bfloat16 = 2 * sum(parameter.numel() for parameter in model.parameters()) / 1e6
    assert in_bfloat16 == pytest.approx(megabytes, rel=0.01)


@pytest.mark.parametrize("side", [None, "left", "right"])
def test_the_first_token_sees_the_last(model: MoseModel, side: str | None) -> None:
    text, longer = rows(9, 14)
    other = torch.cat([text[:-1], text[-1:] + 1])
    states = []
    for changed in (text, other):
        ids, mask = padded([changed, longer], side) if side else (changed[None], None)
        first = 0 if mask is None else int(mask[0].argmax())
        with torch.no_grad():
            states.append([state[0, first] for state in model(ids, mask).hidden_states.values()])
    for before, after in zip(*states, strict=True):
        assert (before - after).abs().max() > 1e-3


def test_exits_are_what_the_published_code_reads_of_starcoder2(model: MoseModel) -> None:
    """Head k on the whole of hidden_states[exit k], its last token, divided by the norm: on transformers' own model."""
    config = Starcoder2Config(
        **{name: value for name, value in config_json(EXITS).items() if name not in ("architectures", "model_type")}
    )
    config.is_causal = False
    reference = Starcoder2Model(config).eval()
    weights = {name: torch.from_numpy(value) for name, value in tensors(4, 3).items()}
    backbone = {name.removeprefix("starEncoder2."): value for name, value in weights.items() if "heads" not in name}
    reference.load_state_dict(backbone)
    text = rows(9)[0]
    ids, mask = padded([text, *rows(14)], "left")
    with torch.no_grad():
        states = reference(ids, attention_mask=mask, output_hidden_states=True).hidden_states
        ours = model(ids, mask)
    for position, exit_ in enumerate(EXITS[:2]):  # of the deepest, that tuple holds the normed state
        torch.testing.assert_close(ours.hidden_states[exit_][mask == 1], states[exit_][mask == 1], atol=1e-4, rtol=1e-4)
        head = f"starEncoder2.projection_heads.{position}"
        inner = leaky_relu(linear(states[exit_], weights[f"{head}.0.weight"], weights[f"{head}.0.bias"]))
        projected = linear(inner, weights[f"{head}.2.weight"], weights[f"{head}.2.bias"])[:, -1]
        torch.testing.assert_close(ours.embeddings[exit_], projected / projected.norm(dim=1, keepdim=True))


def test_a_causal_configuration_hides_what_comes_after(folder: Path) -> None:
    model = from_pretrained(str(folder), choices={"bidirectional": False})
    text, longer = rows(9, 14)
    for ids, mask in ((text[None], None), padded([text, longer], "right")):
        other = ids.clone()
        other[0, 8] += 1
        with torch.no_grad():
            before, after = (model(variant, mask).hidden_states[4][0, 0] for variant in (ids, other))
        assert torch.equal(before, after)


def test_neither_side_of_padding_nor_company_moves_an_embedding(model: MoseModel) -> None:
    texts = rows(5, 14, 9, 1)
    with torch.no_grad():
        alone = [model(text[None]).embeddings for text in texts]
        for side in ("left", "right"):
            together = model(*padded(texts, side)).embeddings
            for exit_ in EXITS:
                expected = torch.cat([embeddings[exit_] for embeddings in alone])
                torch.testing.assert_close(together[exit_], expected, atol=1e-5, rtol=0)


def test_what_stands_in_padding_is_never_seen(model: MoseModel) -> None:
    ids, mask = padded(rows(5, 14), "left")
    other = torch.where(mask == 1, ids, 250)
    with torch.no_grad():
        for exit_, embedding in model(ids, mask).embeddings.items():
            torch.testing.assert_close(model(other, mask).embeddings[exit_], embedding, atol=1e-6, rtol=0)


def test_the_order_of_a_batch_moves_nothing(model: MoseModel) -> None:
    ids, mask = padded(rows(5, 14, 9, 11), "left")
    order = torch.tensor([2, 0, 3, 1])
    with torch.no_grad():
        straight, shuffled = model(ids, mask).embeddings, model(ids[order], mask[order]).embeddings
    for exit_ in EXITS:
        torch.testing.assert_close(shuffled[exit_], straight[exit_][order], atol=1e-6, rtol=0)


def test_an_exit_alone_is_the_exit_among_all_bit_for_bit(model: MoseModel, folder: Path) -> None:
    batch = padded(rows(5, 14, 9), "left")
    with torch.no_grad():
        together = model(*batch)
        for exit_ in EXITS:
            cut = from_pretrained(str(folder), exits=(exit_,), attention=model.backbone.config._attn_implementation)
            for alone in (model(*batch, exits=(exit_,)), cut(*batch)):
                assert list(alone.embeddings) == [exit_]
                assert torch.equal(alone.embeddings[exit_], together.embeddings[exit_])
                assert torch.equal(alone.hidden_states[exit_], together.hidden_states[exit_])


def test_no_block_behind_the_deepest_exit_runs(model: MoseModel) -> None:
    ran = []
    hooks = [
        block.register_forward_hook(lambda *_, n=n: ran.append(n)) for n, block in enumerate(model.backbone.layers)
    ]
    with torch.no_grad():
        model(rows(5)[0][None], exits=(2, 1))
    for hook in hooks:
        hook.remove()
    assert ran == [0, 1]


@pytest.mark.parametrize("exits", [(3,), (1, 5), ()])
def test_an_exit_that_is_none_is_a_clear_error(model: MoseModel, exits: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match=r"no exit.*\nchoose among 1, 2, 4"):
        model(rows(5)[0][None], exits=exits)


def test_the_deepest_state_alone_is_normed_by_default(folder: Path) -> None:
    ids = rows(9)[0][None]
    bare = from_pretrained(str(folder))
    assert bare.config.normed_exits == (36,)  # of 36 blocks: none of this small model's four
    normed = from_pretrained(str(folder), choices={"normed_exits": [4]})
    with torch.no_grad():
        before, after = bare(ids).hidden_states, normed(ids).hidden_states
        torch.testing.assert_close(after[4], bare.backbone.norm(before[4]))
    assert torch.equal(before[2], after[2])
    assert not torch.allclose(before[4], after[4])


@pytest.mark.parametrize("checkpointing", [False, True])
def test_gradients_reach_every_part_of_every_exit_in_train_mode(folder: Path, checkpointing: bool) -> None:
    for exit_ in EXITS:
        model = from_pretrained(str(folder), exits=(exit_,)).train()
        model.gradient_checkpointing = checkpointing
        sum(embedding.sum() for embedding in model(*padded(rows(5, 9), "left")).embeddings.values()).backward()
        without = [name for name, parameter in model.named_parameters() if parameter.grad is None]
        assert {name.rsplit(".", 1)[0] for name in without} == {"backbone.norm"}  # the only part that no exit uses
        assert all(parameter.grad.abs().sum() > 0 for parameter in model.parameters() if parameter.grad is not None)


def test_checkpointing_runs_the_blocks_again_and_gives_the_same_gradients(folder: Path) -> None:
    gradients = []
    for on in (False, True):
        model = from_pretrained(str(folder)).train()
        model.gradient_checkpointing = on
        runs = []
        model.backbone.layers[0].input_layernorm.register_forward_hook(lambda *_, runs=runs: runs.append(1))
        torch.manual_seed(0)
        sum(state.square().mean() for state in model(*padded(rows(5, 9), "left")).hidden_states.values()).backward()
        gradients.append(model.backbone.layers[0].mlp.c_fc.weight.grad)
        assert len(runs) == 1 + on
    torch.testing.assert_close(*gradients)


def test_dropout_works_in_train_mode_alone(folder: Path) -> None:
    model = from_pretrained(str(folder))
    ids = rows(9)[0][None]
    assert torch.equal(model(ids).embeddings[1], model(ids).embeddings[1])
    model.train()
    assert not torch.equal(model(ids).embeddings[1], model(ids).embeddings[1])
