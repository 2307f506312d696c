"""The whole command with encoders of unusual kinds: scored as what they are, or refused in two lines."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from synthcode.pipelines.main import run_cli
from tests.support.datasets.retrieval_tables import write_dataset
from tests.support.models.sentence_models import bag_of_words, pooling, save, static, word_embeddings, write_bert


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("benchmark") / "dataset")


def evaluate(dataset: Path, model: Path, out: Path) -> int:
    return run_cli(["evaluate", str(dataset), "--encoder", f"st:{model}", "--out", str(out), "--resamples", "100"])


@pytest.mark.parametrize(
    "build",
    [
        lambda folder: save(folder, static()),
        pytest.param(lambda folder: save(folder, bag_of_words()), marks=pytest.mark.slow),
        pytest.param(lambda folder: save(folder, word_embeddings(), pooling()), marks=pytest.mark.slow),
    ],
)
def test_models_with_tokenizers_of_their_own_are_scored(
    build: Callable[[Path], Path], dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(dataset, build(tmp_path / "model"), tmp_path / "out") == 0
    assert "error" not in capsys.readouterr().err
    facts = json.loads((tmp_path / "out" / "results.json").read_text())
    assert facts["speed"]["tokens"] > 0
    with (tmp_path / "out" / "metrics.csv").open() as stream:
        assert {row["task"] for row in csv.DictReader(stream)} == {"text2code", "code2code"}


def test_a_reranker_is_refused_before_anything_is_encoded(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = write_bert(tmp_path / "reranker", architecture="BertForSequenceClassification")
    assert evaluate(dataset, model, tmp_path / "out") == 1
    problem, fix = capsys.readouterr().err.splitlines()[-2:]
    assert problem.endswith("is a cross-encoder: it scores pairs of texts, and gives no vector of one")
    assert fix == "rank the documents that another encoder finds with it: --encoder rerank:NAME --first bm25"
    assert not (tmp_path / "out").exists()
