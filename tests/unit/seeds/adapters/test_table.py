"""Tables with any columns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthcode.errors import InputError
from synthcode.seeds.adapters.table import inputs, read
from synthcode.seeds.config import SeedsConfig
from synthcode.seeds.raw import RawSeed

ROW = {"text": "Adds one.", "code": "def f(x):\n    return x + 1\n", "language": "python"}


def jsonl(path: Path, *rows: dict[str, Any]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return str(path)


def seeds(path: str, **settings: Any) -> list[RawSeed]:
    return list(read(SeedsConfig("table", path, **settings)))


def test_columns_with_our_names_need_no_mapping(tmp_path: Path) -> None:
    full = ROW | {
        "source": "tasks",
        "source_id": 7,
        "entry_point": "f",
        "tests": {"python": "assert f(1) == 2"},
        "repository": "me/mine",
        "path": "f.py",
        "url": "https://example.org",
        "license": "MIT",
        "split": "test",
    }
    assert seeds(jsonl(tmp_path / "t.jsonl", full)) == [RawSeed(**full | {"source_id": "7"})]


def test_a_row_without_a_name_is_called_after_its_place(tmp_path: Path) -> None:
    (seed,) = seeds(jsonl(tmp_path / "t.jsonl", ROW))
    assert (seed.source, seed.source_id) == ("table", "t.jsonl:1")
    assert seeds(jsonl(tmp_path / "t.jsonl", ROW), source="mine")[0].source == "mine"


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
def test_their_columns_become_ours_in_every_format(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"t.{suffix}"
    rows = [{"id": "1", "task": "Adds one.", "solution": ROW["code"], "more": "x"}]
    if suffix == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif suffix == "csv":
        path.write_text('id,task,solution,more\n1,Adds one.,"def f(x):\n    return x + 1\n",x\n', "utf-8")
    else:
        jsonl(path, *rows)
    columns = {"text": "task", "code": "solution", "source_id": "id"}
    (seed,) = seeds(str(path), columns=columns, language="python")
    code = seed.code.decode() if isinstance(seed.code, bytes) else seed.code
    assert (seed.source_id, seed.text, code, seed.language) == ("1", "Adds one.", ROW["code"], "python")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ({"java": "x", "go": None, "c": 1}, {"java": "x"}),
        ('{"java": "x"}', {"java": "x"}),
        ([("java", "x"), "junk", ("go",)], {"java": "x"}),
        ("assert f(1) == 2", {"python": "assert f(1) == 2"}),
        ("[1]", {"python": "[1]"}),
        (None, {}),
        (7, {}),
    ],
)
def test_tests_come_in_many_shapes(tmp_path: Path, cell: Any, expected: dict[str, str]) -> None:
    from synthcode.seeds.rows.columns import seed_from
    from synthcode.seeds.rows.row import Row

    columns = {name: name for name in (*ROW, "tests")}
    config = SeedsConfig("table", "unused")
    assert seed_from(Row("t:1", ROW | {"tests": cell}), columns, config, "t").tests == expected


def test_a_parquet_map_of_tests_is_read(tmp_path: Path) -> None:
    table = pa.table({name: [value] for name, value in ROW.items()})
    tests = pa.array([[("java", "x")]], pa.map_(pa.string(), pa.string()))
    pq.write_table(table.append_column("tests", tests), tmp_path / "t.parquet")
    assert seeds(str(tmp_path / "t.parquet"))[0].tests == {"java": "x"}


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"code": [["def f():"]]}, "unreadable_row"),
        ({"code": 7}, "unreadable_row"),
        ({"text": {"en": "x"}}, "unreadable_row"),
    ],
)
def test_cells_that_are_no_text_are_counted(tmp_path: Path, cells: dict[str, Any], reason: str) -> None:
    (seed,) = seeds(jsonl(tmp_path / "t.jsonl", ROW | cells))
    assert seed.problem is not None
    assert seed.problem.reason == reason


def test_text_that_is_no_utf8_is_counted(tmp_path: Path) -> None:
    invalid = pa.Array.from_buffers(pa.string(), 1, pa.array([b"\xff"]).buffers())
    pq.write_table(pa.table({"text": invalid, "code": ["x = 1"], "language": ["python"]}), tmp_path / "t.parquet")
    (seed,) = seeds(str(tmp_path / "t.parquet"))
    assert seed.problem is not None
    assert seed.problem.reason == "invalid_utf8"


def test_broken_rows_are_given_too(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text(f"{json.dumps(ROW)}\n{{\n", "utf-8")
    first, second = seeds(str(tmp_path / "t.jsonl"), language="python", split=None)
    assert first.problem is None
    assert second == RawSeed("table", "t.jsonl:2", problem=second.problem)


@pytest.mark.parametrize(
    ("row", "settings", "problem", "fix"),
    [
        (
            {"description": "x", "code": "y", "language": "python"},
            {},
            "t.jsonl has no column 'text' (did you mean 'description'?); it has: description, code, language",
            "--column text= takes the documentation in the code; or say which column it is: "
            "--column text=description (seeds.columns)",
        ),
        (
            {"text": "x", "solution": "y", "language": "python"},
            {},
            "t.jsonl has no column 'code' (did you mean 'solution'?); it has: text, solution, language",
            "say which column it is: --column code=solution (seeds.columns)",
        ),
        (
            {"text": "x", "code": "y"},
            {},
            "t.jsonl has no column 'language'; it has: text, code",
            "say it for all rows with --language L (seeds.language), or the column: "
            "--column language=THEIRS (seeds.columns)",
        ),
        (
            {"task": "x", "code": "y", "language": "python"},
            {"columns": {"text": "tsk"}},
            "t.jsonl has no column 'tsk' (did you mean 'task'?); it has: task, code, language",
            "--column text= takes the documentation in the code; or say which column it is: "
            "--column text=THEIRS (seeds.columns)",
        ),
        (
            ROW,
            {"columns": {"licence": "x"}},
            "no column of a seed is called 'licence' (did you mean 'license'?)",
            "use one of: source, source_id, language, text, code, entry_point, tests, repository, path, url, "
            "license, split",
        ),
        (
            ROW,
            {"split": "train"},
            "t.jsonl has no column 'split'; it has: text, code, language",
            "say which column it is: --column split=THEIRS (seeds.columns)",
        ),
    ],
)
def test_a_column_that_lacks_is_an_error_in_two_lines(
    tmp_path: Path, row: dict[str, Any], settings: dict[str, Any], problem: str, fix: str
) -> None:
    with pytest.raises(InputError) as error:
        seeds(jsonl(tmp_path / "t.jsonl", row), **settings)
    assert (error.value.problem, error.value.fix) == (problem, fix)


def test_text_may_be_left_to_the_documentation(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "t.jsonl", {"code": 'def f():\n    """Does it."""', "language": "python"})
    assert seeds(path, columns={"text": ""})[0].text is None


def test_an_empty_table_has_no_rows(tmp_path: Path) -> None:
    assert seeds(jsonl(tmp_path / "t.jsonl")) == []


def test_rows_of_another_language_or_split_are_left_out(tmp_path: Path) -> None:
    rows = [
        ROW | {"source_id": "a", "split": "train"},
        ROW | {"source_id": "b", "split": "valid"},
        ROW | {"source_id": "c", "split": "dev", "language": "Java"},
        ROW | {"source_id": "d", "split": "validation", "language": None},
    ]
    path = jsonl(tmp_path / "t.jsonl", *rows)
    assert [seed.source_id for seed in seeds(path, language="py")] == ["a", "b", "d"]
    assert [seed.source_id for seed in seeds(path, split="validation")] == ["b", "c", "d"]
    assert [seed.source_id for seed in seeds(path, split="val", language="java")] == ["c", "d"]


def test_a_folder_is_read_file_by_file(tmp_path: Path) -> None:
    jsonl(tmp_path / "b.jsonl", ROW)
    jsonl(tmp_path / "a.jsonl", ROW, ROW)
    assert [seed.source_id for seed in seeds(str(tmp_path))] == ["a.jsonl:1", "a.jsonl:2", "b.jsonl:1"]
    assert list(inputs(SeedsConfig("table", str(tmp_path)))) == ["a.jsonl", "b.jsonl"]


@pytest.mark.parametrize("name", ["id", "task_id", "source_id"])
def test_a_column_of_ids_names_the_rows(tmp_path: Path, name: str) -> None:
    (tmp_path / "rows.jsonl").write_text(json.dumps({name: 7, "text": "Adds.", "code": "x = 1"}))
    (seed,) = read(SeedsConfig("table", str(tmp_path / "rows.jsonl"), language="python"))
    assert seed.source_id == "7"


def test_columns_that_are_kept_go_along(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "t.jsonl", ROW | {"level": "easy", "tags": ["a", 1]})
    (seed,) = seeds(path, keep_columns=("level", "tags"))
    assert seed.extra == {"level": "easy", "tags": ["a", 1]}
    with pytest.raises(InputError, match=r"no column 'levle' \(did you mean 'level'\?\) to keep"):
        seeds(path, keep_columns=("levle",))


def test_rows_in_an_unknown_language_are_counted_although_one_language_is_read(tmp_path: Path) -> None:
    rows = [ROW | {"language": name} for name in ("python", "java", "0", "cobol", "")]
    found = seeds(jsonl(tmp_path / "t.jsonl", *rows), language="python")
    assert [seed.language for seed in found] == ["python", "0", "cobol", "python"]


def test_classes_of_datasets_have_their_names(tmp_path: Path) -> None:
    names = {"language": datasets.ClassLabel(names=["java", "python"])}
    features = datasets.Features({"text": datasets.Value("string"), "code": datasets.Value("string"), **names})
    path = tmp_path / "t.parquet"
    datasets.Dataset.from_list([ROW | {"language": "python"}], features=features).to_parquet(path)
    (seed,) = seeds(path)
    assert seed.language == "python"
