"""Ranks of compressed vectors against numpy's own, and against sentence-transformers' codes."""

from __future__ import annotations

import numpy as np
import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st
from sentence_transformers.util.quantization import quantize_embeddings

from synthcode.evaluation.retrieval.benchmark import Judgements
from synthcode.evaluation.retrieval.compressed import int8_products
from synthcode.evaluation.retrieval.compressed.binary import packed
from synthcode.evaluation.retrieval.compressed.compression import Compression
from synthcode.evaluation.retrieval.compressed.index import CompressedIndex
from synthcode.evaluation.retrieval.compressed.int8 import Int8Index
from synthcode.evaluation.retrieval.compressed.truncation import truncated
from synthcode.evaluation.retrieval.measures import MEASURES, QueryRanks
from synthcode.vocabulary import PRECISIONS, Precision


def unit_vectors(count: int, width: int, random_seed: int) -> np.ndarray:
    vectors = np.random.default_rng(random_seed).standard_normal((count, width), dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def one_answer_each(queries: int) -> Judgements:
    places = np.arange(queries)
    return Judgements(places, np.arange(queries + 1), places)


def reference_scores(queries: np.ndarray, documents: np.ndarray, dims: int, precision: Precision) -> np.ndarray:
    """Score with numpy in 64 bits, one formula a precision."""
    cut_queries, cut = (vectors[:, :dims] for vectors in (queries, documents))
    if dims < documents.shape[1]:
        cut_queries, cut = (
            rows / np.linalg.norm(rows, axis=1, keepdims=True).astype(np.float32) for rows in (cut_queries, cut)
        )
    if precision == "binary":
        bits, query_bits = np.packbits(cut > 0, axis=1), np.packbits(cut_queries > 0, axis=1)
        return -np.bitwise_count(query_bits[:, None, :] ^ bits[None, :, :]).sum(axis=2, dtype=np.int64)
    if precision == "int8":
        index = Int8Index(np.ascontiguousarray(cut))
        return index.encode_queries(cut_queries).astype(np.int64) @ index.codes.astype(np.int64).T
    return cut_queries @ cut.T


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("dims", [96, 64, 13])
def test_measures_are_those_of_trec_eval_on_the_same_scores(dims: int, precision: Precision) -> None:
    documents = unit_vectors(400, 96, 1)
    queries = documents[:50] + unit_vectors(50, 96, 2) * np.float32(3)
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    judged = one_answer_each(50)
    found = CompressedIndex(documents, Compression(dims, precision)).ranks(queries, judged)
    names = [f"d{999 - place}" for place in range(400)]
    scores = reference_scores(queries, documents, dims, precision)
    listed = {str(query): dict(zip(names, map(float, row), strict=True)) for query, row in enumerate(scores)}
    qrels = {str(query): {names[query]: 1} for query in range(50)}
    theirs = pytrec_eval.RelevanceEvaluator(qrels, {"map", "ndcg_cut.10"}).evaluate(listed)
    for name, measure in (("MAP", "map"), ("nDCG@10", "ndcg_cut_10")):
        ours = MEASURES[name](QueryRanks(judged.starts, found))
        np.testing.assert_allclose(ours, [theirs[str(query)][measure] for query in range(50)], atol=1e-9)
    assert found.max() > 1  # the noise is enough to tell orders apart


@pytest.mark.slow
@given(st.integers(1, 200), st.integers(1, 30), st.integers(0, 5))
def test_distances_are_those_of_numpy(width: int, documents: int, random_seed: int) -> None:
    vectors = np.random.default_rng(random_seed).integers(-1, 2, (documents, width)).astype(np.float32)
    index = CompressedIndex(vectors, Compression(width, "binary"))
    judged = one_answer_each(documents)
    scores = -((vectors[:, None] > 0) != (vectors[None] > 0)).sum(axis=2)
    expected = [1 + int((row > row[own]).sum()) + int((row[:own] == row[own]).sum()) for own, row in enumerate(scores)]
    np.testing.assert_array_equal(index.ranks(vectors, judged), expected)


def test_codes_are_those_of_sentence_transformers() -> None:
    documents = unit_vectors(300, 40, 3)
    bits = quantize_embeddings(documents, "ubinary")
    np.testing.assert_array_equal(packed(documents).view(np.uint8)[:, : bits.shape[1]], bits)
    theirs = quantize_embeddings(documents, "int8", calibration_embeddings=documents).astype(int)
    ours = Int8Index(documents)
    assert np.abs(ours.codes[:, :40] - theirs).max() <= 1  # they cut towards zero, which makes that step twice as wide
    restored = (ours.codes[:, :40].astype(np.float32) + 128) * ours.steps + ours.least
    assert np.abs(restored - documents).max() <= ours.steps.max() * 0.51


@pytest.mark.parametrize("width", [1, 384, 3000])
def test_bytes_are_multiplied_exactly_with_and_without_torch(width: int) -> None:
    random = np.random.default_rng(width)
    queries, documents = (random.integers(-128, 128, (count, width)).astype(np.int8) for count in (7, 11))
    queries[0], documents[0] = 127, -128  # the largest sum there is
    queries, documents = map(int8_products.padded, (queries, documents))
    exact = queries.astype(np.int64) @ documents.astype(np.int64).T
    np.testing.assert_array_equal(int8_products.float_product(queries, documents), exact)
    np.testing.assert_array_equal(int8_products.exact_product(queries, documents), exact)
    if int8_products.torch_is_exact():  # not where the processor has no instructions for bytes
        np.testing.assert_array_equal(int8_products.torch_product(queries, documents), exact)


@pytest.mark.parametrize("torch_is_faster", [True, False])
def test_torch_multiplies_only_where_it_is_faster(torch_is_faster: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = {int8_products.torch_product: 0.5 if torch_is_faster else 30.0, int8_products.float_product: 1.0}
    monkeypatch.setattr(int8_products, "least_seconds", lambda *works: [seconds[work.func] for work in works])
    monkeypatch.setattr(int8_products, "torch_is_exact", lambda: True)
    int8_products.torch_is_better.cache_clear()
    try:
        assert int8_products.torch_is_better() is torch_is_faster
    finally:
        int8_products.torch_is_better.cache_clear()


def test_int8_ranks_nearly_as_float32_does() -> None:
    documents = unit_vectors(2000, 64, 4)
    queries = unit_vectors(200, 64, 5)
    judged = one_answer_each(200)
    exact, rounded = (
        CompressedIndex(documents, Compression(64, precision)).ranks(queries, judged)
        for precision in ("float32", "int8")
    )
    assert np.abs(exact - rounded).max() < 40
    assert np.corrcoef(exact, rounded)[0, 1] > 0.9995


def test_equal_zero_and_constant_vectors() -> None:
    documents = np.array([[0, 0, 0], [1, 0, 0], [1, 0, 0], [0, 1, 0]], dtype=np.float32)
    judged = Judgements(np.array([0]), np.array([0, 4]), np.array([0, 1, 2, 3]))
    for precision in PRECISIONS:
        ranks = CompressedIndex(documents, Compression(3, precision)).ranks(documents[1:2], judged)
        assert ranks.tolist() == [3, 1, 2, 4], precision
    alike = np.ones((3, 5), dtype=np.float32)
    for precision in PRECISIONS:
        ranks = CompressedIndex(alike, Compression(5, precision)).ranks(
            alike[:1], Judgements(*map(np.array, ([0], [0, 1], [2])))
        )
        assert ranks.tolist() == [3]


def test_truncation_normalizes_cosines_only() -> None:
    vectors = np.array([[0.6, 0.0, 0.8], [0.0, 0.0, 0.0]], dtype=np.float32)
    np.testing.assert_allclose(truncated(vectors, 2, normalize=True), [[1, 0], [0, 0]])
    np.testing.assert_allclose(truncated(vectors, 2, normalize=False), [[0.6, 0], [0, 0]], rtol=1e-6)
    assert truncated(vectors, 3, normalize=True) is vectors
    # Inner products of vectors of any length: the longer one stays ahead.
    documents = np.array([[1, 5], [3, 0]], dtype=np.float32)
    index = CompressedIndex(documents, Compression(1, "float32"))
    judged = Judgements(np.array([0]), np.array([0, 2]), np.array([0, 1]))
    assert index.ranks(np.array([[1, 1]], dtype=np.float32), judged).tolist() == [2, 1]


def test_bytes_of_a_vector() -> None:
    sizes = {
        str(one): one.bytes_per_vector for one in (Compression(dims, name) for dims in (384, 20) for name in PRECISIONS)
    }
    assert sizes == {"384 float32": 1536, "384 int8": 384, "384 binary": 48} | {
        "20 float32": 80,
        "20 int8": 20,
        "20 binary": 3,
    }
