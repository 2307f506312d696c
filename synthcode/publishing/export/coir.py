"""CoIR: the repositories that ``coir.get_tasks`` loads, in a folder of their owner's name.

The tool loads ``CoIR-Retrieval/TASK-queries-corpus`` and ``CoIR-Retrieval/TASK-qrels``, a name that
``datasets`` takes for a folder where there is one: it works as it is from within the exported folder.
"""

from __future__ import annotations

from synthcode.publishing.export.cards import readme
from synthcode.publishing.export.layout import Layout, Place

OWNER = "CoIR-Retrieval"

COIR = Layout(
    name="coir",
    corpus=lambda pair: Place(f"{OWNER}/{pair.name}-queries-corpus/data", "corpus"),
    queries=lambda pair: Place(f"{OWNER}/{pair.name}-queries-corpus/data", "queries"),
    qrels=lambda pair, split: Place(f"{OWNER}/{pair.name}-qrels/data", split),
    rows="parquet",
    judgements="parquet",
    id_column="_id",
    judgement_columns=("query_id", "corpus_id", "score"),
    cards=lambda exported: {"README.md": readme(exported)},
    only_split="test",
)
