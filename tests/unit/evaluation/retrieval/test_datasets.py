from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthcode.errors import InputError
from synthcode.evaluation.retrieval.datasets import RetrievalTask, load_task
from synthcode.schemas.tables import DATASET_PROGRAMS, QRELS, TEXTS
from synthcode.storage.shards import write_table
from tests.support.datasets.small_dataset import rows, write_split


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    programs = [
        ("p1", "s1", "python", "seed", "raw p1", "p1", "f1", "p1"),
        ("p2", "s2", "python", "seed", "raw p2", "p1", "f1", "p1"),
        ("j1", "s1", "java", "translation", "raw j1", "j1", "g1", "j1"),
        ("j3", "s3", "java", "translation", "raw j3", "j3", "g3", "j3"),
    ]
    judged = [
        ("text2code", "text", "python", "s1", "p1", 1),
        ("text2code", "text", "python", "s2", "p1", 1),
        ("code2code", "python", "java", "p1", "j1", 1),
    ]
    write_split(tmp_path, "programs", "test", rows(DATASET_PROGRAMS, programs))
    write_split(tmp_path, "texts", "test", rows(TEXTS, [("s1", "one"), ("s2", "two")]))
    write_split(tmp_path, "qrels", "test", rows(QRELS, judged))
    return tmp_path


@pytest.mark.parametrize(
    ("config", "column", "value", "problem"),
    [
        ("texts", "text", pa.nulls(2, pa.string()), "'text' with null values"),
        ("qrels", "score", pa.array(["much"] * 3), "'much'"),
        ("programs", "code_stripped", pa.array([[1]] * 4), "list"),
    ],
)
def test_a_column_of_another_type_is_a_clear_error(
    dataset: Path, config: str, column: str, value: pa.Array, problem: str
) -> None:
    file = dataset / "data" / config / "test-00000-of-00001.parquet"
    table = pq.read_table(file)
    write_table(file, table.set_column(table.column_names.index(column), column, value))
    with pytest.raises(InputError, match=f"{file.name} is not in the form of a dataset: .*{problem}"):
        load_task(dataset, "python")


def test_text_to_code(dataset: Path) -> None:
    assert load_task(dataset, "python") == RetrievalTask(
        queries={"s1": "one", "s2": "two"}, corpus={"p1": "p1"}, qrels={"s1": {"p1": 1}, "s2": {"p1": 1}}
    )


def test_code_to_code_searches_every_document_of_the_language(dataset: Path) -> None:
    assert load_task(dataset, "java", "python", variant="anonymous") == RetrievalTask(
        queries={"p1": "f1"}, corpus={"j1": "g1", "j3": "g3"}, qrels={"p1": {"j1": 1}}
    )


def test_languages_have_their_usual_names(dataset: Path) -> None:
    assert load_task(dataset, "Java", "py") == load_task(dataset, "java", "python")
    assert load_task(dataset, "py") == load_task(dataset, "python")


@pytest.mark.parametrize(("language", "split"), [("go", "test"), ("python", "train")])
def test_a_task_that_is_not_there_is_a_clear_error(dataset: Path, language: str, split: str) -> None:
    with pytest.raises(InputError, match=f"{language}|{split}"):
        load_task(dataset, language, split=split)
