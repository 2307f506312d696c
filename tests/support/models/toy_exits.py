"""A model with exits that is small enough to train in a test: token vectors and some blocks over them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from synthcode.evaluation.encoder import Role
from synthcode.evaluation.training.contracts import TrainingPair, TrainingText

WORDS = 101


class ToyExits(nn.Module):
    def __init__(self, exits: tuple[int, ...] = (1, 2, 3), width: int = 8, dropout: float = 0.1) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.exits = exits
        self.width = width
        self.words = nn.Embedding(WORDS, width)
        self.blocks = nn.ModuleList(nn.Linear(width, width) for _ in range(exits[-1]))
        self.dropout = nn.Dropout(dropout)

    def tokenize(self, texts: Sequence[TrainingText], max_tokens: int) -> dict[str, Tensor]:
        rows = [[1 + ord(letter) % (WORDS - 1) for letter in text.text][:max_tokens] for text in texts]
        longest = max(len(row) for row in rows)
        ids = torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows])
        return {"input_ids": ids, "attention_mask": (ids > 0).long()}

    def states(self, features: Any) -> dict[int, Tensor]:
        state = self.words(features["input_ids"])
        found = {}
        for number, block in enumerate(self.blocks, start=1):
            state = state + torch.tanh(block(self.dropout(state)))
            if number in self.exits:
                found[number] = state
        return found

    def forward(self, features: dict[str, Any]) -> dict[str, Any]:
        mask = features["attention_mask"].unsqueeze(-1)
        pooled = [(state * mask).sum(1) / mask.sum(1) for state in self.states(features).values()]
        features["sentence_embedding"] = torch.cat([normalize(vectors, dim=-1) for vectors in pooled], dim=1)
        return features


class ToyPairs:
    """Pairs of numbers written in two ways, in a fixed order."""

    def __init__(self, count: int, groups: int = 50) -> None:
        self.count, self.groups = count, groups

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> TrainingPair:
        group = (index * 7) % self.groups
        if index >= self.count:
            raise IndexError(index)
        return TrainingPair(text(f"add {group * 37}"), text(f"sum{group * 37}()", "java"), None, group)


def text(words: str, language: str = "text") -> TrainingText:
    kind = "text" if language == "text" else "code"
    return TrainingText(words, Role("query" if kind == "text" else "document", kind, language))
