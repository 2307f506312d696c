"""Graded relevance against trec_eval, and from a dataset with levels."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st

from synthcode.evaluation.retrieval.datasets import load_benchmark
from synthcode.evaluation.retrieval.grades import by_grade, graded_ndcg
from synthcode.evaluation.retrieval.ranks import read_ranks
from synthcode.pipelines.main import run_cli
from synthcode.schemas.results import GRADED_RANKS
from synthcode.storage.shards import read_file
from tests.support.datasets.metrics_table import read_metrics
from tests.support.datasets.retrieval_tables import tables, with_levels, write_dataset, write_tables

GRADES = st.lists(st.integers(0, 2), min_size=1, max_size=30).filter(any)


@given(st.lists(GRADES, min_size=1, max_size=5))
def test_it_is_trec_evals(queries: list[list[int]]) -> None:
    """Documents come in the order of their grades' lists."""
    qrels = {str(query): {f"d{place}": grade for place, grade in enumerate(row)} for query, row in enumerate(queries)}
    run = {query: {name: -float(name[1:]) for name in row} for query, row in qrels.items()}
    theirs = pytrec_eval.RelevanceEvaluator(qrels, {"ndcg_cut.10"}).evaluate(run)
    relevant = [[(place + 1, grade) for place, grade in enumerate(row) if grade] for row in queries]
    starts = np.cumsum([0, *map(len, relevant)])
    ranks, grades = np.array([pair for row in relevant for pair in row]).T
    found = graded_ndcg(starts, ranks.astype(np.int32), grades.astype(float))
    np.testing.assert_allclose(found, [theirs[str(query)]["ndcg_cut_10"] for query in range(len(queries))], atol=1e-9)


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    levels = {
        name: "tested" if int(name[-3:]) % 2 else "syntax"
        for name in tables().programs["program_id"].to_pylist()
        if not name.startswith("python")
    }
    return write_tables(tmp_path / "dataset", with_levels(tables(), levels))


def test_every_pair_has_one_grade(dataset: Path) -> None:
    benchmark = load_benchmark(dataset)
    graded = by_grade(benchmark)
    for cell, judged in benchmark.cells.items():
        mine = [one.cells[cell] for one in graded.values() if cell in one.cells]
        assert sum(len(one.answers) for one in mine) == len(judged.answers)
    [python] = [cell for cell in benchmark.cells if cell[1:] == ("text", "python")]
    assert python not in graded[1].cells  # the seeds' own programs


@pytest.mark.slow
def test_the_command_writes_trec_evals_mean(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["evaluate", str(dataset), "--encoder", "bm25", "--graded", "--variant", "stripped", "--resamples", "100"]
    assert run_cli([*given, "--task", "text2code", "--out", str(tmp_path / "out")]) == 0
    rows = read_file(tmp_path / "out" / "ranks_graded.parquet", fix="").cast(GRADED_RANKS).to_pylist()
    assert sum(len(row["ranks"]) for row in rows) == sum(map(len, read_ranks(tmp_path / "out")["ranks"].to_pylist()))
    means = []
    for language in ("go", "java", "python"):
        qrels: dict[str, dict[str, int]] = {}
        for row in (row for row in rows if row["corpus_language"] == language):
            qrels.setdefault(row["query_id"], {}).update({f"{rank:03}": row["grade"] for rank in row["ranks"]})
        run = {query: {f"{rank:03}": -float(rank) for rank in range(1, 40)} for query in qrels}
        theirs = pytrec_eval.RelevanceEvaluator(qrels, {"ndcg_cut.10"}).evaluate(run)
        means.append(np.mean([one["ndcg_cut_10"] for one in theirs.values()]))
    section = (tmp_path / "out" / "tables.md").read_text().partition("## Graded relevance")[2]
    found = re.search(r"(\d\.\d{3}) \[", section)
    assert found is not None
    assert found[1] == f"{np.mean(means):.3f}"
    printed = capsys.readouterr().out
    assert re.search(rf"graded.*\ntext2code +stripped +{np.mean(means):.3f}", printed)
    cells = [row for row in read_metrics(tmp_path / "out") if row["metric"] == "nDCG@10_graded"]
    assert [(row["corpus_language"], row["value"]) for row in cells] == [
        (language, pytest.approx(mean, abs=1e-6))
        for language, mean in zip(("go", "java", "python"), means, strict=True)
    ]
    assert all(row["lo"] <= row["value"] <= row["hi"] and row["documents"] > row["n"] / 2 for row in cells)
    capsys.readouterr()
    assert run_cli([*given, "--task", "text2code", "--out", str(tmp_path / "out"), "--json"]) == 0
    (printed,) = json.loads(capsys.readouterr().out)["tasks"]
    (graded,) = [row for row in printed["scores"] if row["metric"] == "nDCG@10_graded"]
    assert graded["value"] == pytest.approx(np.mean(means), abs=1e-6)
    assert (graded["pairs"], graded["queries"]) == (3, sum(row["n"] for row in cells))
    assert run_cli(["evaluate", str(write_dataset(tmp_path / "plain")), *given[2:], "--out", str(tmp_path / "no")]) == 1
    assert "no levels of verification to grade by" in capsys.readouterr().err
