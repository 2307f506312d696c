"""The ranks of vectors of fewer dimensions and bits, from the vectors that are stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from synthcode.errors import InputError
from synthcode.evaluation.device import search_device
from synthcode.evaluation.encoder import Classifier, Encoder, LexicalScorer
from synthcode.evaluation.results.compressed_scores import CompressedSearch
from synthcode.evaluation.retrieval.combination import AnyEncoder, Combination
from synthcode.evaluation.retrieval.compressed.compression import Compression, compressions
from synthcode.evaluation.retrieval.ranks import read_compressed_ranks
from synthcode.pipelines.steps.evaluate.encoding import encode, watched
from synthcode.pipelines.steps.evaluate.evaluation_input import Evaluation
from synthcode.schemas.results import COMPRESSED_RANKS, COMPRESSED_RANKS_NAME
from synthcode.storage.lock import hold
from synthcode.storage.shards import write_table

if TYPE_CHECKING:
    from synthcode.evaluation.retrieval.scoring import Inputs


def dense_encoder(encoder: AnyEncoder) -> Encoder:
    """Return an encoder that has vectors.

    Raises
    ------
    InputError
        If it has none.
    """
    if isinstance(encoder, LexicalScorer | Combination | Classifier):
        raise InputError(
            f"--dims and --precision are of vectors, and {encoder.name} has no vectors",
            "leave them out, or score a dense encoder: st:NAME, exits:NAME, mose:NAME, openai:MODEL",
        )
    return encoder


def planned_compressions(evaluation: Evaluation) -> dict[int, list[Compression]]:
    """Return the widths and precisions that are scored at each exit; empty if none was requested.

    Parameters
    ----------
    evaluation
        With its store: the probe tells the width of vectors.

    Raises
    ------
    InputError
        If the encoder has no vectors, or not as many dimensions.
    """
    if not (evaluation.dims or evaluation.precisions):
        return {}
    dense_encoder(evaluation.encoder)
    return {
        exit_: compressions(evaluation.label, width, evaluation.dims, evaluation.precisions)
        for exit_, width in _widths(evaluation).items()
    }


def compressed_search(evaluation: Evaluation, ranks: pa.Table, *, may_keep: bool) -> CompressedSearch | None:
    """Return the ranks of every width and precision; None if none was requested.

    Parameters
    ----------
    evaluation
        With its store.
    ranks
        Schema ``RANKS``: those of whole vectors, which every other line is compared with.
    may_keep
        Whether the ranks of whole vectors are still valid: then so are those that are stored.
    """
    planned = planned_compressions(evaluation)
    if not planned:
        return None
    widths = _widths(evaluation)
    computed = {exit_: [one for one in mine if one != (widths[exit_], "float32")] for exit_, mine in planned.items()}
    known = _known(evaluation, computed) if may_keep else None
    rows = known if known is not None else _rank(evaluation, computed)
    rows = pa.concat_tables([_whole(ranks, widths), rows])
    rows = rows.set_column(2, COMPRESSED_RANKS.field("encoder"), pa.array([evaluation.label] * len(rows), pa.string()))
    searched = {one for mine in planned.values() for one in mine} | _whole_of(widths)
    return CompressedSearch(rows, widths, _search_times(evaluation, searched))


def write_compressed_ranks(folder: Path, search: CompressedSearch | None) -> None:
    """Write ``ranks_compressed.parquet``, or remove an earlier one."""
    if search is None:
        (folder / COMPRESSED_RANKS_NAME).unlink(missing_ok=True)
        return
    keys = [(name, "ascending") for name in COMPRESSED_RANKS.names if name not in ("problem_id", "ranks", "documents")]
    write_table(folder / COMPRESSED_RANKS_NAME, search.ranks.sort_by(keys))


def _widths(evaluation: Evaluation) -> dict[int, int]:
    assert evaluation.vectors is not None
    return {exit_: probe.shape[1] for exit_, probe in sorted(evaluation.vectors.probe.items())}


def _whole_of(widths: Mapping[int, int]) -> set[Compression]:
    return {Compression(width, "float32") for width in widths.values()}


def _whole(ranks: pa.Table, widths: Mapping[int, int]) -> pa.Table:
    """Return the ranks of whole vectors as rows of schema ``COMPRESSED_RANKS``."""
    from synthcode.evaluation.retrieval.compressed.scoring import at_compression

    parts = [
        at_compression(ranks.filter(pc.equal(ranks["exit"], exit_)), Compression(width, "float32"))
        for exit_, width in widths.items()
    ]
    return pa.concat_tables(parts)


def _known(evaluation: Evaluation, computed: Mapping[int, Sequence[Compression]]) -> pa.Table | None:
    """Return the ranks that the results have if they are of the same widths and precisions; None if not."""
    try:
        rows = read_compressed_ranks(evaluation.folder)
    except InputError:
        return None
    widths = _widths(evaluation)
    rows = rows.filter(pc.invert(_is_whole(rows, widths)))
    found = {tuple(row.values()) for row in rows.group_by(["exit", "dims", "precision"]).aggregate([]).to_pylist()}
    return rows if found == {(exit_, *one) for exit_, mine in computed.items() for one in mine} else None


def _is_whole(rows: pa.Table, widths: Mapping[int, int]) -> pa.ChunkedArray:
    width = pc.if_else(pc.equal(rows["exit"], -1), 0, 0)
    for exit_, dims in widths.items():
        width = pc.if_else(pc.equal(rows["exit"], exit_), dims, width)
    return pc.and_(pc.equal(rows["dims"], width), pc.equal(rows["precision"], "float32"))


def _rank(evaluation: Evaluation, computed: Mapping[int, Sequence[Compression]]) -> pa.Table:
    from synthcode.evaluation.retrieval.compressed.scoring import score_compressed
    from synthcode.evaluation.retrieval.scoring import Inputs, cells_to_score

    encoder = dense_encoder(evaluation.encoder)
    benchmark = evaluation.benchmark
    inputs: Inputs = Inputs(benchmark, encoder, evaluation.variants)
    with hold(evaluation.store / encoder.identity):
        store, _ = encode(evaluation, encoder, inputs)
        total = cells_to_score(benchmark, len(encoder.exits), len(evaluation.variants))
        with evaluation.reporter.progress("ranking, smaller vectors", total) as bar:
            advance = watched(bar.advance, evaluation.stop)
            device = search_device(evaluation.device)
            parts = score_compressed(benchmark, inputs, encoder, store, computed, advance, device, evaluation.executor)
            return pa.concat_tables([COMPRESSED_RANKS.empty_table(), *parts])


def _search_times(evaluation: Evaluation, searched: set[Compression]) -> dict[Compression, float]:
    if not evaluation.costs:
        return {}
    from synthcode.evaluation.retrieval.compressed.search_time import search_times

    evaluation.reporter.message(f"measuring the search time of {len(searched)} widths and precisions")
    return search_times(sorted(searched))
