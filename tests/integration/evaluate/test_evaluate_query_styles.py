"""``evaluate --query-style``: queries that a model wrote are scored apart, each style as a task of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import synthcode
from synthcode.evaluation.retrieval.datasets import load_task
from synthcode.evaluation.retrieval.ranks import read_ranks
from synthcode.pipelines.main import run_cli
from synthcode.schemas.tables import DATASET_QUERIES
from tests.support.datasets.retrieval_tables import tables, with_levels, write_tables
from tests.support.datasets.small_dataset import write_split

QUICK = ("--resamples", "100", "--variant", "stripped")
MADE = tables(8)
WRITTEN = {
    "question": lambda text: text,  # word for word: scores must be those of the texts
    "keyword": lambda _text: "nothing that any program has",
}


def queries(made: Any = MADE, styles: tuple[str, ...] = ("question", "keyword")) -> pa.Table:
    """A query of each style for every text but the first; of questions a second one for the second text."""
    rows = []
    texts = sorted(made.texts.to_pylist(), key=lambda row: row["seed_id"])
    for style in styles:
        chosen = [*texts[1:], *(texts[1:2] if style == "question" else [])]
        for number, row in enumerate(chosen):
            ids = {"query_id": f"q{style}{number}", "request_id": f"r{number}", "seed_id": row["seed_id"]}
            about = {"model": "m", "prompt_digest": "d", "source_id": None}
            rows.append({**ids, **about, "style": style, "query": WRITTEN[style](row["text"])})
    return pa.Table.from_pylist(rows, schema=DATASET_QUERIES)


@pytest.fixture
def dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_tables(tmp_path / "dataset", MADE, "test")
    write_split(tmp_path / "dataset", "queries", "test", queries())
    return tmp_path / "dataset"


def evaluate(*arguments: str | Path) -> int:
    return run_cli(["evaluate", *map(str, arguments), "--encoder", "bm25", *QUICK])


def ranks_by_seed(ranks: pa.Table, task: str, seed_of: dict[str, str]) -> dict[tuple[str, str], list[int]]:
    mine = ranks.filter(pc.equal(ranks["task"], task)).to_pylist()
    return {(row["corpus_language"], seed_of.get(row["query_id"], row["query_id"])): row["ranks"] for row in mine}


def test_styles_are_scored_apart_by_the_judgements_of_their_texts(
    dataset: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(dataset, "--query-style", "question", "--query-style", "keyword", "--json") == 0
    scores = json.loads(capsys.readouterr().out)["tasks"][0]["scores"]
    assert {row["task"] for row in scores} == {
        *("text2code", "code2code"),
        *("text2code_keyword", "text2code_question"),
    }
    [folder] = Path("results").glob("*/bm25_query-style-keyword,question_variant-stripped")
    ranks = read_ranks(folder)
    seed_of = {row["query_id"]: row["seed_id"] for row in queries().to_pylist()}
    texts, asked = (ranks_by_seed(ranks, task, seed_of) for task in ("text2code", "text2code_question"))
    first = min(seed for _, seed in texts)
    assert asked == {key: found for key, found in texts.items() if key[1] != first}
    languages = {row["query_language"] for row in ranks.to_pylist() if row["task"] == "text2code_question"}
    assert languages == {"question"}
    count = pc.sum(pc.equal(ranks["task"], "text2code_question")).as_py()
    assert count == len(asked) + len({language for language, _ in asked})  # two questions for one text
    page = (folder / "tables.md").read_text()
    assert "text2code_question stripped" in page
    assert "## text2code_keyword, stripped" in page
    assert run_cli(["compare", str(folder), str(folder), "--metric", "R@1"]) in (0, 1)


@pytest.mark.slow
def test_without_the_option_nothing_changes(dataset: Path) -> None:
    assert evaluate(dataset) == 0
    [folder] = Path("results").glob("*/bm25_variant-stripped")
    assert set(read_ranks(folder)["task"].to_pylist()) == {"text2code", "code2code"}


def test_a_task_of_one_style_can_be_scored(dataset: Path) -> None:
    assert evaluate(dataset, "--query-style", "question", "--task", "text2code_question") == 0
    [folder] = Path("results").glob("*/bm25_*question*")
    assert set(read_ranks(folder)["task"].to_pylist()) == {"text2code_question"}


@pytest.mark.slow
def test_styles_are_compared_and_listed_on_a_leaderboard(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for label in ("one", "two"):
        assert evaluate(dataset, "--query-style", "all", "--label", label, "--out", f"out/{label}") == 1
        assert "no queries of style 'paraphrase'" in capsys.readouterr().err
        styles = ("--query-style", "question", "--query-style", "keyword")
        assert evaluate(dataset, *styles, "--label", label, "--out", f"out/{label}") == 0
    capsys.readouterr()
    assert run_cli(["compare", "out/one", "out/two"]) == 0
    assert "text2code_question" in capsys.readouterr().out
    assert run_cli(["leaderboard", "out", "--resamples", "100"]) == 0
    said = capsys.readouterr().out
    assert "text2code_keyword, stripped" in said
    assert said.index("text2code, stripped") < said.index("text2code_question, stripped")


@pytest.mark.slow
def test_levels_grades_and_larger_corpora_know_styles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    translated = [row["program_id"] for row in MADE.programs.to_pylist() if row["language"] != "python"]
    levels = {name: ("compiled", "syntax")[place % 2] for place, name in enumerate(sorted(translated))}
    made = with_levels(MADE, levels)
    write_tables(tmp_path / "dataset", made, "test")
    write_split(tmp_path / "dataset", "queries", "test", queries(made, ("question",)))
    (tmp_path / "more.jsonl").write_text(
        json.dumps({"language": "python", "text": "t", "code": "def f(x):\n    return x\n"})
    )
    options = ("--query-style", "question", "--graded", "--distractors", "table:more.jsonl")
    assert evaluate(tmp_path / "dataset", *options) == 0
    [folder] = Path("results").glob("*/bm25_*")
    assert "text2code_question" in (folder / "tables.md").read_text().split("## By level of verification")[1]
    assert evaluate(tmp_path / "dataset", "--query-style", "question", "--require", "compiled") == 0


def test_from_python(dataset: Path) -> None:
    results = synthcode.evaluate(dataset, "bm25", variants=["stripped"], query_styles=["question"])
    assert "text2code_question" in {row["task"] for row in results.ranks.to_pylist()}
    task = load_task(dataset, "java", "question")
    whole = load_task(dataset, "java")
    seed_of = {row["query_id"]: row["seed_id"] for row in queries().to_pylist()}
    assert {name: whole.qrels[seed_of[name]] for name in task.qrels} == task.qrels
    assert all(task.queries[name] == whole.queries[seed_of[name]] for name in task.queries)
    with pytest.raises(synthcode.SynthcodeError, match="no query style 'poem'"):
        synthcode.evaluate(dataset, "bm25", query_styles=["poem"])  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--from", "mbxp", "--path", "x", "--query-style", "all"], "--query-style is for DATASET"),
        (["{dataset}", "--query-style", "question", "--task", "clones"], "--query-style is for retrieval"),
        (["{dataset}", "--query-style", "question", "--dataset-id", "a/b"], "without --query-style"),
    ],
)
def test_where_styles_mean_nothing_they_are_refused(
    arguments: list[str], words: str, dataset: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(*(one.format(dataset=dataset) for one in arguments)) == 2
    assert words in capsys.readouterr().err


def test_a_dataset_without_queries_says_how_they_are_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_tables(tmp_path / "plain", MADE, "test")
    assert evaluate(tmp_path / "plain", "--query-style", "question") == 1
    assert "has no queries of other styles\nuse a dataset that has them" in capsys.readouterr().err
