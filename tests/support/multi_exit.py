"""A model with exits that trains in milliseconds: bytes, two blocks, dropout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.functional import normalize

from synthcode.evaluation.training.contracts import TrainingText


class ByteModel(nn.Module):
    """Means of byte embeddings after one and after two blocks; dropout makes its training depend on random numbers."""

    exits = (1, 2)

    def __init__(self, width: int = 16, random_seed: int = 0) -> None:
        super().__init__()
        torch.manual_seed(random_seed)
        self.width = width
        self.embedding = nn.Embedding(257, width)
        self.blocks = nn.ModuleList(nn.Linear(width, width) for _ in self.exits)
        self.dropout = nn.Dropout(0.1)

    def tokenize(self, texts: Sequence[TrainingText], max_tokens: int) -> dict[str, Tensor]:
        rows = [[byte + 1 for byte in text.text.encode()[:max_tokens]] or [0] for text in texts]
        longest = max(map(len, rows))
        ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
        mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
        return {"input_ids": ids, "attention_mask": mask}

    def states(self, features: Mapping[str, Tensor]) -> dict[int, Tensor]:
        state = self.embedding(features["input_ids"])
        states = {}
        for exit_, block in zip(self.exits, self.blocks, strict=True):
            state = state + self.dropout(torch.relu(block(state)))
            states[exit_] = state
        return states

    def forward(self, features: dict[str, Any]) -> dict[str, Any]:
        mask = features["attention_mask"].unsqueeze(-1)
        vectors = [
            normalize((state * mask).sum(1) / mask.sum(1).clamp(min=1), dim=-1)
            for state in self.states(features).values()
        ]
        return {**features, "sentence_embedding": torch.cat(vectors, dim=1)}

    def save_model(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        save_file(
            {name: tensor.contiguous() for name, tensor in self.state_dict().items()}, folder / "model.safetensors"
        )
        (folder / "config.json").write_text("{}")

    def save_exit(self, folder: Path, exit_: int) -> None:
        raise NotImplementedError
