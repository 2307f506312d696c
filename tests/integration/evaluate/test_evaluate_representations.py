"""``splade:NAME`` and ``colbert:NAME``: scored as sentence-transformers' own evaluators score them."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

import synthcode
from synthcode.pipelines.main import run_cli
from tests.support.datasets.metrics_table import read_metrics
from tests.support.datasets.retrieval_tables import tables, words_of, write_dataset
from tests.support.models.retriever_models import write_colbert, write_splade
from tests.support.models.sentence_models import save, static


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("benchmark") / "dataset", 24)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder, words = tmp_path_factory.mktemp("models"), words_of(tables(24))
    return {"splade": write_splade(folder / "1", words), "colbert": write_colbert(folder / "2", words)}


def evaluate(*arguments: str | Path) -> int:
    return run_cli(["evaluate", *map(str, arguments), "--resamples", "100"])


def library_scores(kind: str, model: Path, dataset: Path) -> dict[str, float]:
    """Return what the library's own evaluator says of descriptions for Java programs."""
    from sentence_transformers import MultiVectorEncoder, SparseEncoder
    from sentence_transformers.multi_vector_encoder.evaluation import MultiVectorInformationRetrievalEvaluator
    from sentence_transformers.sparse_encoder.evaluation import SparseInformationRetrievalEvaluator

    task = synthcode.load_task(dataset, "java")
    relevant = {query: set(answers) for query, answers in task.qrels.items()}
    evaluators = {
        "splade": (SparseInformationRetrievalEvaluator, SparseEncoder, "dot"),
        "colbert": (MultiVectorInformationRetrievalEvaluator, MultiVectorEncoder, "maxsim"),
    }
    evaluator, family, similarity = evaluators[kind]
    scores = evaluator(task.queries, task.corpus, relevant, mrr_at_k=[10], ndcg_at_k=[10], write_csv=False)(
        family(str(model), device="cpu")
    )
    return {ours: scores[f"{similarity}_{theirs}@10"] for ours, theirs in (("MRR@10", "mrr"), ("nDCG@10", "ndcg"))}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["splade", "colbert"])
def test_scores_are_those_of_the_library(
    kind: str, dataset: Path, models: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = (dataset, "--encoder", f"{kind}:{models[kind]}", "--out", tmp_path / "out")
    assert evaluate(*given) == 0
    rows = [
        row
        for row in read_metrics(tmp_path / "out")
        if (row["task"], row["variant"], row["corpus_language"]) == ("text2code", "stripped", "java")
    ]
    ours = {row["metric"]: row["value"] for row in rows}
    expected = library_scores(kind, models[kind], dataset)
    assert {name: ours[name] for name in expected} == pytest.approx(expected, abs=1e-4)
    assert 0.03 < ours["MRR@10"] < 0.98
    # Each text is encoded once in each role.
    (store,) = (tmp_path / "out" / "embeddings").glob("*/representations.sqlite")
    with sqlite3.connect(store) as connection:
        (stored,) = connection.execute("SELECT COUNT(*) FROM representations").fetchone()
        (encoded,) = connection.execute("SELECT SUM(texts) FROM work").fetchone()
    connection.close()
    assert stored == encoded
    assert f"{encoded:,} texts were encoded" in json.loads((tmp_path / "out" / "results.json").read_text())["notes"][0]
    before = (tmp_path / "out" / "ranks.parquet").read_bytes()
    assert evaluate(*given, "--force") == 0
    assert (tmp_path / "out" / "ranks.parquet").read_bytes() == before
    with sqlite3.connect(store) as connection:
        assert connection.execute("SELECT SUM(texts) FROM work").fetchone() == (encoded,)
    connection.close()
    # It is a part of a hybrid, too.
    hybrid = f"hybrid:bm25+{kind}:{models[kind]}"
    assert evaluate(dataset, "--encoder", hybrid, "--out", tmp_path / "hybrid", "--task", "text2code") == 0


@pytest.mark.parametrize(
    ("spec", "options", "problem", "fix"),
    [
        ("splade:{dense}", [], "is not a sparse encoder", "name a sparse encoder"),
        ("colbert:{splade}", [], "is not a late-interaction model: it is a sparse encoder", "name a late-interaction"),
        ("st:{splade}", [], "is a sparse encoder (SPLADE)", "score it as what it is: --encoder splade:NAME"),
        ("st:{colbert}", [], "is a late-interaction model", "score it as what it is: --encoder colbert:NAME"),
        ("splade:{splade}", ["--task", "clones"], "ranks a corpus", "score clones and labels with"),
        ("splade:{splade}", ["--exits", "3"], "takes no --exits", "leave it out"),
    ],
)
def test_what_is_of_another_family_is_refused_in_two_lines(
    dataset: Path,
    models: dict[str, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    spec: str,
    options: list[str],
    problem: str,
    fix: str,
) -> None:
    places = {**models, "dense": save(tmp_path / "dense", static())}
    assert evaluate(dataset, "--encoder", spec.format(**places), *options, "--out", tmp_path / "out") == 1
    said = capsys.readouterr().err.splitlines()
    assert problem in said[-2]
    assert said[-1].startswith(fix)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "family"), [("splade", "SparseEncoder"), ("colbert", "MultiVectorEncoder")])
def test_a_model_that_fails_midway_encodes_no_text_twice(
    kind: str,
    family: str,
    dataset: Path,
    models: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    import sentence_transformers

    encoded: list[str] = []
    loaded = getattr(sentence_transformers, family)
    encode, most = loaded.encode_document, 1 + 50

    def encode_some(self: object, texts: list[str], **options: object) -> object:
        if len(encoded) >= most:
            raise RuntimeError("out of memory")
        encoded.extend(texts)
        return encode(self, texts, **options)

    monkeypatch.setattr("synthcode.evaluation.representations.ranker.BATCH_TEXTS", 32)
    monkeypatch.setattr(loaded, "encode_document", encode_some)
    given = ("--encoder", f"{kind}:{models[kind]}", "--task", "text2code", "--out", tmp_path / "out")
    assert evaluate(dataset, *given) == 1
    problem, fix = capsys.readouterr().err.splitlines()[-2:]
    assert "out of memory" in problem
    assert fix
    first, most = encoded[1:], 10**9  # the first text of a run tells the model's width
    encoded.clear()
    assert evaluate(dataset, *given) == 0
    assert len(first) >= 50
    assert encoded[1:]
    assert not {*first} & {*encoded[1:]}


@pytest.mark.slow
def test_a_model_that_gives_no_numbers_is_an_error(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    model = write_colbert(tmp_path, words_of(tables(24)))
    (file,) = model.glob("*_Dense/model.safetensors")
    save_file({name: torch.full_like(one, float("nan")) for name, one in load_file(file).items()}, file)
    assert evaluate(dataset, "--encoder", f"colbert:{model}", "--out", tmp_path / "out") == 1
    problem, _ = capsys.readouterr().err.splitlines()[-2:]
    assert "gave numbers that are not finite" in problem
