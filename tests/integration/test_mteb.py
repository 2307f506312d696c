"""mteb and CoIR's own tool, run on what 'export' wrote: the same tasks, and the same scores as by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from minilm import minilm_folder
from servers import MODEL, replay_server
from small_dataset import PAIRS, write_dataset

from evaluation.datasets import RetrievalTask, load_task
from evaluation.encoders.mteb_model import MtebModel
from evaluation.encoders.protocol import ONLY_EXIT, Role
from evaluation.mteb_tasks import load_exported
from pipelines.main import run_cli
from synthcode.errors import InputError

pytestmark = pytest.mark.mteb


@pytest.fixture(autouse=True)
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")


def export(dataset: Path, layout: str, out: Path) -> Path:
    assert run_cli(["export", str(dataset), "--format", layout, "--out", str(out)]) == 0
    return out


@pytest.fixture(scope="module")
def quickstart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("runs") / "quickstart"
    assert run_cli(["run", "quickstart", "--out", str(run), "--workers", "2"]) == 0
    return run / "dataset"


def as_task(split_data: dict[str, Any]) -> RetrievalTask:
    qrels = split_data["relevant_docs"]
    return RetrievalTask(
        queries={row["id"]: row["text"] for row in split_data["queries"] if row["id"] in qrels},
        corpus={row["id"]: row["text"] for row in split_data["corpus"]},
        qrels=qrels,
    )


@pytest.mark.parametrize("pair", PAIRS)
def test_mteb_s_own_loader_and_ours_read_the_same_task(tmp_path: Path, pair: str) -> None:
    from mteb.abstasks.retrieval_dataset_loaders import RetrievalDatasetLoader

    dataset = write_dataset(tmp_path / "dataset")
    out = export(dataset, "mteb", tmp_path / "out")
    query_language, corpus_language = pair.split("-")
    expected = load_task(dataset, corpus_language, query_language)
    folder = out / ("text2code" if query_language == "text" else "code2code")
    theirs = RetrievalDatasetLoader(str(folder), revision="main", split="test", config=pair).load()
    task = load_exported(folder, [pair])
    task.load_data()
    assert as_task(theirs) == as_task(task.dataset[pair]["test"]) == expected


def test_a_task_knows_what_it_is(tmp_path: Path) -> None:
    out = export(write_dataset(tmp_path / "dataset"), "mteb", tmp_path / "out")
    metadata = load_exported(out / "code2code").metadata
    assert metadata.name == "SynthcodeCode2CodeStripped"
    assert metadata.hf_subsets_to_langscripts["python-java"] == ["python-Code", "java-Code"]
    assert (metadata.main_score, metadata.eval_splits) == ("ndcg_at_10", ["test"])


@pytest.mark.parametrize(
    ("folder", "subsets", "expected"),
    [
        ("code2code", ["python-jav"], "has no subset 'python-jav' (did you mean 'python-java'?)"),
        ("", None, "is no task that 'synthcode export --format mteb' wrote"),
    ],
)
def test_what_is_no_task_is_told(tmp_path: Path, folder: str, subsets: list[str] | None, expected: str) -> None:
    out = export(write_dataset(tmp_path / "dataset"), "mteb", tmp_path / "out")
    with pytest.raises(InputError) as caught:
        load_exported(out / folder, subsets)
    assert expected in caught.value.problem


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_coir_s_tool_reads_every_task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    coir = pytest.importorskip("coir", reason="needs coir-eval and faiss-cpu")
    dataset = write_dataset(tmp_path / "dataset")
    monkeypatch.chdir(export(dataset, "coir", tmp_path / "out"))
    loaded = coir.get_tasks(PAIRS)
    assert sorted(loaded) == PAIRS
    for pair, (corpus, queries, qrels) in loaded.items():
        query_language, corpus_language = pair.split("-")
        task = load_task(dataset, corpus_language, query_language)
        assert {name: document["text"] for name, document in corpus.items()} == task.corpus
        assert (queries, qrels) == (task.queries, task.qrels)


@pytest.fixture(scope="module")
def mbxp(tmp_path_factory: pytest.TempPathFactory, shared_data: Path, shared_tools: Path) -> Path:
    """Half of MBXP's Python programs with their Java translations; some fifty problems are in test."""
    run = tmp_path_factory.mktemp("runs") / "mbxp"
    assert run_cli(["seeds", str(run), "--from", "mbxp", "--path", str(shared_data / "mbxp"), "--limit", "500"]) == 0
    with replay_server(shared_tools) as server:
        asked = ["--base-url", server.base_url, "--model", MODEL, "--targets", "java"]
        assert run_cli(["translate", str(run), *asked]) == 0
    assert run_cli(["build", str(run)]) == 0
    return run / "dataset"


