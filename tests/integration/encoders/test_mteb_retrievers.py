"""mteb's own wrappers of every kind of retriever, run on exported tasks: the same scores as 'evaluate'."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sentence_transformers.sentence_transformer.modules import StaticEmbedding

from synthcode.evaluation.interop.mteb_names import MTEB_NAMES, subset_name
from synthcode.evaluation.interop.mteb_tasks import load_exported
from synthcode.pipelines.main import run_cli
from tests.support.datasets.metrics_table import read_metrics
from tests.support.datasets.retrieval_tables import tables, words_of, write_dataset
from tests.support.models.retriever_models import SPECIAL, write_colbert, write_splade
from tests.support.models.sentence_models import save, tokenizer, write_bert

pytestmark = pytest.mark.mteb

PROBLEMS, TOP = 36, 15
SUBSETS = {"text2code": "text-java", "code2code": "python-go"}
Models = dict[str, Path]


@pytest.fixture(autouse=True)
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("benchmark") / "dataset", PROBLEMS)


@pytest.fixture(scope="module")
def exported(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("exported") / "mteb"
    assert run_cli(["export", str(dataset), "--format", "mteb", "--out", str(out)]) == 0
    return out


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    """One small model of each kind, and two bags of random vectors."""
    from model2vec import StaticModel

    folder, words = tmp_path_factory.mktemp("models"), words_of(tables(PROBLEMS))
    vectors = [np.random.default_rng(seed).normal(size=(len(words) + 1, 24)).astype(np.float32) for seed in range(3)]
    known = ["[UNK]", *words]
    StaticModel(vectors[2], tokenizer(known), normalize=True).save_pretrained(folder / "static")
    bags = [StaticEmbedding(tokenizer(known), embedding_weights=torch.from_numpy(one)) for one in vectors[:2]]
    return {
        "splade": write_splade(folder / "1", words),
        "colbert": write_colbert(folder / "2", words),
        "static": folder / "static",
        "judge": write_bert(folder / "judge", 0, "BertForSequenceClassification", 64, [*SPECIAL, *words], spread=0.5),
        "one": save(folder / "one", bags[0]),
        "other": save(folder / "other", bags[1]),
    }


def mteb_scores(exported: Path, model: Any, prepare: Callable[[Any], Any] = lambda task: task) -> dict[str, Any]:
    """Return what mteb says of a model on each task."""
    import mteb

    found = {}
    for task, subset in SUBSETS.items():
        prepared = prepare(load_exported(exported / task, [subset]))
        results = mteb.evaluate(model, prepared, cache=None, co2_tracker=False, show_progress_bar=False)
        (found[task],) = results.task_results[0].scores["test"]
    return found


def our_scores(dataset: Path, out: Path, *arguments: str | Path) -> dict[str, dict[str, float]]:
    """Return what 'evaluate' says on each task, under mteb's names; MAP has no bound there."""
    given = ["--variant", "stripped", "--device", "cpu", "--resamples", "100", "--out", out]
    assert run_cli(["evaluate", *map(str, (dataset, *arguments, *given))]) == 0
    found: dict[str, dict[str, float]] = {task: {} for task in SUBSETS}
    for row in read_metrics(out):
        if (
            SUBSETS[row["task"]] == subset_name(row["query_language"], row["corpus_language"])
            and row["metric"] != "MAP"
        ):
            found[row["task"]][MTEB_NAMES[row["metric"]]] = row["value"]
    return found


def assert_agreement(theirs: dict[str, Any], ours: dict[str, dict[str, float]]) -> None:
    for task, expected in ours.items():
        assert len(expected) == 5
        assert 0.03 < expected["mrr_at_10"] < 0.98, "a task that tells nothing"
        assert {name: theirs[task][name] for name in expected} == pytest.approx(expected, abs=1e-4), task


def splade(models: Models) -> Any:
    from sentence_transformers import SparseEncoder

    return SparseEncoder(str(models["splade"]), device="cpu")


def colbert(models: Models) -> Any:
    from sentence_transformers import MultiVectorEncoder

    return MultiVectorEncoder(str(models["colbert"]), device="cpu")


def dense(models: Models, name: str = "one") -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(models[name]), device="cpu")


def static(models: Models) -> Any:
    return dense(models, "static")


@pytest.mark.parametrize("load", [splade, colbert, static], ids=lambda load: load.__name__)
def test_a_model_scores_the_same(
    dataset: Path, exported: Path, models: Models, tmp_path: Path, load: Callable[[Models], Any]
) -> None:
    kind = load.__name__
    ours = our_scores(dataset, tmp_path, "--encoder", f"{kind}:{models[kind]}")
    assert_agreement(mteb_scores(exported, load(models)), ours)


def test_a_cross_encoder_over_a_first_stage_scores_the_same(
    dataset: Path, exported: Path, models: Models, tmp_path: Path
) -> None:
    import mteb
    from sentence_transformers import CrossEncoder

    first = ("--first", f"st:{models['one']}", "--top", str(TOP))
    ours = our_scores(dataset, tmp_path / "ours", "--encoder", f"rerank:{models['judge']}", *first)

    def prepare(task: Any) -> Any:
        folder = tmp_path / task.metadata.name
        mteb.evaluate(
            dense(models), task, cache=None, co2_tracker=False, show_progress_bar=False, prediction_folder=folder
        )
        return task.convert_to_reranking(folder, top_k=TOP)

    theirs = mteb_scores(exported, CrossEncoder(str(models["judge"]), device="cpu"), prepare)
    assert_agreement(theirs, ours)
    assert ours != our_scores(dataset, tmp_path / "first", "--encoder", f"st:{models['one']}")


@pytest.mark.parametrize(
    ("options", "strategy", "weights"),
    [((), "rrf", None), (("--weight", "0.3"), "rsf", (0.3, 0.7))],
    ids=["reciprocal ranks", "weighted"],
)
def test_a_hybrid_scores_the_same(
    dataset: Path,
    exported: Path,
    models: Models,
    tmp_path: Path,
    options: tuple[str, ...],
    strategy: Any,
    weights: tuple[float, float] | None,
) -> None:
    from mteb.models import SentenceTransformerEncoderWrapper
    from mteb.models.hybrid_wrappers import HybridSearch

    spec = f"hybrid:st:{models['one']}+st:{models['other']}"
    ours = our_scores(dataset, tmp_path, "--encoder", spec, *options)
    parts = [SentenceTransformerEncoderWrapper(dense(models, name)) for name in ("one", "other")]
    hybrid = HybridSearch(parts, weights=weights, fusion_strategy=strategy)
    assert_agreement(mteb_scores(exported, hybrid), ours)
