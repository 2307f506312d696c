"""Results folders as ``evaluate`` leaves them, written from ranks that a test chooses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from synthcode.evaluation.results_json import Facts, write_facts
from synthcode.evaluation.retrieval.ranks import write_ranks
from synthcode.schemas.results import COMPRESSED_RANKS, COMPRESSED_RANKS_NAME, RANKS
from synthcode.storage.shards import write_table

PAIR = ("java", "go")
Ranks = Mapping[tuple[str, str], Sequence[int]]
"""Languages of query and corpus -> the rank of the right document of each query."""


def rank_table(
    ranks: Ranks, encoder: str = "bm25", exit_: int = 0, documents: int = 100, variant: str = "stripped"
) -> pa.Table:
    """Return rows of schema ``RANKS``. Query number i of each pair is of problem i; an empty rank leaves it out."""
    rows = [
        {
            **{"encoder": encoder, "exit": exit_, "task": "code2code", "variant": variant, "documents": documents},
            **{"query_language": asked, "corpus_language": corpus, "query_id": f"{asked}-{number}"},
            **{"problem_id": f"p{number}", "ranks": [rank]},
        }
        for (asked, corpus), found in ranks.items()
        for number, rank in enumerate(found)
        if rank
    ]
    return pa.Table.from_pylist(rows, RANKS)


def write_results(
    folder: Path,
    ranks: Sequence[pa.Table],
    encoder: str = "bm25",
    *,
    compressed: Mapping[tuple[int, str], pa.Table] | None = None,
    costs: str = "",
    **facts: Any,
) -> Path:
    """Write a results folder of ranks, and of those of smaller vectors by their width and precision."""
    table = write_ranks(folder, ranks)
    if compressed:
        parts = [
            rows.append_column("dims", pa.array([dims] * len(rows), pa.int32()))
            .append_column("precision", pa.array([precision] * len(rows)))
            .select(COMPRESSED_RANKS.names)
            .cast(COMPRESSED_RANKS)
            for (dims, precision), rows in compressed.items()
        ]
        write_table(folder / COMPRESSED_RANKS_NAME, pa.concat_tables(parts))
    if costs:
        (folder / "costs.csv").write_text(costs)
    known = {
        **{"fingerprint": encoder, "encoder": encoder, "model": "local/x", "identity": encoder},
        **{"exits": tuple(sorted(set(table["exit"].to_pylist()))), "dataset": "mine", "dataset_digest": "1"},
        **{"split": "test", "variants": ("stripped",), "settings": {}, "versions": {}, "speed": {}},
    }
    write_facts(folder, Facts(**{**known, **facts}))
    return folder
