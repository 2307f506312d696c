"""Every text once, every cell as trec_eval would score it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import pytrec_eval

from synthcode.errors import Interrupted
from synthcode.evaluation.embedding_store import EmbeddingStore
from synthcode.evaluation.encoder import Role
from synthcode.evaluation.encoders.bm25 import Bm25
from synthcode.evaluation.results.summary import summarise
from synthcode.evaluation.retrieval import scoring
from synthcode.evaluation.retrieval.benchmark import Benchmark, Cell, from_tables
from synthcode.evaluation.retrieval.ranks import query_ranks
from synthcode.evaluation.retrieval.scoring import Inputs, encode_missing, score_vectors, score_words
from synthcode.identifiers import pieces
from synthcode.schemas.results import RANKS
from synthcode.vocabulary import Variant
from tests.support.datasets.retrieval_tables import tables
from tests.support.models.encoders import HashingEncoder

VARIANTS: tuple[Variant, ...] = ("stripped", "anonymous")


@pytest.fixture(scope="module")
def benchmark() -> Benchmark:
    return from_tables("made", "digest", "test", tables(30))


def score(benchmark: Benchmark, encoder: HashingEncoder, folder: Path) -> pa.Table:
    store = EmbeddingStore(folder, encoder)
    inputs = Inputs(benchmark, encoder, VARIANTS)
    encode_missing(inputs, encoder, store, lambda count: None)
    return pa.concat_tables(score_vectors(benchmark, inputs, encoder, store, lambda count: None))


def of_cell(rows: pa.Table, cell: Cell, variant: str) -> pa.Table:
    for key, value in {**cell._asdict(), "variant": variant}.items():
        rows = rows.filter(pc.equal(rows[key], value))
    return rows


def test_every_text_is_encoded_once_for_all_tasks_and_exits(benchmark: Benchmark, tmp_path: Path) -> None:
    encoder = HashingEncoder((1, 3))
    rows = score(benchmark, encoder, tmp_path)
    texts = {text for side in benchmark.texts.values() for variant in VARIANTS for text in side.columns[variant]}
    assert sorted(text for text, _ in encoder.encoded) == sorted(texts)
    assert (
        len(rows.group_by(["exit", "variant", "task", "query_language", "corpus_language"]).aggregate([])) == 2 * 2 * 9
    )
    score(benchmark, encoder, tmp_path)
    assert len(encoder.encoded) == len(texts)


def test_an_encoder_that_tells_roles_apart_gets_each_text_in_each_role(benchmark: Benchmark, tmp_path: Path) -> None:
    encoder = HashingEncoder(sees=frozenset({"side"}))
    score(benchmark, encoder, tmp_path)
    assert {role for _, role in encoder.encoded} == {Role("query", "", ""), Role("document", "", "")}
    documents = {
        text for language in ("go", "java", "python") for v in VARIANTS for text in benchmark.texts[language].columns[v]
    }
    assert {text for text, role in encoder.encoded if role.side == "document"} == documents
    assert len(encoder.encoded) == len(set(encoder.encoded))


def test_a_stop_while_encoding_loses_nothing(
    benchmark: Benchmark, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "BATCH_TEXTS", 8)
    encoder = HashingEncoder()
    inputs = Inputs(benchmark, encoder, VARIANTS)
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        if done >= 24:
            raise Interrupted

    with pytest.raises(Interrupted):
        encode_missing(inputs, encoder, EmbeddingStore(tmp_path, encoder), advance)
    assert len(encoder.encoded) == 24
    encode_missing(inputs, encoder, EmbeddingStore(tmp_path, encoder), lambda count: None)
    assert len(encoder.encoded) == len(set(encoder.encoded)) == len(inputs.all_keys())


def test_metrics_are_those_of_trec_eval(benchmark: Benchmark, tmp_path: Path) -> None:
    encoder = HashingEncoder()
    metrics = summarise(score(benchmark, encoder, tmp_path), resamples=10)
    for cell, judged in benchmark.cells.items():
        asked, found = benchmark.texts[cell.query_language], benchmark.texts[cell.corpus_language]
        role = Role("", "", "")
        documents = encoder.encode(found.columns["stripped"], role).vectors[0]
        queries = encoder.encode([asked.columns["stripped"][place] for place in judged.queries], role).vectors[0]
        run = {
            asked.ids[place]: dict(zip(found.ids, map(float, row), strict=True))
            for place, row in zip(judged.queries, queries @ documents.T, strict=True)
        }
        qrels = {
            asked.ids[place]: {found.ids[answer]: 1 for answer in judged.answers[start:end]}
            for place, start, end in zip(judged.queries, judged.starts[:-1], judged.starts[1:], strict=True)
        }
        theirs = pytrec_eval.RelevanceEvaluator(qrels, {"ndcg_cut.10", "map"}).evaluate(run)
        mine = of_cell(metrics, cell, "stripped")
        values = dict(zip(mine["metric"].to_pylist(), mine["value"].to_pylist(), strict=True))
        assert values["MAP"] == pytest.approx(np.mean([row["map"] for row in theirs.values()]), abs=1e-6)
        assert values["nDCG@10"] == pytest.approx(np.mean([row["ndcg_cut_10"] for row in theirs.values()]), abs=1e-6)
        assert mine["n"][0].as_py() == len(judged.queries)


def test_words_score_what_they_share(benchmark: Benchmark) -> None:
    rows = pa.concat_tables(score_words(benchmark, Bm25(), ("stripped",), lambda count: None))
    assert rows.schema == RANKS
    cell = of_cell(rows, Cell("code2code", "java", "python"), "stripped")
    assert cell.num_rows == 29
    found = query_ranks(cell)
    assert (found.values[found.starts[:-1]] == 1).all()


def test_pieces_of_identifiers() -> None:
    assert pieces("maxDepth max_depth HTTPServer2 x1 größe") == [
        *("max", "depth", "max", "depth", "http", "server", "2", "x", "1", "größe"),
    ]


def test_a_corpus_or_query_without_words_scores_nothing() -> None:
    blocks = list(Bm25().score_blocks(["", "word"], ["", "{}"]))
    assert np.concatenate(blocks).tolist() == [[0, 0], [0, 0]]
    (block,) = Bm25().score_blocks(["word other", "+"], ["other", "word word"])
    assert (block[0] > 0).all()
    assert block[1].tolist() == [0, 0]


def test_results_name_the_problem_and_all_ranks() -> None:
    small = from_tables("made", "digest", "test", tables(4))
    rows = pa.concat_tables(score_words(small, Bm25(), ("stripped",), lambda count: None)).to_pylist()
    two = next(row for row in rows if row["query_id"] == "java-000" and row["corpus_language"] == "python")
    assert two["problem_id"] == "c"
    assert (two["documents"], len(two["ranks"]), two["ranks"]) == (4, 2, sorted(two["ranks"]))
    assert {Cell(row["task"], row["query_language"], row["corpus_language"]) for row in rows} == set(small.cells)
