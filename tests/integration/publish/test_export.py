"""'export', read back by the tools whose layouts it writes, and held against the project's own reading of a task."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from synthcode.evaluation.retrieval.datasets import RetrievalTask, load_task
from synthcode.pipelines.main import run_cli
from synthcode.pipelines.steps.export import retrieval as export_files
from synthcode.schemas.tables import DATASET_PROGRAMS, QRELS
from tests.support.datasets.small_dataset import CARD, JUDGED, PAIRS, PROGRAMS, rows, write_dataset, write_split
from tests.support.runs.small_disks import on_small_disk


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    return write_dataset(tmp_path / "dataset")


@pytest.fixture(autouse=True)
def datasets_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")


def export(dataset: Path, layout: str, out: Path, *arguments: str) -> int:
    return run_cli(["export", str(dataset), "--format", layout, "--out", str(out), *arguments])


def expected(dataset: Path, pair: str, variant: str = "stripped") -> RetrievalTask:
    query_language, corpus_language = pair.split("-")
    return load_task(dataset, corpus_language, query_language, variant=variant)


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # BEIR leaves its files open
@pytest.mark.parametrize("variant", ["stripped", "anonymous", "raw"])
def test_beir_reads_every_task(dataset: Path, tmp_path: Path, variant: str) -> None:
    from beir.datasets.data_loader import GenericDataLoader

    assert export(dataset, "beir", tmp_path / "out", "--variant", variant) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir() if path.is_dir()) == PAIRS
    for pair in PAIRS:
        corpus, queries, qrels = GenericDataLoader(str(tmp_path / "out" / pair)).load(split="test")
        task = expected(dataset, pair, variant)
        assert corpus == {name: {"title": "", "text": text} for name, text in task.corpus.items()}
        assert (queries, qrels) == (task.queries, task.qrels)


def test_beir_s_files_are_in_its_form(dataset: Path, tmp_path: Path) -> None:
    assert export(dataset, "beir", tmp_path / "out") == 0
    folder = tmp_path / "out" / "text-java"
    assert (folder / "qrels" / "test.tsv").read_text("utf-8") == "query-id\tcorpus-id\tscore\ns3\tj3\t1\n"
    first = json.loads((folder / "corpus.jsonl").read_bytes().splitlines()[0])
    assert first == {"_id": "j1", "title": "", "text": "int a = 1;\u2028x"}
    assert list(json.loads((folder / "queries.jsonl").read_bytes().splitlines()[1])) == ["_id", "text"]


@pytest.mark.parametrize("pair", PAIRS)
def test_the_configurations_of_mteb_s_layout_load(dataset: Path, tmp_path: Path, pair: str) -> None:
    from datasets import load_dataset

    assert export(dataset, "mteb", tmp_path / "out") == 0
    task = expected(dataset, pair)
    folder = tmp_path / "out" / ("text2code" if pair.startswith("text") else "code2code")
    corpus, queries, qrels = (
        load_dataset(str(folder), f"{pair}-{kind}", split="test") for kind in ("corpus", "queries", "qrels")
    )
    assert {row["id"]: row["text"] for row in corpus} == task.corpus
    assert set(corpus["title"]) == {""}
    assert {row["id"]: row["text"] for row in queries if row["id"] in task.qrels} == task.queries
    assert {(row["query-id"], row["corpus-id"], row["score"]) for row in qrels} == {
        (query, document, 1) for query, answers in task.qrels.items() for document in answers
    }


def test_a_card_keeps_the_title_and_the_license_and_names_its_configurations(dataset: Path, tmp_path: Path) -> None:
    (dataset / "README.md").write_text(CARD.replace("mit", "'a: b <script>'"), "utf-8")
    assert export(dataset, "mteb", tmp_path / "out", "--variant", "anonymous") == 0
    _, matter, text = (tmp_path / "out" / "text2code" / "README.md").read_text("utf-8").split("---\n", 2)
    tree = yaml.safe_load(matter)
    assert (tree["pretty_name"], tree["license"]) == ("A: title", "a: b <script>")
    assert tree["synthcode"]["variant"] == "anonymous"
    assert [config["config_name"] for config in tree["configs"]][:3] == [
        "text-java-corpus",
        "text-java-queries",
        "text-java-qrels",
    ]
    assert "script" not in text


def test_synthconl_s_eight_columns_load_with_all_splits(dataset: Path, tmp_path: Path) -> None:
    from datasets import load_dataset

    assert export(dataset, "synthconl", tmp_path / "out") == 0
    loaded = load_dataset(str(tmp_path / "out"))
    assert {split: len(table) for split, table in loaded.items()} == {"train": 1, "test": 3}
    assert loaded["test"][2] == {
        name: f"{name} 2"
        for name in (
            *("repository_name", "func_path_in_repository", "language2", "func2", "language1_CSN", "func1_CSN"),
            *("func_documentation_string", "func_code_url"),
        )
    }


def test_a_run_is_exported_as_its_dataset_is(dataset: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    dataset.rename(run / "dataset")
    assert export(run, "beir", tmp_path / "a") == export(run / "dataset", "beir", tmp_path / "b") == 0
    assert files(tmp_path / "a") == files(tmp_path / "b")


def test_another_split(dataset: Path, tmp_path: Path) -> None:
    assert export(dataset, "beir", tmp_path / "out", "--split", "train") == 0
    assert (tmp_path / "out" / "text-python" / "qrels" / "train.tsv").read_text("utf-8").splitlines()[1:] == [
        "s1\tp1\t1"
    ]


@pytest.mark.parametrize("links", [True, False])
def test_a_corpus_that_tasks_share_is_written_once(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no hard links here")

    if not links:
        monkeypatch.setattr(os, "link", refuse)
    assert export(dataset, "beir", tmp_path / "out") == 0
    one, other = (tmp_path / "out" / pair / "corpus.jsonl" for pair in ("python-java", "text-java"))
    assert one.read_bytes() == other.read_bytes()
    assert one.samefile(other) == links


def test_an_earlier_export_is_replaced_whole(dataset: Path, tmp_path: Path) -> None:
    assert export(dataset, "mteb", tmp_path / "out") == 0
    leftover = tmp_path / ".writing-out" / "text-java"
    leftover.mkdir(parents=True)
    (leftover / "corpus.jsonl").write_text("of a process that was killed")
    assert export(dataset, "beir", tmp_path / "out") == export(dataset, "beir", tmp_path / "fresh") == 0
    assert files(tmp_path / "out") == files(tmp_path / "fresh")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dataset", "fresh", "out"]


def test_other_people_s_files_are_replaced_by_force_alone(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").write_text("years of work")
    assert export(dataset, "beir", tmp_path / "out") == 1
    assert "holds files that this command did not write\nname another folder" in capsys.readouterr().err
    assert (tmp_path / "out" / "thesis.tex").read_text() == "years of work"
    assert export(dataset, "beir", tmp_path / "out", "--force") == 0
    assert not (tmp_path / "out" / "thesis.tex").exists()


@pytest.mark.parametrize("out", ["dataset", "."])
def test_the_dataset_itself_is_not_replaced_even_by_force(dataset: Path, out: str) -> None:
    before = files(dataset)
    assert export(dataset, "beir", dataset.parent / out, "--force") == 1
    assert files(dataset) == before


def test_the_folder_that_one_is_in_is_not_pulled_away(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert export(dataset, "beir", Path()) == 1
    assert export(dataset, "beir", Path("below")) == 0


def test_a_damaged_dataset_leaves_the_earlier_export(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(dataset, "beir", tmp_path / "out") == 0
    before = files(tmp_path / "out")
    (shard,) = (dataset / "data" / "texts").glob("test-*.parquet")
    shard.write_bytes(shard.read_bytes()[:-20])
    assert export(dataset, "beir", tmp_path / "out") == 1
    assert "is damaged" in capsys.readouterr().err
    assert files(tmp_path / "out") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dataset", "out"]


def test_a_dataset_that_is_rebuilt_meanwhile_is_not_exported_in_part(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def write_then_rebuild(*arguments: Any) -> None:
        write_judgements(*arguments)
        write_split(dataset, "qrels", "test", rows(QRELS, JUDGED[:3]))

    write_judgements = export_files._write_judgements
    monkeypatch.setattr(export_files, "_write_judgements", write_then_rebuild)
    assert export(dataset, "beir", tmp_path / "out") == 1
    assert "was changed while it was read" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("language", ["../../x", "klingon", "text"])
def test_a_language_that_is_none_never_becomes_a_path(dataset: Path, tmp_path: Path, language: str) -> None:
    write_split(dataset, "qrels", "test", rows(QRELS, [*JUDGED, ("text2code", "text", language, "s1", "p1", 1)]))
    assert export(dataset, "beir", tmp_path / "out") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["dataset"]


def test_a_dataset_without_a_column_is_told_of_it(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_split(dataset, "programs", "test", rows(DATASET_PROGRAMS, PROGRAMS).drop_columns(["document_id"]))
    assert export(dataset, "beir", tmp_path / "out") == 1
    assert "has no column 'document_id'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "expected_error"),
    [
        (["{dataset}", "--format", "coir", "--split", "train"], 1, "coir reads only the split 'test'"),
        (["{dataset}", "--format", "beir", "--split", "validation"], 1, "has no split 'validation' of 'programs'"),
        (["{dataset}", "--format", "synthconl", "--variant", "raw"], 2, "are for the retrieval layouts"),
        (["{dataset}", "--format", "trec"], 2, "'trec' is not one of"),
        (["{dataset}/nowhere", "--format", "beir"], 1, "nowhere does not exist"),
        (["{dataset}/data", "--format", "beir"], 1, "is neither a run directory nor a dataset"),
    ],
)
def test_wrong_use_is_told_in_two_lines(
    dataset: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    expected_error: str,
) -> None:
    given = [argument.format(dataset=dataset) for argument in arguments]
    assert run_cli(["export", *given, "--out", str(tmp_path / "out")]) == code
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert expected_error in lines[0]
    assert not (tmp_path / "out").exists()


FULL_DISK = """
from pathlib import Path
from synthcode.pipelines.main import run_cli
disk = Path({disk!r})
arguments = ["export", {dataset!r}, "--format", "beir", "--out", str(disk / "out")]
assert run_cli(arguments) == 0
before = sorted(path.read_bytes() for path in (disk / "out").rglob("*.jsonl"))
filler = open(disk / "filler", "wb", buffering=0)
try:
    while True:
        filler.write(b"x" * 4096)
except OSError:
    pass
print("full", run_cli(arguments))
print("kept", sorted(path.read_bytes() for path in (disk / "out").rglob("*.jsonl")) == before)
filler.truncate(0)
print("room", run_cli(arguments), sorted(path.name for path in disk.iterdir()))
"""


@pytest.mark.slow
def test_a_full_disk_leaves_the_earlier_export(dataset: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    done = on_small_disk(FULL_DISK.format(disk=str(disk), dataset=str(dataset)), disk, megabytes=2)
    assert done.stdout.splitlines() == ["full 1", "kept True", "room 0 ['filler', 'out']"], done.stderr
    assert "error: the disk is full" in done.stderr
    assert "Traceback" not in done.stderr
