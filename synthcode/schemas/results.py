"""The declared columns of the tables that ``evaluate`` writes."""

from __future__ import annotations

import pyarrow as pa

RANKS_NAME = "ranks.parquet"
LEVEL_RANKS_NAME = "ranks_by_level.parquet"
PAIR_SCORES_NAME = "pair_scores.parquet"
PROGRAM_SCORES_NAME = "program_scores.parquet"
GRADED_RANKS_NAME = "ranks_graded.parquet"
COMPRESSED_RANKS_NAME = "ranks_compressed.parquet"
METRICS_NAME = "metrics.csv"
COMPRESSED_NAME = "compressed.csv"
COSTS_NAME = "costs.csv"

CELL_KEYS = ("encoder", "exit", "task", "variant", "query_language", "corpus_language")
"""The keys of a line of ``metrics.csv``, besides its metric."""

CELL_FIELDS = [
    pa.field("encoder", pa.string(), nullable=False),
    pa.field("exit", pa.int32(), nullable=False),
    *(pa.field(name, pa.string(), nullable=False) for name in CELL_KEYS[2:]),
]

RANKS = pa.schema(
    [
        *CELL_FIELDS,
        pa.field("query_id", pa.string(), nullable=False),
        pa.field("problem_id", pa.string(), nullable=False),
        pa.field("ranks", pa.list_(pa.int32()), nullable=False),
        pa.field("documents", pa.int32(), nullable=False),
    ]
)
"""One row a query. ``exit`` is 0 for an encoder without exits; ``problem_id`` is the unit of statistics; ``ranks`` are
those of all relevant documents, ascending, from 1; ``documents`` is the size of the corpus."""

LEVEL_RANKS = pa.schema([pa.field("level", pa.string(), nullable=False), *RANKS])
"""The columns of ``ranks.parquet``, of verified programs only: ``level`` is the one that translations must have
reached."""

ITEM_FIELDS = [
    pa.field("encoder", pa.string(), nullable=False),
    pa.field("exit", pa.int32(), nullable=False),
    pa.field("task", pa.string(), nullable=False),
    pa.field("variant", pa.string(), nullable=False),
]

PAIR_SCORES = pa.schema(
    [
        *ITEM_FIELDS,
        *(
            pa.field(f"{name}_{side}", pa.string(), nullable=False)
            for name in ("language", "program", "problem")
            for side in "ab"
        ),
        pa.field("difficulty", pa.string()),
        pa.field("label", pa.int8(), nullable=False),
        pa.field("score", pa.float64(), nullable=False),
        pa.field("predicted", pa.int8(), nullable=False),
    ]
)
"""One row a pair, exit and variant. ``problem_a`` and ``problem_b`` are the units of statistics: a pair is drawn if
both are. ``label`` is 1 for clones, ``score`` the cosine of the two programs or what a fine-tuned head says, and
``predicted`` 1 if it reaches the threshold that validation chose."""

PROGRAM_SCORES = pa.schema(
    [
        *ITEM_FIELDS,
        pa.field("method", pa.string(), nullable=False),
        *(pa.field(name, pa.string(), nullable=False) for name in ("program_id", "problem_id", "label", "predicted")),
        pa.field("score", pa.float64()),
        pa.field("average_precision", pa.float64()),
    ]
)
"""One row a program, exit and method. ``method`` is ``probe``, ``knn``, or ``head`` of a fine-tuned model, or ``1nn``
where programs of a problem retrieve each other: there ``predicted`` is the label of the nearest program, and
``average_precision`` that of the first R. ``score`` is the decision function of probe or head where there are two
labels. ``problem_id`` is the unit of statistics."""

GRADED_RANKS = pa.schema([pa.field("grade", pa.int8(), nullable=False), *RANKS])
"""The columns of ``ranks.parquet``, with a row a query and grade of its relevant documents: 2 for verified
pairs, 1 for others."""

COMPRESSED_RANKS = pa.schema(
    [pa.field("dims", pa.int32(), nullable=False), pa.field("precision", pa.string(), nullable=False), *RANKS]
)
"""The columns of ``ranks.parquet``, of vectors of fewer dimensions or bits: the first ``dims`` dimensions, as
``precision``."""

METRICS = pa.schema(
    [
        *CELL_FIELDS,
        pa.field("metric", pa.string(), nullable=False),
        pa.field("value", pa.float64(), nullable=False),
        *(pa.field(name, pa.float64()) for name in ("lo", "hi")),
        *(pa.field(name, pa.int32(), nullable=False) for name in ("n", "problems", "documents")),
    ]
)
"""One row a cell and metric: the mean over its ``n`` queries, its 95 % interval over ``problems`` (measures that end in
``_oracle`` have none), and the size of the corpus."""

COSTS = pa.schema(
    [
        pa.field("encoder", pa.string(), nullable=False),
        *(pa.field(name, pa.int64(), nullable=False) for name in ("exit", "tokens", "parameters")),
        *(pa.field(name, pa.float64(), nullable=False) for name in ("flops_per_token", "latency_s", "texts_per_s")),
        pa.field("batch_texts", pa.int64(), nullable=False),
    ]
)
"""One row an exit: what a text of ``tokens`` tokens costs there. ``texts_per_s`` is measured in batches of
``batch_texts``, ``latency_s`` with one text at a time."""

COMPRESSED = pa.schema(
    [
        *(pa.field(name, pa.string(), nullable=False) for name in ("encoder", "task", "variant")),
        *(pa.field(name, pa.int32(), nullable=False) for name in ("exit", "dims")),
        pa.field("precision", pa.string(), nullable=False),
        pa.field("bytes_per_vector", pa.int32(), nullable=False),
        pa.field("search_ms", pa.float64()),
        pa.field("metric", pa.string(), nullable=False),
        *(pa.field(name, pa.float64(), nullable=False) for name in ("value", "lo", "hi")),
        *(pa.field(name, pa.float64()) for name in ("difference", "difference_lo", "difference_hi", "p_holm")),
        pa.field("on_front", pa.bool_(), nullable=False),
    ]
)
"""One row an exit, width, precision, task and variant: the mean over pairs of languages, its difference to the whole
vectors of the same exit (null for those), and whether no other row of the task and variant is at least as good with as
few blocks and bytes. ``search_ms`` is the time of one query among 20,000 documents on one core, if it was measured."""
