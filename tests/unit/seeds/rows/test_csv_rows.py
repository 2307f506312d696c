"""CSV: cells of several lines, separators, broken rows."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from synthcode.bounded import limits
from synthcode.errors import InputError
from synthcode.schemas.records import Rejection
from synthcode.seeds.rows.formats import columns_of, read_rows
from tests.support.datasets.table_files import outcome, read, written


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", "a;b\n1;2,5\n"),
        ("t.csv", "a\tb\n1\t2,5\n"),
        ("t.txt", "a\tb\n1\t2,5\n"),
        ("t.csv", "a|b\n1|2,5\n"),
        ("t.csv", "sep=;\r\na;b\r\n1;2,5\r\n"),
        ("t.csv", 'a,b\n1,"2,5"\n'),
        ("t.tsv", "a\tb\n1\t2,5\n"),
    ],
)
def test_the_header_says_what_separates_cells(tmp_path: Path, name: str, content: str) -> None:
    assert outcome(read(written(tmp_path, name, content))) == [{"a": "1", "b": "2,5"}]


def test_csv_has_cells_of_several_lines(tmp_path: Path) -> None:
    file = written(tmp_path, "t.csv", '\ufeffa,b\r\n1,"x\ny, ""z"""\r\n\r\n2,é\n')
    assert outcome(read(file)) == [{"a": "1", "b": 'x\ny, "z"'}, {"a": "2", "b": "é"}]
    assert [row.place for row in read(file)] == ["t.csv:2", "t.csv:5"]


def test_broken_csv_rows_do_not_take_others_along(tmp_path: Path) -> None:
    content = b'a,b\n1,"one"x\n2,two\n3\n4,4,4\n5,\xff\n6,"six\nlines"\n7,se\rven\n8,eight\n'
    assert outcome(read(written(tmp_path, "t.csv", content))) == [
        "unreadable_row",
        {"a": "2", "b": "two"},
        "unreadable_row",
        "unreadable_row",
        "invalid_utf8",
        {"a": "6", "b": "six\nlines"},
        "unreadable_row",
        {"a": "8", "b": "eight"},
    ]


@pytest.mark.parametrize("ending", ["", '4,"four"\n5,five\n'])
def test_every_line_that_an_open_quote_takes_is_a_rejected_row(tmp_path: Path, ending: str) -> None:
    rows = read(written(tmp_path, "t.csv", 'a,b\n0,zero\n1,"open\n2,two\n3,three\n' + ending))
    taken = ["t.csv:3", "t.csv:4", "t.csv:5"] + ["t.csv:6"] * bool(ending)
    assert [row.place for row in rows if row.problem is not None] == taken
    assert [dict(row.cells) for row in rows if row.problem is None] == [
        {"a": "0", "b": "zero"},
        *([{"a": "5", "b": "five"}] if ending else []),
    ]
    assert rows[2].problem == Rejection("unreadable_row", "it belongs to the broken row that begins at t.csv:3")


def test_a_row_of_several_lines_with_too_many_cells_is_one_row(tmp_path: Path) -> None:
    content = 'a,b\n1,"x,\ny,\nz",3\n2,two\n'
    assert outcome(read(written(tmp_path, "t.csv", content))) == ["unreadable_row", {"a": "2", "b": "two"}]


def test_a_broken_csv_header_is_an_error(tmp_path: Path) -> None:
    file = written(tmp_path, "t.csv", 'a,"b\n1,2\n')
    for attempt in (columns_of, read):
        with pytest.raises(InputError, match=r"t\.csv has a broken header: unexpected end of data"):
            attempt(file)


@pytest.mark.parametrize("row", ['1,"never closed\n', '"1\n","\n' * 50])
def test_a_row_beyond_the_bound_ends_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: str) -> None:
    monkeypatch.setattr(limits, "ROW", 1_000)
    rows = read(written(tmp_path, "t.csv", f"a,b\n{row}" + "2,two\n" * 1_000))
    last = next(number for number, row in enumerate(rows) if row.problem is None)
    assert last <= 101
    assert all(row.problem is None for row in rows[last:])
    assert len(rows) == row.count("\n") + 1_000


def test_reading_csv_leaves_the_process_as_it_was(tmp_path: Path) -> None:

    before = csv.field_size_limit()
    long = "x" * (before + 1)
    rows = read_rows(written(tmp_path, "t.csv", f"a\n{long}\n"), ["a"])
    assert next(rows).cells == {"a": long}
    assert csv.field_size_limit() == before


def test_tabs_part_tsv(tmp_path: Path) -> None:
    assert outcome(read(written(tmp_path, "t.tsv", "a\tb\n1\t2,3\n"))) == [{"a": "1", "b": "2,3"}]


def test_a_header_that_cannot_be_read_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="broken header"):
        columns_of(written(tmp_path, "t.csv", "a\rb,c\n1,2\n"))
    with pytest.raises(InputError, match="end in carriage returns only"):
        columns_of(written(tmp_path, "t.csv", "a,b\r1,2\r"))