def by_hand(task: RetrievalTask, encoder: MtebModel, query_role: Role) -> dict[str, float]:
    """Score one task from the encoder's vectors: what ``synthcode evaluate`` must give, too."""
    documents = sorted(task.corpus, reverse=True)  # of equal scores trec_eval puts the larger id first
    # mteb strips the blanks around documents, and not those around queries.
    texts = [task.corpus[document].strip() for document in documents]
    corpus = encoder.encode(texts, Role("document", "code", "java")).vectors[ONLY_EXIT]
    asked = encoder.encode(list(task.queries.values()), query_role).vectors[ONLY_EXIT]
    ndcg, reciprocal, recall = [], [], []
    for query, scores in zip(task.queries, asked @ corpus.T, strict=True):
        best = [documents[place] for place in np.argsort(-scores, kind="stable")[:10]]
        gains = np.array([document in task.qrels[query] for document in best], dtype=float)
        discounts = 1 / np.log2(np.arange(2, 12))
        relevant = len(task.qrels[query])
        ndcg.append(gains @ discounts[: len(gains)] / discounts[:relevant].sum())
        reciprocal.append(1 / (gains.argmax() + 1) if gains.any() else 0)
        recall.append(gains[:1].sum() / relevant)
    return {"ndcg_at_10": np.mean(ndcg), "mrr_at_10": np.mean(reciprocal), "recall_at_1": np.mean(recall)}


@pytest.mark.parametrize("subset", ["text-java", "java-python"])
def test_mteb_scores_a_real_encoder_as_computed_by_hand(mbxp: Path, tmp_path: Path, subset: str) -> None:
    import mteb

    query_language, corpus_language = subset.split("-")
    kind: Literal["text", "code"] = "text" if query_language == "text" else "code"
    encoder = MtebModel(str(minilm_folder()), device="cpu")
    task = load_exported(export(mbxp, "mteb", tmp_path / "out") / f"{kind}2code", [subset])
    results = mteb.evaluate(encoder.model, task, cache=None, co2_tracker=False, show_progress_bar=False)
    (scores,) = results.task_results[0].scores["test"]
    expected = by_hand(load_task(mbxp, corpus_language, query_language), encoder, Role("query", kind, query_language))
    assert 0.1 < expected["recall_at_1"] < 0.95, "a task that tells nothing"
    assert {name: scores[name] for name in expected} == pytest.approx(expected, abs=1e-4)


def test_the_quickstart_is_a_task_too(quickstart: Path, tmp_path: Path) -> None:
    import mteb

    subsets = ["text-python", "text-java"]
    task = load_exported(export(quickstart, "mteb", tmp_path / "out") / "text2code", subsets)
    model = MtebModel(str(minilm_folder())).model
    (result,) = mteb.evaluate(model, task, cache=None, co2_tracker=False, show_progress_bar=False).task_results
    assert [score["hf_subset"] for score in result.scores["test"]] == subsets
    assert min(score["main_score"] for score in result.scores["test"]) > 0.5
