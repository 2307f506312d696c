"""MoSE checkpoints of any size with random weights, under the published names, and a tokenizer for them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partialmethod
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

WIDTH = 32
INNER = 48
KEYS = 16
VOCABULARY = 300
SPECIAL = {"<sep>": 296, "<cls>": 297, "<mask>": 298, "<pad>": 299}


def config_json(exits: Sequence[int] = (1, 2, 4), **changes: object) -> dict[str, Any]:
    """The keys of the published config.json, at small sizes."""
    return {
        "architectures": ["ModularStarEncoder"],
        "attention_dropout": 0.1,
        "auto_map": {"AutoModel": "modularStarEncoder.ModularStarEncoder"},
        "bos_token_id": 0,
        "conditional_size": 4,
        "embedding_dropout": 0.1,
        "eos_token_id": 0,
        "hidden_act": "gelu_pytorch_tanh",
        "hidden_size": WIDTH,
        "initializer_range": 0.018042,
        "intermediate_size": INNER,
        "layer_matryoshka_loss": True,
        "layer_norm_eps": 1e-05,
        "matryoshka_layers": list(exits),
        "max_position_embeddings": 64,
        "mlp_type": "default",
        "model_type": "ModularStarEncoder",
        "norm_epsilon": 1e-05,
        "norm_type": "layer_norm",
        "num_attention_heads": 4,
        "num_hidden_layers": max(exits),
        "num_key_value_heads": 2,
        "residual_dropout": 0.1,
        "rope_theta": 999999.4420358813,
        "sliding_window": None,
        "torch_dtype": "bfloat16",
        "transformers_version": "4.39.3",
        "use_bias": True,
        "use_cache": False,
        "vocab_size": VOCABULARY,
    } | changes


def shapes(blocks: int, heads: int) -> dict[str, tuple[int, ...]]:
    """Name and shape of every tensor of a checkpoint, as published: written out, not taken from the model."""
    of_block = {
        "input_layernorm.bias": (WIDTH,),
        "input_layernorm.weight": (WIDTH,),
        "mlp.c_fc.bias": (INNER,),
        "mlp.c_fc.weight": (INNER, WIDTH),
        "mlp.c_proj.bias": (WIDTH,),
        "mlp.c_proj.weight": (WIDTH, INNER),
        "post_attention_layernorm.bias": (WIDTH,),
        "post_attention_layernorm.weight": (WIDTH,),
        "self_attn.k_proj.bias": (KEYS,),
        "self_attn.k_proj.weight": (KEYS, WIDTH),
        "self_attn.o_proj.bias": (WIDTH,),
        "self_attn.o_proj.weight": (WIDTH, WIDTH),
        "self_attn.q_proj.bias": (WIDTH,),
        "self_attn.q_proj.weight": (WIDTH, WIDTH),
        "self_attn.v_proj.bias": (KEYS,),
        "self_attn.v_proj.weight": (KEYS, WIDTH),
    }
    of_head = {"0.bias": (WIDTH,), "0.weight": (WIDTH, WIDTH), "2.bias": (WIDTH,), "2.weight": (WIDTH, WIDTH)}
    return {
        "starEncoder2.embed_tokens.weight": (VOCABULARY, WIDTH),
        "starEncoder2.norm.bias": (WIDTH,),
        "starEncoder2.norm.weight": (WIDTH,),
        **{f"starEncoder2.layers.{n}.{name}": shape for n in range(blocks) for name, shape in of_block.items()},
        **{f"starEncoder2.projection_heads.{n}.{name}": shape for n in range(heads) for name, shape in of_head.items()},
    }


def tensors(blocks: int, heads: int, random_seed: int = 0) -> dict[str, np.ndarray]:
    """Random weights under the published names, large enough that every part shows in the output."""
    random = np.random.default_rng(random_seed)
    made = {}
    for name, shape in shapes(blocks, heads).items():
        values = random.normal(0, 0.3, shape).astype(np.float32)
        made[name] = values + 1 if "norm.weight" in name else values
    return made


def write_tokenizer(folder: Path) -> None:
    """A byte-level BPE of 256 bytes and the special tokens, as tokenizer.json."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {letter: number for number, letter in enumerate(letters)}
    filler = {f"<unused{number}>": number for number in range(len(letters), min(SPECIAL.values()))}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary | filler | SPECIAL, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in SPECIAL])
    tokenizer.save(str(folder / "tokenizer.json"))
    named = {"sep_token": "<sep>", "cls_token": "<cls>", "mask_token": "<mask>", "pad_token": {"content": "<pad>"}}
    (folder / "special_tokens_map.json").write_text(json.dumps(named), "utf-8")


def write_checkpoint(
    folder: Path, exits: Sequence[int] = (1, 2, 4), *, shards: int = 1, random_seed: int = 0, **changes: object
) -> Path:
    """Write a whole checkpoint: configuration, weights, tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config_json(exits, **changes)), "utf-8")
    write_weights(folder, tensors(max(exits), len(exits), random_seed), shards)
    write_tokenizer(folder)
    return folder


def write_weights(folder: Path, weights: dict[str, np.ndarray], shards: int = 1) -> None:
    """Write safetensors, in one file or in shards with their index."""
    if shards == 1:
        save_file(weights, folder / "model.safetensors")
        return
    index = {}
    for shard in range(shards):
        file = f"model-{shard + 1:05d}-of-{shards:05d}.safetensors"
        part = {name: weights[name] for name in sorted(weights)[shard::shards]}
        save_file(part, folder / file)
        index |= dict.fromkeys(part, file)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": index}), "utf-8")


def measure_short_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have costs measured on texts of a few tokens: the same code, in a fraction of the time."""
    from synthcode.evaluation.encoders.mose import MoseEncoder

    monkeypatch.setattr(MoseEncoder, "costs", partialmethod(MoseEncoder.costs, tokens=8))
