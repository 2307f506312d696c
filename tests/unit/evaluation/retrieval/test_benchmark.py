from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from synthcode.errors import InputError
from synthcode.evaluation.retrieval.benchmark import Cell, from_tables
from synthcode.evaluation.retrieval.datasets import load_benchmark
from synthcode.schemas.tables import QRELS
from tests.support.datasets.retrieval_tables import tables, write_dataset


def test_documents_stand_in_descending_order_of_their_ids() -> None:
    texts = from_tables("b", "d", "test", tables(4)).texts
    assert texts["java"].ids == ["java-003", "java-002", "java-000"]  # 001 is the same document as 000
    assert texts["go"].ids == ["go-003", "go-001", "go-000"]
    assert texts["text"].ids == ["s003", "s002", "s001", "s000"]
    assert texts["text"].problems == ["s003", "s002", "c", "c"]


def test_judgements_are_those_of_the_tables() -> None:
    benchmark = from_tables("b", "d", "test", tables(4))
    judged = benchmark.cells[Cell("code2code", "java", "python")]
    found = {
        benchmark.texts["java"].ids[query]: {
            benchmark.texts["python"].ids[place] for place in judged.answers[start:end]
        }
        for query, start, end in zip(judged.queries, judged.starts[:-1], judged.starts[1:], strict=True)
    }
    expected = {"java-003": {"python-003"}, "java-002": {"python-002"}, "java-000": {"python-000", "python-001"}}
    assert found == expected
    assert len(benchmark.cells) == 3 + 6


def test_a_dataset_on_disk_is_the_same_benchmark(tmp_path: Path) -> None:
    read, made = load_benchmark(write_dataset(tmp_path)), from_tables("b", "d", "test", tables())
    assert read.texts == made.texts
    assert read.cells.keys() == made.cells.keys()
    assert len(read.digest) == 32
    assert load_benchmark(write_dataset(tmp_path / "more", 13)).digest != read.digest


def test_judgements_that_say_no_are_left_out() -> None:
    made = tables(4)
    none = made.qrels.set_column(5, QRELS.field("score"), pa.array([0] * made.qrels.num_rows, pa.int8()))
    assert not from_tables("b", "d", "test", made._replace(qrels=none)).cells


def test_a_judgement_of_nothing_is_refused() -> None:
    made = tables(4)
    with pytest.raises(InputError, match=r"judged '\w+-00.' is not there"):
        from_tables("b", "d", "test", made._replace(programs=made.programs.slice(2)))


def test_tasks_and_languages_can_be_chosen() -> None:
    benchmark = from_tables("b", "d", "test", tables(4))
    assert set(benchmark.restricted(["text2code"], ["go", "java"]).cells) == {
        Cell("text2code", "text", "go"),
        Cell("text2code", "text", "java"),
    }
    chosen = benchmark.restricted([], ["go", "java"])
    assert len(chosen.cells) == 4
    assert set(chosen.texts) == {"text", "go", "java"}
    with pytest.raises(InputError, match="has no such tasks"):
        benchmark.restricted(["code2code"], ["go"])


def test_a_table_without_a_column_it_needs_is_refused(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    write_dataset(tmp_path)
    path = tmp_path / "data" / "programs" / "test-00000-of-00001.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["code_stripped"]), path)
    with pytest.raises(InputError, match="has no column 'code_stripped'"):
        load_benchmark(tmp_path)
    path.write_bytes(b"PAR1 nothing")
    with pytest.raises(InputError, match="is damaged"):
        load_benchmark(tmp_path)
