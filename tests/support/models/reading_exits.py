"""A small MoSE encoder as pre-training sees it: its tokens, its table of them, its states."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from synthcode.evaluation.mose.configuration import MoseConfig
from synthcode.evaluation.mose.model import MoseModel
from synthcode.evaluation.mose.tokens import load_tokenizer
from synthcode.evaluation.training.vocabulary import Vocabulary, mose_vocabulary
from tests.support.models.mose_checkpoint import VOCABULARY, write_tokenizer

CONFIG = MoseConfig(
    exits=(1, 2),
    num_hidden_layers=2,
    hidden_size=32,
    intermediate_size=64,
    num_attention_heads=2,
    num_key_value_heads=2,
    vocab_size=VOCABULARY,
    max_position_embeddings=128,
    normed_exits=(1, 2),
    pooling="mean",
)


class ReadingExits(nn.Module):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        torch.manual_seed(0)
        write_tokenizer(folder)
        self.mose = MoseModel(CONFIG)
        self.exits, self.width, self.pooling = CONFIG.exits, CONFIG.hidden_size, CONFIG.pooling
        self.max_tokens = CONFIG.max_position_embeddings
        self.vocabulary: Vocabulary = mose_vocabulary(load_tokenizer(folder, 128))

    @property
    def token_embedding(self) -> nn.Embedding:
        table: nn.Embedding = self.mose.backbone.embed_tokens
        return table

    def states(self, features: Any) -> dict[int, Tensor]:
        return self.mose(features["input_ids"], features["attention_mask"]).hidden_states
