"""HuggingFace encoders of every family with random weights and a few blocks, saved as their authors save them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
import transformers

from tests.support.models.mose_checkpoint import SPECIAL, VOCABULARY, write_tokenizer

WIDTH = 32
BLOCKS = 3
SIZES: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "hidden_size": WIDTH,
    "intermediate_size": 48,
    "num_hidden_layers": BLOCKS,
    "num_attention_heads": 4,
    "max_position_embeddings": 70,
    "pad_token_id": SPECIAL["<pad>"],
    "bos_token_id": 0,
    "eos_token_id": 0,
}
WITH_KEYS = SIZES | {"num_key_value_heads": 2}
T5 = {"vocab_size": VOCABULARY, "d_model": WIDTH, "d_kv": 8, "d_ff": 48, "num_layers": BLOCKS, "num_heads": 4}
ENCODERS: dict[str, dict[str, Any]] = {
    "Bert": SIZES,
    "Roberta": SIZES | {"pad_token_id": 1},
    "MPNet": SIZES | {"pad_token_id": 1},
    "DistilBert": {"vocab_size": VOCABULARY, "dim": WIDTH, "hidden_dim": 48, "n_layers": BLOCKS, "n_heads": 4}
    | {"max_position_embeddings": 70, "pad_token_id": SPECIAL["<pad>"]},
    "ModernBert": SIZES | {"cls_token_id": 0, "sep_token_id": 0},
    "Starcoder2": WITH_KEYS | {"is_causal": False},
    "Qwen2": WITH_KEYS,
    "T5Encoder": T5 | {"pad_token_id": SPECIAL["<pad>"], "decoder_start_token_id": 0},
}
"""Family -> what its configuration is made of."""
KINDS = ("Bert", "MPNet", "ModernBert", "Starcoder2", "T5Encoder")
"""Families that differ in what matters here: positions, norms, checkpointing, the names of their parts."""


def write_encoder(folder: Path, family: str = "Bert", *, pooling: str | None = None, **changes: Any) -> Path:
    """Write a model and a tokenizer of bytes; with ``pooling``, as a model of sentence-transformers.

    Parameters
    ----------
    folder
        Made if it is missing.
    family
        A key of ``ENCODERS``.
    pooling
        A mode of sentence-transformers' pooling.
    changes
        Of the configuration.
    """
    torch.manual_seed(0)
    config = getattr(transformers, f"{family.removesuffix('Encoder')}Config")(**ENCODERS[family] | changes)
    model = getattr(transformers, f"{family}Model")(config)
    for parameter in model.parameters():  # norms that do something
        parameter.data.add_(0.05 * torch.randn_like(parameter))
    model.save_pretrained(folder)
    write_tokenizer(folder)
    transformers.PreTrainedTokenizerFast(
        tokenizer_file=str(folder / "tokenizer.json"), pad_token="<pad>", model_max_length=64
    ).save_pretrained(folder)
    if pooling is not None:
        _write_modules(folder, pooling)
    return folder


def _write_modules(folder: Path, pooling: str) -> None:
    from sentence_transformers.sentence_transformer.modules import Pooling

    Pooling(WIDTH, pooling_mode=pooling).save(str(_made(folder / "1_Pooling")))
    kinds = {"": "Transformer", "1_Pooling": "Pooling"}
    modules = [
        {"idx": number, "name": str(number), "path": place, "type": f"sentence_transformers.models.{kind}"}
        for number, (place, kind) in enumerate(kinds.items())
    ]
    (folder / "modules.json").write_text(json.dumps(modules), "utf-8")
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 64}', "utf-8")


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
