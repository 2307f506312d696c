"""``hybrid:A+B``: rankings fused from stored results, without their models, or from encoders."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import pytrec_eval
import torch
from sentence_transformers.sentence_transformer.modules import StaticEmbedding

import synthcode
from synthcode.evaluation.encoders.bm25 import Bm25
from synthcode.pipelines.main import run_cli
from tests.support.datasets.metrics_table import read_metrics
from tests.support.datasets.retrieval_tables import tables, with_levels, words_of, write_dataset, write_tables
from tests.support.models.sentence_models import save, tokenizer

RESAMPLES = ("--resamples", "100")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("benchmark") / "dataset"
    write_dataset(folder, 24, "validation")
    return write_dataset(folder, 30)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bag of random vectors, one for each word: no two texts that differ have equal scores."""
    words = words_of(tables(30))
    weights = torch.randn(len(words) + 1, 24, generator=torch.Generator().manual_seed(0))
    module = StaticEmbedding(tokenizer(["[UNK]", *words]), embedding_weights=weights)
    return save(tmp_path_factory.mktemp("models") / "small", module)


def evaluate(*arguments: str | Path) -> int:
    return run_cli(["evaluate", *map(str, arguments), *RESAMPLES])


@pytest.fixture(scope="module")
def results(dataset: Path, model: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Results of bm25, and of a model that is not there any more."""
    folder = tmp_path_factory.mktemp("results")
    copy = shutil.copytree(model, folder / "model")
    assert evaluate(dataset, "--encoder", "bm25", "--out", folder / "bm25") == 0
    assert evaluate(dataset, "--encoder", f"st:{copy}", "--label", "small", "--out", folder / "small") == 0
    shutil.rmtree(copy)
    return folder / "bm25", folder / "small"


def means(folder: Path, **only: str) -> dict[str, float]:
    """Return the mean of each measure over the cells of text2code, stripped."""
    chosen = {"task": "text2code", "variant": "stripped"} | only
    rows = [row for row in read_metrics(folder) if all(row[key] == value for key, value in chosen.items())]
    names = {row["metric"] for row in rows}
    return {name: sum(row["value"] for row in rows if row["metric"] == name) / (len(rows) / 6) for name in names}


def fused_by_hand(dataset: Path, model: Path) -> dict[str, float]:
    """Return trec_eval's scores of reciprocal rank fusion, computed from the texts."""
    from sentence_transformers import SentenceTransformer

    task = synthcode.load_task(dataset, "python")
    queries, documents = list(task.queries), sorted(task.corpus, reverse=True)
    texts, corpus = [task.queries[name] for name in queries], [task.corpus[name] for name in documents]
    encoder = SentenceTransformer(str(model), device="cpu")
    asked, found = (encoder.encode(side, normalize_embeddings=True).astype(np.float64) for side in (texts, corpus))
    # A matrix product may round equal vectors to different scores.
    cosines = (asked[:, None] * found[None]).sum(axis=2).astype(np.float32)
    words = [row.copy() for block in Bm25().score_blocks(texts, corpus) for row in block]
    run: dict[str, dict[str, float]] = {}
    for query, of_words, of_vectors in zip(queries, words, cosines, strict=True):
        gains = dict.fromkeys(documents, 0.0)
        for scores, lists_all in ((of_words, False), (of_vectors, True)):
            order = sorted(range(len(documents)), key=lambda place, scores=scores: -scores[place])  # type: ignore[misc]
            for rank, place in enumerate(order, 1):
                if lists_all or scores[place] > 0:
                    gains[documents[place]] += 1 / (60 + rank)
        run[query] = {name: gain * 1000 for name, gain in gains.items()}  # trec_eval reads single precision
    found = pytrec_eval.RelevanceEvaluator(task.qrels, {"map", "recall.1", "ndcg_cut.10"}).evaluate(run)
    names = {"MAP": "map", "R@1": "recall_1", "nDCG@10": "ndcg_cut_10"}
    return {ours: sum(row[theirs] for row in found.values()) / len(found) for ours, theirs in names.items()}


@pytest.mark.slow
def test_stored_results_are_fused_without_their_models(
    dataset: Path, model: Path, results: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bm25, small = results
    assert evaluate(dataset, "--encoder", f"hybrid:{bm25}+{small}", "--out", tmp_path / "rrf") == 0
    assert "Reciprocal rank fusion (k = 60) of bm25 and small." in capsys.readouterr().err
    scored, expected = means(tmp_path / "rrf", corpus_language="python"), fused_by_hand(dataset, model)
    assert {name: scored[name] for name in expected} == pytest.approx(expected, abs=1e-6)  # as metrics.csv is rounded
    assert scored["MAP"] not in (means(bm25, corpus_language="python")["MAP"], 1.0)
    # The same from the encoders themselves.
    specs = f"hybrid:bm25+st:{model}"
    assert evaluate(dataset, "--encoder", specs, "--out", tmp_path / "specs", "--label", "hybrid:bm25+small") == 0
    assert (tmp_path / "specs" / "metrics.csv").read_text() == (tmp_path / "rrf" / "metrics.csv").read_text()
    capsys.readouterr()
    assert evaluate(dataset, "--encoder", f"hybrid:{bm25}+{small}", "--out", tmp_path / "rrf") == 0
    assert "unchanged, nothing to do" in capsys.readouterr().err
    assert run_cli(["compare", str(tmp_path / "rrf"), str(bm25), "--resamples", "100"]) == 0


@pytest.mark.slow
def test_a_weight_is_chosen_on_validation(
    dataset: Path, results: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = "+".join(map(str, results))
    out = ("--out", tmp_path / "weighted")
    assert evaluate(dataset, "--encoder", f"hybrid:{names}", "--fusion", "weighted", *out) == 0
    said = capsys.readouterr().err
    assert "The weight is the best on validation:" in said
    facts = json.loads((tmp_path / "weighted" / "results.json").read_text())
    rows = [row.strip("| ").split(" | ") for row in facts["notes"][1].splitlines()[2:]]
    assert [row[:2] for row in rows] == [[t, v] for t in ("code2code", "text2code") for v in ("anonymous", "stripped")]
    for _, _, weight, best, first, second, _ in rows:
        assert float(best) >= max(float(first), float(second))
        assert 0 <= float(weight) <= 1
    assert facts["notes"][1] in (tmp_path / "weighted" / "tables.md").read_text()
    # A weight of 1 is the first encoder.
    assert evaluate(dataset, "--encoder", f"hybrid:{names}", "--weight", "1", "--out", tmp_path / "first") == 0
    assert means(tmp_path / "first")["MRR@10"] == pytest.approx(means(results[0])["MRR@10"])


@pytest.mark.slow
def test_levels_are_ranked_by_themselves(model: Path, tmp_path: Path) -> None:
    made = tables(12)
    levels = {f"java-{number:03}": "tested" if number % 2 else "syntax" for number in range(12)}
    dataset = write_tables(tmp_path / "dataset", with_levels(made, levels))
    assert evaluate(dataset, "--encoder", f"hybrid:bm25+st:{model}", "--out", tmp_path / "out") == 0
    assert (tmp_path / "out" / "ranks_by_level.parquet").is_file()
    assert "## By level of verification" in (tmp_path / "out" / "tables.md").read_text()


@pytest.mark.parametrize(
    ("names", "options", "problem", "fix"),
    [
        ("bm25", [], "'bm25' is one encoder", "write hybrid:A+B with two or more"),
        ("bm25+nothing", [], "'nothing' is neither a results folder nor an encoder", "write hybrid:A+B, where"),
        ("{0}+{1}@3", [], "small has no exit 3", "its exits are 0"),
        ("{0}+{1}", ["--weight", "0.5", "--fusion", "rrf"], "rrf) has no weight", "leave out --weight"),
        ("{0}+{1}+bm25", ["--weight", "0.5"], "3 encoders cannot be weighted", "name two"),
        ("{0}+{1}", ["--fusion", "weighted", "--split", "validation"], "different datasets or splits", "evaluate all"),
        (
            "{0}+{1}",
            ["--variant", "raw"],
            "small has no vectors of texts that are scored",
            "evaluate that encoder on the same",
        ),
        ("bm25+bm25", ["--split", "validation", "--fusion", "weighted"], "on the queries that are scored", "score ano"),
        ("{0}+{1}", ["--max-tokens", "8"], "takes no --max-tokens", "leave it out"),
        ("{0}+{1}", ["--task", "clones"], "ranks a corpus", "score clones and labels with"),
    ],
)
def test_what_cannot_be_fused_is_refused_in_two_lines(
    dataset: Path,
    results: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    names: str,
    options: list[str],
    problem: str,
    fix: str,
) -> None:
    spec = f"hybrid:{names.format(*results)}"
    assert evaluate(dataset, "--encoder", spec, *options, "--out", tmp_path / "out") != 0
    said = capsys.readouterr().err.splitlines()
    assert problem in said[-2]
    assert said[-1].startswith(fix)
    assert not (tmp_path / "out" / "results.json").exists()


def test_no_validation_split_is_no_choice(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dataset = write_dataset(tmp_path / "dataset", 4)
    assert evaluate(dataset, "--encoder", f"hybrid:bm25+st:{model}", "--fusion", "weighted", "--out", tmp_path) == 1
    problem, _ = capsys.readouterr().err.splitlines()[-2:]
    assert "validation" in problem


def test_results_of_another_dataset_are_refused(
    results: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = write_dataset(tmp_path / "other", 5)
    assert evaluate(other, "--encoder", f"hybrid:{results[0]}+bm25", "--out", tmp_path / "out") == 1
    problem, fix = capsys.readouterr().err.splitlines()[-2:]
    assert "the results are of different datasets or splits" in problem
    assert fix == "evaluate all of them on the same dataset and split"


@pytest.mark.slow
def test_a_hybrid_is_scored_from_python(dataset: Path, results: tuple[Path, Path], tmp_path: Path) -> None:
    encoder = synthcode.open_encoder(f"hybrid:{results[0]}+{results[1]}", fusion="weighted")
    scored = synthcode.evaluate(dataset, encoder, tasks=["text2code"], out=tmp_path / "out", resamples=100)
    assert scored.encoder == "hybrid:bm25+small"
