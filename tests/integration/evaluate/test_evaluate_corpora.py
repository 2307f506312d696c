"""'evaluate --corpus --distractors': larger corpora, and that scores of different ones are not compared."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest

import synthcode
from synthcode.evaluation.retrieval.benchmark import Benchmark, Cell
from synthcode.evaluation.retrieval.datasets import load_benchmark
from synthcode.evaluation.retrieval.larger_corpora import enlarged
from synthcode.evaluation.retrieval.ranks import read_ranks
from synthcode.pipelines.main import run_cli
from synthcode.schemas.tables import DATASET_PROGRAMS, NEGATIVES
from tests.support.datasets.retrieval_tables import tables, with_levels, write_tables
from tests.support.datasets.small_dataset import rows, write_split
from tests.support.loopback.recorded_programs import MBXP

QUICK = ("--resamples", "100", "--variant", "stripped")


@pytest.fixture
def dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Problems 0 to 5 are the test split, 6 to 11 that of training; one translation of the test split failed."""
    monkeypatch.chdir(tmp_path)
    made = tables(12)
    numbers = {"test": range(6), "train": range(6, 12)}
    for split, mine in numbers.items():
        parts = {
            name: table.filter(pa.array([int(row[key][-3:]) in mine for row in table.to_pylist()]))
            for name, table, key in (
                ("programs", made.programs, "seed_id"),
                ("texts", made.texts, "seed_id"),
                ("qrels", made.qrels, "query_id"),
            )
        }
        write_tables(tmp_path / "dataset", made._replace(**parts), split)
    failed = ("java-failed", "s002", "java", *["int sum(int x) { return 0; }"] * 3, "test_failed", None, None, "test")
    write_split(tmp_path / "dataset", "negatives", "test", rows(NEGATIVES, [failed]))
    return tmp_path / "dataset"


def evaluate(*arguments: str | Path) -> int:
    return run_cli(["evaluate", *map(str, arguments), *QUICK])


def documents(folder: Path) -> dict[str, int]:
    ranks = read_ranks(folder)
    return dict(zip(ranks["corpus_language"].to_pylist(), ranks["documents"].to_pylist(), strict=True))


