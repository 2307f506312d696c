"""Scores of smaller vectors: differences to whole ones, and the front."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from synthcode.evaluation.plots.compressed import draw_compressed
from synthcode.evaluation.results.compressed_scores import CompressedSearch, compressed_scores
from synthcode.evaluation.results.pareto_front import on_front
from synthcode.evaluation.retrieval.compressed.compression import Compression
from synthcode.evaluation.retrieval.compressed.search_time import search_times
from synthcode.schemas.results import COMPRESSED_RANKS
from tests.unit.evaluation.test_plots import assert_nothing_is_cut_off

RANKS = {
    (3, 8, "float32"): 2,
    (3, 8, "int8"): 2,
    (3, 4, "int8"): 4,
    (3, 8, "binary"): 5,
    (6, 8, "float32"): 1,
    (6, 8, "int8"): 2,
    (6, 4, "int8"): 1,
    (6, 8, "binary"): 5,
}
"""Exit, dims, precision -> the rank of every right document."""


def search(queries: int = 12) -> CompressedSearch:
    """Return ranks of problems with one query each."""
    fixed = {"encoder": "e", "task": "code2code", "variant": "stripped", "documents": 50}
    fixed |= {"query_language": "go", "corpus_language": "java"}
    rows = [
        {
            **fixed,
            **{"exit": exit_, "dims": dims, "precision": precision, "ranks": [rank]},
            **{"query_id": f"q{number}", "problem_id": f"p{number}"},
        }
        for (exit_, dims, precision), rank in RANKS.items()
        for number in range(queries)
    ]
    return CompressedSearch(pa.Table.from_pylist(rows, COMPRESSED_RANKS), {3: 8, 6: 8}, {Compression(8, "int8"): 0.5})


def test_by_hand() -> None:
    scores = {(one.macro.exit, *one.compression): one for one in compressed_scores(search(), 200)}
    assert {key: one.estimate.value for key, one in scores.items()} == {
        key: pytest.approx(1 / rank, abs=1e-6) for key, rank in RANKS.items()
    }
    # Exit 6 with 4 bytes beats its own 32 and 8 bytes; exit 3 is shallower; one byte is the least.
    front = {key for key, one in scores.items() if one.on_front}
    assert front == {(3, 8, "int8"), (3, 4, "int8"), (3, 8, "binary"), (6, 4, "int8")}
    assert scores[6, 8, "float32"].difference is None
    lost = scores[6, 8, "int8"].difference
    assert lost is not None
    assert lost.difference.value == pytest.approx(-0.5)
    assert lost.p < lost.p_holm <= 1
    same = scores[3, 8, "int8"].difference
    assert same is not None
    assert (same.difference.value, same.p_holm) == (0, 1)
    assert scores[3, 8, "int8"].search_s == 0.5
    assert scores[3, 8, "binary"].search_s is None


def test_a_front_keeps_equal_choices_and_drops_beaten_ones() -> None:
    values = np.array([0.9, 0.9, 0.8, 0.9, 0.5])
    costs = np.array([[1, 4], [1, 4], [1, 2], [2, 4], [3, 3]], dtype=float)
    assert on_front(values, costs).tolist() == [True, True, True, False, False]


@pytest.mark.slow
def test_a_picture_holds_all_names(tmp_path: Path) -> None:
    png, svg = draw_compressed(compressed_scores(search(), 100), "a long name " * 20, tmp_path / "front", "12 problems")
    assert_nothing_is_cut_off(png)
    assert svg.stat().st_size


def test_search_times_are_positive_and_of_all_that_is_measured() -> None:
    measured = [Compression(16, "float32"), Compression(16, "binary")]
    seconds = search_times(measured)
    assert list(seconds) == measured
    assert all(one > 0 for one in seconds.values())
