"""A layout with one folder for each task."""

from __future__ import annotations

from synthcode.publishing.export.layout import Layout, Place

FLAT = Layout(
    name="acme-flat",
    corpus=lambda pair: Place(pair.name, "documents"),
    queries=lambda pair: Place(pair.name, "questions"),
    qrels=lambda pair, split: Place(pair.name, f"answers-{split}"),
    rows="jsonl",
    judgements="tsv",
    id_column="key",
    judgement_columns=("question", "document", "relevance"),
    cards=lambda exported: {"README.md": f"{len(exported.pairs)} tasks\n"},
)
