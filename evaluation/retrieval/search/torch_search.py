"""The same ranks on a GPU: torch multiplies and counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from synthcode.evaluation.retrieval.search.equal_vectors import distinct

if TYPE_CHECKING:
    from synthcode.evaluation.encoder import Vectors
    from synthcode.evaluation.retrieval.benchmark import Judgements, Ranks

BLOCK_SCORES = 1 << 26
"""Scores, or comparisons of scores, that are held at a time."""


def torch_ranks(queries: Vectors, documents: Vectors, judged: Judgements, device: str) -> Ranks:
    """Rank as ``vector_ranks`` does, on a torch device, in full float32."""
    import torch

    different, places = distinct(documents)
    columns = None if places is None else torch.from_numpy(places).to(device)
    corpus = torch.from_numpy(np.ascontiguousarray(different)).to(device)
    rows = max(1, BLOCK_SCORES // len(documents))
    found = np.empty(len(judged.answers), dtype=np.int32)
    usual = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        for start in range(0, len(queries), rows):
            block = torch.from_numpy(np.ascontiguousarray(queries[start : start + rows])).to(device)
            scores = block @ corpus.T
            scores = scores if columns is None else scores[:, columns]
            starts = judged.starts[start : start + len(block) + 1]
            query_rows = np.repeat(np.arange(len(block)), np.diff(starts))
            pairs = slice(starts[0], starts[-1])
            found[pairs] = _count(scores, query_rows, judged.answers[pairs], rows)
    finally:
        torch.set_float32_matmul_precision(usual)
    return found


def _count(scores: Any, query_rows: Any, answers: Any, rows: int) -> Ranks:
    """Return the ranks of pairs of a query (a row of scores) and an answer (a column)."""
    import torch

    parts = []
    everywhere = torch.arange(scores.shape[1], device=scores.device)
    for start in range(0, len(answers), rows):
        query = torch.from_numpy(query_rows[start : start + rows]).to(scores.device)
        answer = torch.from_numpy(answers[start : start + rows]).to(scores.device)
        row = scores[query]
        own = row.gather(1, answer[:, None])
        before = (row > own) | ((row == own) & (everywhere < answer[:, None]))
        parts.append(before.sum(1) + 1)
    return torch.cat(parts).to(torch.int32).cpu().numpy()
