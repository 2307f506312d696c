"""Small sentence-transformers models of every kind, saved as their authors save them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import (
    BoW,
    Dense,
    Normalize,
    Pooling,
    StaticEmbedding,
    Transformer,
    WordEmbeddings,
)
from sentence_transformers.sentence_transformer.modules.tokenizer import WhitespaceTokenizer
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

WORDS = (
    *("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"),
    *("add", "two", "numbers", "def", "return", "int", "a", "b", "least", "take", "the", "of", "sum", "list", "sort"),
    *("query", "passage", ":", "(", ")", "+", ",", ".", "{", "}", ";", "Add", "Take", "number", "x", "f"),
)
WIDTH = 24


def tokenizer(words: Sequence[str] = WORDS) -> Tokenizer:
    """Return a tokenizer of whole words."""
    made = Tokenizer(WordLevel({word: number for number, word in enumerate(words)}, unk_token="[UNK]"))
    made.pre_tokenizer = Whitespace()
    return made


def static(seed: int = 0, width: int = WIDTH) -> StaticEmbedding:
    """Return a bag of trained vectors, as potion models are."""
    generator = torch.Generator().manual_seed(seed)
    return StaticEmbedding(tokenizer(), embedding_weights=torch.randn(len(WORDS), width, generator=generator))


def word_embeddings(seed: int = 0) -> WordEmbeddings:
    """Return word vectors of GloVe's form, for words between blanks."""
    generator = torch.Generator().manual_seed(seed)
    weights = torch.randn(len(WORDS), WIDTH, generator=generator)
    return WordEmbeddings(WhitespaceTokenizer(WORDS, stop_words=["the"]), weights, max_seq_length=40)


def bag_of_words() -> BoW:
    """Return counts of words, weighted."""
    return BoW(list(WORDS), {"numbers": 2.5, "least": 3.0}, unknown_word_weight=0.5)


def write_bert(
    folder: Path,
    seed: int = 0,
    architecture: str = "BertModel",
    positions: int = 64,
    words: Sequence[str] = WORDS,
    labels: int = 1,
    spread: float = 0.02,
) -> Path:
    """Write a BERT of one layer with random weights of some standard deviation, as transformers saves it."""
    import transformers

    torch.manual_seed(seed)
    config = transformers.BertConfig(
        vocab_size=len(words),
        hidden_size=WIDTH,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=positions,
        num_labels=labels,
        initializer_range=spread,
    )
    getattr(transformers, architecture)(config).save_pretrained(folder)
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    wrapped = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer(words), mask_token="[MASK]", model_max_length=positions, **special
    )
    wrapped.save_pretrained(folder)
    return folder


def transformer(folder: Path, seed: int = 0, **options: Any) -> Transformer:
    """Return a BERT of one layer as a module; it is written to ``folder`` first."""
    return Transformer(str(write_bert(folder, seed)), **options)


def pooling() -> Pooling:
    """Return the mean over tokens."""
    return Pooling(WIDTH, pooling_mode="mean")


def dense(seed: int = 0) -> Dense:
    """Return a projection with a bias."""
    torch.manual_seed(seed)
    return Dense(WIDTH, 8)


def save(
    folder: Path,
    *modules: torch.nn.Module,
    prompts: Mapping[str, str] | None = None,
    default_prompt_name: str | None = None,
    **options: Any,
) -> Path:
    """Save modules as one model, with its prompts."""
    model = SentenceTransformer(
        modules=list(modules),
        device="cpu",
        prompts=None if prompts is None else dict(prompts),
        default_prompt_name=default_prompt_name,
        **options,
    )
    model.save(str(folder), create_model_card=False)
    return folder


def set_config(folder: Path, **changes: object) -> Path:
    """Change a saved model's own configuration, as authors do by hand."""
    path = folder / "config_sentence_transformers.json"
    config = json.loads(path.read_text("utf-8")) | changes
    path.write_text(json.dumps(config), "utf-8")
    return folder


__all__ = [
    "Normalize",
    "bag_of_words",
    "dense",
    "pooling",
    "save",
    "set_config",
    "static",
    "transformer",
    "word_embeddings",
    "write_bert",
]
