"""Encoding in chunks of similar length: the same vectors and gradients, and little padding."""

from __future__ import annotations

import pytest
import torch

from synthcode.evaluation.training.losses.length_chunks import encode_by_length


def features(lengths: list[int], *, left: bool = False) -> dict[str, torch.Tensor]:
    longest = max(lengths)
    rows = []
    for number, length in enumerate(lengths):
        padding, words = [0] * (longest - length), [number + 1] * length
        rows.append([*padding, *words] if left else [*words, *padding])
    ids = torch.tensor(rows)
    return {"input_ids": ids, "attention_mask": (ids > 0).long()}


@pytest.mark.parametrize("left", [False, True])
def test_vectors_come_in_the_order_of_the_texts_and_padding_is_cut(left: bool) -> None:
    lengths = [9, 1, 5, 2, 8, 3] * 6
    seen = []

    def encode(chunk: dict[str, torch.Tensor]) -> torch.Tensor:
        seen.append(tuple(chunk["input_ids"].shape))
        return torch.stack([chunk["input_ids"].max(dim=1).values, chunk["attention_mask"].sum(dim=1)], dim=1)

    found = encode_by_length(encode, features(lengths, left=left))
    assert found.tolist() == [[number + 1, length] for number, length in enumerate(lengths)]
    assert seen == [(9, 2), (9, 3), (9, 8), (9, 9)]


def test_a_small_batch_is_one_chunk_and_gradients_flow() -> None:
    weight = torch.ones(1, requires_grad=True)
    calls = []

    def encode(chunk: dict[str, torch.Tensor]) -> torch.Tensor:
        calls.append(1)
        return chunk["attention_mask"].sum(dim=1, keepdim=True) * weight

    encode_by_length(encode, features([1, 2, 3])).sum().backward()
    assert len(calls) == 1
    assert weight.grad.item() == 6


def test_texts_without_a_token_are_encoded_too() -> None:
    empty = {"input_ids": torch.zeros(2, 3, dtype=torch.long), "attention_mask": torch.zeros(2, 3, dtype=torch.long)}
    assert encode_by_length(lambda chunk: chunk["input_ids"].float(), empty).shape == (2, 1)
