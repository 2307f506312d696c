"""mteb and CoIR's own tool, run on what 'export' wrote: the same tasks, and the same scores as 'evaluate'."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from synthcode.errors import InputError
from synthcode.evaluation.encoders.mteb_model import MtebModel
from synthcode.evaluation.interop.mteb_names import MTEB_NAMES, subset_name
from synthcode.evaluation.interop.mteb_tasks import load_exported
from synthcode.evaluation.retrieval.datasets import RetrievalTask, load_task
from synthcode.pipelines.main import run_cli
from synthcode.pipelines.runs.reporter import SilentReporter
from synthcode.pipelines.steps.export.labels import export_label_task
from synthcode.publishing.export.mteb import MTEB
from synthcode.storage.published import find_dataset
from tests.support.datasets.metrics_table import read_metrics
from tests.support.datasets.small_dataset import PAIRS, write_dataset
from tests.support.datasets.tested_dataset import passing_and_failing, write_tested_dataset
from tests.support.loopback.recorded_programs import MBXP
from tests.support.models.minilm import minilm_folder
from tests.support.services.servers import MODEL, replay_server

pytestmark = pytest.mark.mteb

SUBSETS = ("text-java", "java-python")


@pytest.fixture(autouse=True)
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")


def export(dataset: Path, layout: str, out: Path, *arguments: str) -> Path:
    assert run_cli(["export", str(dataset), "--format", layout, "--out", str(out), *arguments]) == 0
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
        ("", None, "is not a task that 'synthcode export --format mteb' wrote"),
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
def mbxp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python programs of MBXP's first 200 problems with their Java translations; most problems are in test."""
    folder = tmp_path_factory.mktemp("runs")
    with replay_server() as server:
        recipe = {
            "seeds": {"adapter": "mbxp", "path": str(MBXP)},
            "backend": {"base_urls": [server.base_url]},
            "translate": {"targets": ["java"], "model": MODEL},
            "splits": {"train": 0.1, "validation": 0.1, "test": 0.8},
            "build": {"clones": True},
        }
        (folder / "recipe.yaml").write_text(json.dumps(recipe))
        assert run_cli(["run", str(folder / "recipe.yaml"), "--out", str(folder / "mbxp")]) == 0
    return folder / "mbxp" / "dataset"


@pytest.fixture(scope="module")
def scored_by_mteb(mbxp: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, float]]:
    """What mteb says of each of two pairs of languages."""
    import mteb

    model = MtebModel(str(minilm_folder()), device="cpu").model
    exported = export(mbxp, "mteb", tmp_path_factory.mktemp("mteb") / "out")
    found = {}
    for subset in SUBSETS:
        task = load_exported(exported / task_folder(subset), [subset])
        results = mteb.evaluate(model, task, cache=None, co2_tracker=False, show_progress_bar=False)
        (found[subset],) = results.task_results[0].scores["test"]
    return found


@pytest.mark.parametrize("kind", ["st", "mteb"])
def test_mteb_scores_a_real_encoder_as_evaluate_does(
    mbxp: Path, scored_by_mteb: dict[str, dict[str, float]], tmp_path: Path, kind: str
) -> None:
    command = ["evaluate", str(mbxp), "--encoder", f"{kind}:{minilm_folder()}", "--device", "cpu"]
    assert run_cli([*command, "--variant", "stripped", "--out", str(tmp_path)]) == 0
    rows = read_metrics(tmp_path)
    for subset in SUBSETS:
        ours = [row for row in rows if subset_name(row["query_language"], row["corpus_language"]) == subset]
        expected = {MTEB_NAMES[row["metric"]]: row["value"] for row in ours if row["metric"] != "MAP"}
        assert 0.1 < expected["recall_at_1"] < 0.95, "a task that tells nothing"
        assert len(expected) == 5
        assert {name: scored_by_mteb[subset][name] for name in expected} == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("variant", ["stripped", "anonymous"])
def test_mteb_scores_pairs_of_clones_as_evaluate_does(mbxp: Path, tmp_path: Path, variant: str) -> None:
    import mteb

    model = MtebModel(str(minilm_folder()), device="cpu").model
    task = load_exported(
        export(mbxp, "mteb", tmp_path / "out", "--variant", variant) / "clones", ["all", "java-python"]
    )
    assert task.metadata.name == f"SynthcodeClones{variant.capitalize()}"
    results = mteb.evaluate(model, task, cache=None, co2_tracker=False, show_progress_bar=False)
    scores = {score["hf_subset"]: score for score in results.task_results[0].scores["test"]}
    command = ["evaluate", str(mbxp), "--task", "clones", "--encoder", f"st:{minilm_folder()}", "--device", "cpu"]
    assert run_cli([*command, "--variant", variant, "--resamples", "100", "--out", str(tmp_path / "results")]) == 0
    rows = read_metrics(tmp_path / "results")
    for subset, language in (("all", "all"), ("java-python", "java")):
        found = {row["metric"]: row["value"] for row in rows if row["query_language"] == language}
        assert 0.6 < found["AP"] < 0.9999, "a task that tells nothing"
        names = {"AP": "cosine_ap", "F1_oracle": "cosine_f1", "precision_oracle": "cosine_precision"}
        expected = {theirs: found[ours] for ours, theirs in names.items() if ours in found}
        assert {name: scores[subset][name] for name in expected} == pytest.approx(expected, abs=1e-4)
    assert set(names) <= {row["metric"] for row in rows}


def task_folder(subset: str) -> str:
    return "text2code" if subset.startswith("text-") else "code2code"


def test_the_quickstart_is_a_task_too(quickstart: Path, tmp_path: Path) -> None:
    import mteb

    subsets = ["text-python", "text-java"]
    task = load_exported(export(quickstart, "mteb", tmp_path / "out") / "text2code", subsets)
    model = MtebModel(str(minilm_folder())).model
    (result,) = mteb.evaluate(model, task, cache=None, co2_tracker=False, show_progress_bar=False).task_results
    assert [score["hf_subset"] for score in result.scores["test"]] == subsets
    assert min(score["main_score"] for score in result.scores["test"]) > 0.5


def test_mteb_scores_translations_that_pass_or_fail_their_tests(tmp_path: Path) -> None:
    """With every program of train drawn, mteb's own classifier tells what the words of the programs tell."""
    import mteb

    dataset = write_tested_dataset(tmp_path / "dataset", passing_and_failing())
    assert MTEB.labels is not None
    export_label_task(find_dataset(dataset), "mteb", MTEB.labels, "stripped", tmp_path / "out", SilentReporter())
    task = load_exported(tmp_path / "out" / "classification", ["all", "go"])
    assert task.metadata.name == "SynthcodeClassificationStripped"
    model = MtebModel(str(minilm_folder()), device="cpu").model
    results = mteb.evaluate(model, task, cache=None, co2_tracker=False, show_progress_bar=False)
    scores = {score["hf_subset"]: score["accuracy"] for score in results.task_results[0].scores["test"]}
    assert scores == {"all": 1.0, "go": 1.0}, "those that fail panic"
