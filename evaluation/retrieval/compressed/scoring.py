"""An encoder over a benchmark at every width and precision, from the vectors that are stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa

from synthcode.evaluation.embedding_store import EmbeddingStore
from synthcode.evaluation.encoder import Encoder
from synthcode.evaluation.retrieval.benchmark import Benchmark, Cell
from synthcode.evaluation.retrieval.compressed.compression import Compression
from synthcode.evaluation.retrieval.compressed.index import CompressedIndex
from synthcode.evaluation.retrieval.ranks import rank_rows
from synthcode.evaluation.retrieval.scoring import Advance, Inputs, VectorCache
from synthcode.execution.executor import Executor
from synthcode.schemas.results import COMPRESSED_RANKS
from synthcode.vocabulary import Variant


def score_compressed(
    benchmark: Benchmark,
    inputs: Inputs,
    encoder: Encoder,
    store: EmbeddingStore,
    compressions: Mapping[int, Sequence[Compression]],
    advance: Advance,
    device: str = "cpu",
    executor: Executor | None = None,
) -> Iterator[pa.Table]:
    """Yield the ranks of every exit, variant, width, precision and cell (schema ``COMPRESSED_RANKS``).

    Parameters
    ----------
    benchmark, inputs, encoder, store, device, executor
        As :func:`synthcode.evaluation.retrieval.scoring.score_vectors` takes them; all vectors are in the store.
    compressions
        Exit -> the widths and precisions to search with.
    advance
        Called once a cell of an exit and variant.
    """
    grouped: dict[str, list[Cell]] = {}
    for cell in benchmark.cells:
        grouped.setdefault(cell.corpus_language, []).append(cell)
    for exit_ in encoder.exits:
        for variant in _variants(inputs):
            vectors = VectorCache(inputs, store, variant, exit_)
            for corpus, cells in grouped.items():
                documents = vectors.of(corpus, "document")
                indexes = [(one, CompressedIndex(documents, one, device)) for one in compressions[exit_]]
                for cell in cells:
                    judged, asked = benchmark.cells[cell], benchmark.texts[cell.query_language]
                    queries = vectors.of(cell.query_language, "query", judged.queries)
                    for compression, index in indexes:
                        found = index.ranks(queries, judged, executor)
                        rows = rank_rows(encoder.name, exit_, variant, cell, judged, asked, len(documents), found)
                        yield at_compression(rows, compression)
                    advance(1)


def at_compression(ranks: pa.Table, compression: Compression) -> pa.Table:
    """Return rows of schema ``RANKS`` as rows of schema ``COMPRESSED_RANKS``."""
    dims = pa.array(np.full(ranks.num_rows, compression.dims), pa.int32())
    precision = pa.array([compression.precision] * ranks.num_rows, pa.string())
    return pa.table([dims, precision, *ranks.columns], schema=COMPRESSED_RANKS)


def _variants(inputs: Inputs) -> list[Variant]:
    return list(dict.fromkeys(variant for variant, _, _ in inputs.keys))