@pytest.mark.slow
def test_other_splits_and_failed_translations_are_searched(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = documents_of(dataset)
    assert evaluate(dataset, "--encoder", "bm25") == 0
    capsys.readouterr()
    assert evaluate(dataset, "--encoder", "bm25", "--corpus", "all", "--corpus", "failed") == 0
    said = capsys.readouterr().err
    assert "corpus all+failed: 17 further documents (go 4, java 7, python 6)" in said
    [plain] = Path("results").glob("*/bm25_variant-stripped")
    [larger] = Path("results").glob("*/bm25_corpus-all,failed_variant-stripped")
    assert documents(plain) == own
    assert documents(larger) == {"go": own["go"] + 4, "java": own["java"] + 7, "python": own["python"] + 6}
    before, after = read_ranks(plain), read_ranks(larger)
    assert before["query_id"].equals(after["query_id"])
    pairs = zip(before["ranks"].to_pylist(), after["ranks"].to_pylist(), strict=True)
    assert all(new >= old for one, other in pairs for old, new in zip(one, other, strict=True))
    assert before["ranks"] != after["ranks"]
    for name in ("results.json", "tables.md"):
        assert "corpus all+failed (+17)" in (larger / name).read_text()
    assert run_cli(["compare", str(plain), str(larger)]) == 1
    assert "corpus all+failed (+17)" in capsys.readouterr().err
    # A baseline of other corpora is refused, or not found.
    assert evaluate(dataset, "--encoder", "bm25", "--corpus", "all", "--baseline", plain) == 1
    assert "is of another dataset" in capsys.readouterr().err


def documents_of(dataset: Path) -> dict[str, int]:
    texts = load_benchmark(dataset).texts
    return {language: len(side.ids) for language, side in texts.items() if language != "text"}


@pytest.mark.slow
def test_ranks_are_those_of_a_corpus_that_was_made_so(dataset: Path, tmp_path: Path) -> None:
    """The same documents in a dataset of one split, with the test split's judgements only."""
    made = tables(12)
    judged = made.qrels.filter(pa.array([int(row["query_id"][-3:]) < 6 for row in made.qrels.to_pylist()]))
    write_tables(tmp_path / "whole", made._replace(qrels=judged))
    for place in ("dataset", "whole"):
        more = ("--corpus", "all") if place == "dataset" else ()
        assert evaluate(tmp_path / place, "--encoder", "bm25", "--out", tmp_path / f"{place}-out", *more) == 0
    ours, theirs = (read_ranks(tmp_path / f"{place}-out") for place in ("dataset", "whole"))
    assert ours.drop(["problem_id"]).equals(theirs.drop(["problem_id"]))


@pytest.mark.slow
def test_programs_from_files_are_searched(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = tables(12)
    text, code = own.texts["text"][3].as_py(), own.programs["code_stripped"].to_pylist()
    lines = [
        {"language": "java", "code": "int other(int x) { return x - 1; }"},
        {"language": "java", "code": "int other(int x) { return x - 1; }"},
        {"language": "Python", "code": "def more(x):\n    # a comment\n    return x"},
        {"language": "python", "code": code[0]},
        {"language": "ruby", "code": "puts 1"},
        {"language": "go", "code": "func f() {}", "text": text},
        {"language": "go", "code": ""},
    ]
    lines = [{"text": "", **line} for line in lines]
    (tmp_path / "more.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    assert evaluate(dataset, "--encoder", "bm25", "--distractors", "more.jsonl") == 0
    said = capsys.readouterr().err
    assert "corpus more.jsonl: 2 further documents (java 1, python 1)" in said
    assert "equal to another document 1" in said
    assert "text of a query 1" in said
    assert "in a language that is not searched 1" in said
    [folder] = Path("results").glob("*/bm25_distractors-more.jsonl_variant-stripped")
    before = (folder / "results.json").read_text()
    lines = [{name: cell for name, cell in line.items() if name != "text"} for line in lines]
    (tmp_path / "more.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines[:3]))
    assert evaluate(dataset, "--encoder", "bm25", "--distractors", "more.jsonl", "--out", "plain") == 0
    with (tmp_path / "more.jsonl").open("a") as stream:
        stream.write(json.dumps({"language": "go", "code": "func g() {}"}) + "\n")
    assert evaluate(dataset, "--encoder", "bm25", "--distractors", "more.jsonl") == 0
    assert json.loads(before)["dataset_digest"] != json.loads((folder / "results.json").read_text())["dataset_digest"]
    assert evaluate(dataset, "--encoder", "bm25", "--distractors", f"mbxp:{MBXP}", "--languages", "java,python") == 0
    assert "further documents" in capsys.readouterr().err


def test_python_searches_the_same_corpora(dataset: Path, tmp_path: Path) -> None:
    (tmp_path / "more.jsonl").write_text('{"language": "java", "code": "int other(int x) { return x - 1; }"}\n')
    options = ("--corpus", "all", "--corpus", "failed", "--distractors", "more.jsonl")
    assert evaluate(dataset, "--encoder", "bm25", *options, "--out", "command") == 0
    found = synthcode.evaluate(
        dataset, "bm25", variants=["stripped"], corpora=["failed", "all"], distractors=[Path("more.jsonl")]
    )
    assert found.ranks.equals(read_ranks(Path("command")))
    assert found.dataset_digest == json.loads(Path("command", "results.json").read_text())["dataset_digest"]
    with pytest.raises(synthcode.SynthcodeError, match="no corpus 'train'"):
        synthcode.evaluate(dataset, "bm25", corpora=["train"])  # type: ignore[list-item]
    with pytest.raises(synthcode.SynthcodeError, match="a benchmark in memory has no other splits"):
        synthcode.evaluate(synthcode.load_benchmark(dataset), "bm25", corpora=["all"])


@pytest.mark.slow
def test_python_scores_graded_relevance(dataset: Path, tmp_path: Path) -> None:
    made = tables(12)
    translations = [row["program_id"] for row in made.programs.to_pylist() if row["language"] != "python"]
    levels = dict.fromkeys(translations, "compiled") | dict.fromkeys(translations[::3], "tested")
    graded_dataset = write_tables(tmp_path / "graded", with_levels(made, levels))
    options = {"variants": ["stripped"], "resamples": 100}
    found = synthcode.evaluate(graded_dataset, "bm25", graded=True, out="graded-out", **options)
    assert {row["metric"] for row in found.graded()} == {"nDCG@10_graded"}
    assert [row["task"] for row in found.graded()] == ["code2code", "text2code"]
    assert synthcode.evaluate(graded_dataset, "bm25", out="plain-out", **options).graded() == []
    with pytest.raises(synthcode.SynthcodeError, match="are written to a results folder"):
        synthcode.evaluate(graded_dataset, "bm25", graded=True)
    with pytest.raises(synthcode.SynthcodeError, match="levels of verification"):
        synthcode.evaluate(write_tables(tmp_path / "ungraded", made), "bm25", graded=True, out="none")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--distractors", "nothing.jsonl"), "nothing.jsonl"),
        (("--distractors", "odd:dataset"), "no adapter 'odd'"),
        (("--distractors", "ruby.jsonl"), "no program can be added"),
        (("--distractors", "empty.jsonl"), "no program can be used"),
        (("--corpus", "train"), "'train' is not one of"),
        (("--corpus", "failed", "--split", "train"), "no failed translations of split 'train'"),
        (("--corpus", "all", "--dataset-id", "a/b"), "--dataset-id reports scores of a dataset's own corpora"),
        (("--corpus", "all", "--task", "clones"), "--corpus and --distractors are for retrieval"),
    ],
)
def test_what_cannot_be_added_is_refused(
    dataset: Path, tmp_path: Path, arguments: tuple[str, ...], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ruby.jsonl").write_text('{"language": "ruby", "code": "puts 1"}\n')
    (tmp_path / "empty.jsonl").write_text('{"language": "java", "code": " "}\n')
    assert evaluate(dataset, "--encoder", "bm25", *arguments) in (1, 2)
    said = capsys.readouterr().err
    assert problem in said
    assert "Traceback" not in said
    assert not list(Path().rglob("results.json"))


def test_judgements_keep_their_texts(dataset: Path) -> None:
    benchmark = load_benchmark(dataset)
    programs = tables(30).programs
    further = programs.filter(pa.array([int(name[-3:]) >= 12 for name in programs["program_id"].to_pylist()]))
    larger = enlarged(benchmark, further.cast(DATASET_PROGRAMS), "more", "content").benchmark
    assert larger.digest != benchmark.digest
    for cell, judged in benchmark.cells.items():
        moved = larger.cells[cell]
        for one, other in ((benchmark, judged), (larger, moved)):
            ids = list(one.texts[cell.corpus_language].ids)
            assert ids == sorted(ids, reverse=True)
            assert len(other.queries) == len(judged.queries)
        assert named(benchmark, cell) == named(larger, cell)


def named(benchmark: Benchmark, cell: Cell) -> set[tuple[str, str]]:
    asked, found = (benchmark.texts[language] for language in cell[1:])
    judged = benchmark.cells[cell]
    return {
        (asked.ids[query], found.ids[answer])
        for query, start, end in zip(judged.queries, judged.starts[:-1], judged.starts[1:], strict=True)
        for answer in judged.answers[start:end]
    }
