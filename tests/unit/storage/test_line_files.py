from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthcode.errors import InputError
from synthcode.storage.line_files import JsonLinesWriter, TableWriter, TabSeparatedWriter

CELLS = st.text(st.characters(exclude_categories=["Cs"]))
PLAIN = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters='"'))


def table(rows: list[tuple[str, str]]) -> pa.Table:
    schema = pa.schema([("a", pa.string()), ("b", pa.string())])
    return pa.Table.from_pylist([dict(zip("ab", row, strict=True)) for row in rows], schema=schema)


def write(writer: TableWriter, *parts: list[tuple[str, str]]) -> Path:
    with writer:
        for part in parts:
            writer.write(table(part))
        (path,) = writer.commit()
    return path


@given(st.lists(st.tuples(CELLS, CELLS), max_size=5), st.lists(st.tuples(CELLS, CELLS), max_size=5))
def test_json_lines_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, first: list[tuple[str, str]], second: list[tuple[str, str]]
) -> None:
    path = write(JsonLinesWriter(tmp_path_factory.mktemp("lines") / "x.jsonl"), first, second)
    with path.open(encoding="utf-8") as lines:
        assert [tuple(json.loads(line).values()) for line in lines] == [*first, *second]


@given(st.lists(st.tuples(PLAIN, PLAIN), max_size=5))
def test_tab_separated_values_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    path = write(TabSeparatedWriter(tmp_path_factory.mktemp("lines") / "x.tsv", ["a", "b"]), rows)
    with path.open(encoding="utf-8") as lines:
        assert [tuple(row) for row in csv.reader(lines, delimiter="\t")] == [("a", "b"), *rows]


@pytest.mark.parametrize("value", ["a\tb", 'a"b', "a\nb", "\r", "\u2028"])
def test_what_readers_would_take_for_more_than_one_value_is_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(InputError, match=r"x\.tsv: a value has a tab, quote or line break"):
        write(TabSeparatedWriter(tmp_path / "x.tsv", ["a", "b"]), [("1", value)])


def test_a_file_is_made_with_its_folder_even_for_no_rows(tmp_path: Path) -> None:
    with TabSeparatedWriter(tmp_path / "new" / "x.tsv", ["a"]) as writer:
        assert writer.commit() == [tmp_path / "new" / "x.tsv"]
    assert (tmp_path / "new" / "x.tsv").read_text() == "a\n"
