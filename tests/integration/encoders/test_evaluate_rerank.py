"""``rerank:NAME``: a cross-encoder over a first stage, scored as its library scores it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import synthcode
from synthcode.evaluation.encoders.bm25 import Bm25
from synthcode.pipelines.main import run_cli
from tests.support.datasets.metrics_table import read_metrics
from tests.support.datasets.retrieval_tables import tables, words_of, write_dataset
from tests.support.models.sentence_models import save, static, write_bert

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
TOP = 12


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("benchmark") / "dataset", 30)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    words = [*SPECIAL, *words_of(tables(30))]
    folder = tmp_path_factory.mktemp("models") / "judge"
    return write_bert(folder, architecture="BertForSequenceClassification", words=words, spread=0.5)


def evaluate(*arguments: str | Path) -> int:
    return run_cli(["evaluate", *map(str, arguments), "--resamples", "100"])


def cell(folder: Path, language: str) -> dict[str, float]:
    chosen = {"task": "text2code", "variant": "stripped", "corpus_language": language}
    rows = [row for row in read_metrics(folder) if all(row[key] == value for key, value in chosen.items())]
    return {row["metric"]: row["value"] for row in rows}


def test_a_cross_encoder_is_scored_as_its_library_scores_it(
    dataset: Path, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from sentence_transformers import CrossEncoder
    from sentence_transformers.cross_encoder.evaluation import CrossEncoderRerankingEvaluator

    assert evaluate(dataset, "--encoder", "bm25", "--out", tmp_path / "bm25") == 0
    given = ("--first", tmp_path / "bm25", "--top", TOP, "--out", tmp_path / "out", "--languages", "java")
    assert evaluate(dataset, "--encoder", f"rerank:{model}", *given, "--variant", "stripped") == 0
    task = synthcode.load_task(dataset, "java")
    names, documents = zip(*sorted(task.corpus.items(), reverse=True), strict=True)
    (scores,) = (block.copy() for block in Bm25().score_blocks(list(task.queries.values()), documents))
    order = np.argsort(-scores, axis=1, kind="stable")[:, :TOP]
    samples = [
        {
            "query": text,
            "positive": [task.corpus[name] for name in task.qrels[query]],
            "documents": [documents[place] for place in row],
        }
        for (query, text), row in zip(task.queries.items(), order, strict=True)
    ]
    evaluator = CrossEncoderRerankingEvaluator(samples, at_k=10, always_rerank_positives=False, write_csv=False)
    theirs = evaluator(CrossEncoder(str(model), device="cpu"))
    ours = cell(tmp_path / "out", "java")
    assert ours["MRR@10"] == pytest.approx(theirs["mrr@10"], abs=1e-4)
    assert ours["nDCG@10"] == pytest.approx(theirs["ndcg@10"], abs=1e-4)
    assert 0.05 < ours["MRR@10"] < 0.95
    # The bound is printed, and nothing found within the depth is lost.
    found = [
        len({names[place] for place in row} & answers.keys()) / len(answers)
        for answers, row in zip(task.qrels.values(), order, strict=True)
    ]
    said = json.loads((tmp_path / "out" / "results.json").read_text())["notes"][1]
    assert said.splitlines()[0].startswith(f"| task | variant | recall@{TOP} of bm25 |")
    assert said.splitlines()[2].startswith(f"| text2code | stripped | {np.mean(found):.3f} |")
    assert said in capsys.readouterr().err
    assert said in (tmp_path / "out" / "tables.md").read_text()


@pytest.mark.slow
def test_another_depth_scores_only_new_pairs(
    dataset: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from synthcode.evaluation.reranking.cross_encoder import CrossEncoderScorer

    scored: list[tuple[str, str]] = []
    predicted = CrossEncoderScorer._predicted

    def counting(self: CrossEncoderScorer, pairs: list) -> np.ndarray:  # type: ignore[type-arg]
        scored.extend(pairs)
        return predicted(self, pairs)

    monkeypatch.setattr(CrossEncoderScorer, "_predicted", counting)
    given = (dataset, "--encoder", f"rerank:{model}", "--first", "bm25", "--task", "text2code")
    store = ("--store", tmp_path / "store")
    for top in ("3", "6"):
        assert evaluate(*given, "--top", top, "--out", tmp_path / top, *store) == 0
    probes = 2 * 2 * 9
    assert len(scored) - probes == len(set(scored)) - 9
    before = len(scored)
    assert evaluate(*given, "--top", "5", "--out", tmp_path / "5", *store) == 0
    assert len(scored) - before == 9  # the probe of the model
    for top in ("3", "5", "6"):
        assert cell(tmp_path / top, "go")["R@10"] >= cell(tmp_path / top, "go")["R@1"]


@pytest.mark.slow
def test_a_model_that_fails_midway_scores_no_pair_twice(
    dataset: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from sentence_transformers import CrossEncoder

    scored: list[tuple[str, str]] = []
    predict = CrossEncoder.predict
    most = 9 + 100

    def predict_some(self: CrossEncoder, pairs: list[tuple[str, str]], **options: object) -> object:
        if len(scored) >= most:
            raise RuntimeError("out of memory")
        scored.extend(pairs)
        return predict(self, pairs, **options)

    monkeypatch.setattr(CrossEncoder, "predict", predict_some)
    given = ("--first", "bm25", "--top", TOP, "--task", "text2code", "--variant", "stripped", "--out", tmp_path)
    assert evaluate(dataset, "--encoder", f"rerank:{model}", *given) == 1
    problem, fix = capsys.readouterr().err.splitlines()[-2:]
    assert "out of memory" in problem
    assert fix
    assert not (tmp_path / "results.json").exists()
    before, most = scored[9:], 10**9
    scored.clear()
    assert evaluate(dataset, "--encoder", f"rerank:{model}", *given) == 0
    probe = scored[:9]
    assert len(before) >= 100
    assert not {*before} & {*scored[9:-9]}
    assert scored[-9:] == probe
    assert cell(tmp_path, "go")["R@10"] > 0


@pytest.mark.slow
def test_results_of_a_first_stage_lie_next_to_its_name(
    dataset: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    dense = save(tmp_path / "dense", static())
    assert evaluate(dataset, "--encoder", f"st:{dense}", "--out", "first/dense", "--task", "text2code") == 0
    given = ("--encoder", f"rerank:{model}", "--first", "first/dense", "--task", "text2code", "--top", "4")
    assert evaluate(dataset, *given) == 0
    (folder,) = (tmp_path / "results").glob("*/rerank-*_first-dense_top-4")
    assert run_cli(["compare", str(folder), "first/dense", "--resamples", "100"]) == 0


@pytest.mark.parametrize(
    ("name", "options", "problem", "fix"),
    [
        ("{model}", [], "needs a first stage", "give --first bm25"),
        ("{model}", ["--first", "nothing"], "no encoder 'nothing'", "write bm25"),
        ("{dense}", ["--first", "bm25"], "is not a cross-encoder", "name a cross-encoder"),
        ("{model}", ["--first", "bm25", "--batch-size", "4"], "--batch-size is of requests", "leave it out"),
        ("{model}", ["--first", "bm25", "--prompt", "query=a"], "takes no --prompt", "leave it out"),
        ("{model}", ["--first", "bm25", "--task", "clones"], "ranks a corpus", "score clones"),
        ("{model}", ["--first", "{empty}"], "no rankings", "evaluate"),
        ("{labels}", ["--first", "bm25"], "gives 3 scores for a pair", "use a cross-encoder with one label"),
    ],
)
def test_what_cannot_rerank_is_refused_in_two_lines(
    dataset: Path,
    model: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    options: list[str],
    problem: str,
    fix: str,
) -> None:
    places = {"model": model, "dense": save(tmp_path / "dense", static()), "empty": tmp_path / "empty"}
    if "{labels}" in name:
        places["labels"] = write_bert(tmp_path / "labels", architecture="BertForSequenceClassification", labels=3)
    if "{empty}" in options:
        empty_results(dataset, tmp_path / "empty")
    spec = f"rerank:{name.format(**places)}"
    given = [option.format(**places) for option in options]
    assert evaluate(dataset, "--encoder", spec, *given, "--out", tmp_path / "out") == 1
    said = capsys.readouterr().err.splitlines()
    assert problem in said[-2]
    assert said[-1].startswith(fix)


def empty_results(dataset: Path, folder: Path) -> None:
    """Write results of bm25 without a query."""
    from synthcode.evaluation.results_json import read_facts, write_facts
    from synthcode.evaluation.retrieval.ranks import write_ranks

    assert evaluate(dataset, "--encoder", "bm25", "--out", folder) == 0
    facts = read_facts(folder)
    assert facts is not None
    write_ranks(folder, [])
    write_facts(folder, facts)


def test_a_model_that_gives_no_numbers_is_an_error(
    dataset: Path, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    broken = write_bert(tmp_path / "broken", architecture="BertForSequenceClassification")
    weights = load_file(broken / "model.safetensors")
    weights["classifier.bias"] = torch.full_like(weights["classifier.bias"], float("nan"))
    save_file(weights, broken / "model.safetensors", metadata={"format": "pt"})
    assert evaluate(dataset, "--encoder", f"rerank:{broken}", "--first", "bm25", "--out", tmp_path / "out") == 1
    problem, fix = capsys.readouterr().err.splitlines()[-2:]
    assert "gave a score that is not finite for 9 of 9 pairs" in problem
    assert fix.startswith("try --dtype float32")


@pytest.mark.slow
def test_equal_scores_rank_by_trec_eval_s_rule(dataset: Path, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    flat = write_bert(tmp_path / "flat", architecture="BertForSequenceClassification")
    weights = load_file(flat / "model.safetensors")
    weights["classifier.weight"] = torch.zeros_like(weights["classifier.weight"])
    save_file(weights, flat / "model.safetensors", metadata={"format": "pt"})
    given = ("--first", "bm25", "--out", tmp_path / "out", "--task", "text2code")
    assert evaluate(dataset, "--encoder", f"rerank:{flat}", *given) == 0
    task = synthcode.load_task(dataset, "java")
    descending = sorted(task.corpus, reverse=True)
    ranks = [min(descending.index(name) + 1 for name in answers) for answers in task.qrels.values()]
    expected = np.mean([1 / rank if rank <= 10 else 0 for rank in ranks])
    assert cell(tmp_path / "out", "java")["MRR@10"] == pytest.approx(expected, abs=1e-6)
