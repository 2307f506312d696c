"""BEIR: ``PAIR/corpus.jsonl``, ``PAIR/queries.jsonl`` and ``PAIR/qrels/SPLIT.tsv``, for its ``GenericDataLoader``."""

from __future__ import annotations

from synthcode.publishing.export.cards import readme
from synthcode.publishing.export.layout import Layout, Place

BEIR = Layout(
    name="beir",
    corpus=lambda pair: Place(pair.name, "corpus"),
    queries=lambda pair: Place(pair.name, "queries"),
    qrels=lambda pair, split: Place(f"{pair.name}/qrels", split),
    rows="jsonl",
    judgements="tsv",
    id_column="_id",
    judgement_columns=("query-id", "corpus-id", "score"),
    cards=lambda exported: {"README.md": readme(exported)},
)
